"""`tangga setup` and `tangga seed demo`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext


@click.group("seed")
def seed_group() -> None:
    """Data to start with."""


@seed_group.command("demo")
@with_appcontext
def demo_command() -> None:
    """Load the demo into an empty database. Refuses production."""
    from seeds.demo import load

    click.echo(load())


@click.command("setup")
@with_appcontext
def setup_command() -> None:
    """Migrate the database, and load the demo if it is empty and this is not production."""
    from app.core.schema import upgrade
    from app.core.settings import current_settings
    from seeds.demo import load_if_empty

    click.echo(upgrade())
    if not current_settings().is_production:
        click.echo(load_if_empty())


commands = (seed_group, setup_command)

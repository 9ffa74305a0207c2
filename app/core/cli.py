"""Commands of the ground floor: run, web, worker, db, doctor, backup, restore."""

from __future__ import annotations

import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from app.core import server
from app.core.settings import current_settings


def _say(line: str) -> None:
    click.echo(line)


@click.command("run")
@with_appcontext
def run_command() -> None:
    """Serve web and worker together until Ctrl-C."""
    settings = current_settings()
    from app.core.welcome import lines

    try:
        server.assert_port_free(settings.host, settings.port)
        for line in lines(settings):
            _say(line)
        sys.stdout.flush()
        code = server.run_together(settings)
    except server.CannotServe as error:
        raise click.ClickException(str(error)) from None
    sys.exit(code)


@click.command("web")
@with_appcontext
def web_command() -> None:
    """Serve the pages alone (one of many machines)."""
    try:
        server.run_web(current_settings())
    except server.CannotServe as error:
        raise click.ClickException(str(error)) from None


@click.command("worker")
@with_appcontext
def worker_command() -> None:
    """Work through jobs and the schedule."""
    server.run_worker(current_app._get_current_object())


@click.group("db")
def db_group() -> None:
    """The database's schema."""


@db_group.command("upgrade")
@with_appcontext
def upgrade_command() -> None:
    """Bring the schema up to date; keeps data. Safe to repeat."""
    from app.core.schema import upgrade

    _say(upgrade())


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@with_appcontext
def doctor_command(as_json: bool) -> None:
    """Check settings, database, triggers, queue and mail; say what to mend."""
    from app.core.doctor import examine

    findings = examine()
    if as_json:
        import json

        _say(json.dumps([finding.as_dict() for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            _say(f"{'ok  ' if finding.good else 'FAIL'}  {finding.name}: {finding.text}")
    if not all(finding.good for finding in findings):
        sys.exit(1)


@click.command("backup")
@click.argument("target", type=click.Path(dir_okay=False))
@with_appcontext
def backup_command(target: str) -> None:
    """Write database and uploads into one archive while the portal runs."""
    from app.core.backup import backup

    _say(backup(target))


@click.command("restore")
@click.argument("source", type=click.Path(exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
def restore_command(source: str, yes: bool) -> None:
    """Put a backup back into an empty installation."""
    from app.core.backup import restore

    if not yes:
        click.confirm("This fills the database of this installation. Go on?", abort=True)
    _say(restore(source))


commands = (
    run_command, web_command, worker_command, db_group, doctor_command, backup_command, restore_command,
)  # fmt: skip

"""`tangga ledger verify` and `tangga points expire`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from app.core.counted import counted
from app.ledger.services import expire_due, release_due
from app.ledger.verify import INVARIANTS, broken_invariants, missing_triggers


@click.group("ledger", help="Look after the ledger.")
def ledger() -> None:
    """The group of the ledger's commands."""


@ledger.command("verify", help="Check every invariant of the ledger; exits 1 if one is broken.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_appcontext
def verify(as_json: bool) -> None:
    """Each invariant is a query that must return no rows."""
    broken, missing = broken_invariants(), missing_triggers()
    if as_json:
        result = {
            "ok": not broken and not missing,
            "checked": [invariant.name for invariant in INVARIANTS],
            "broken": [asdict(each) for each in broken],
            "missing_triggers": missing,
        }
        click.echo(json.dumps(result, indent=2))
    else:
        for each in broken:
            click.echo(
                f"BROKEN {each.name}: {each.rule} {counted(each.count, 'row')}, such as {each.examples}"
            )
        for name in missing:
            click.echo(f"MISSING trigger {name}")
        if not broken and not missing:
            click.echo(f"The ledger is whole: {len(INVARIANTS)} invariants hold.")
    if broken or missing:
        print("tangga: the ledger is not whole", file=sys.stderr)
        sys.exit(1)


@click.group("points", help="Look after points.")
def points() -> None:
    """The group of the commands about points."""


@points.command("expire", help="Release held points whose day has come, and expire points past their grace.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_appcontext
def expire(as_json: bool) -> None:
    """What the worker does by itself; safe to repeat."""
    released, expired = release_due(), expire_due()
    if as_json:
        click.echo(json.dumps({"released_lots": released, "expired_points": expired}))
    else:
        click.echo(f"Released {counted(released, 'lot')}; {counted(expired, 'point')} expired.")


commands: tuple[click.Command, ...] = (ledger, points)

"""`tangga boards rebuild`: scores worked out anew from activities."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from app.boards import rebuilding
from app.boards.services import count_waiting_money
from app.core.counted import counted


@click.group("boards")
def boards_group() -> None:
    """Leaderboards."""


@boards_group.command("rebuild")
@click.option("--check", is_flag=True, help="Compare only, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_appcontext
def rebuild_command(check: bool, as_json: bool) -> None:
    """Work out every score anew from the activities, then prove that what stands equals it.

    Scores of open periods, the counts that ranks are read from, and the seals of closed periods. Without --check, facts
    that waited for an exchange rate are counted first and what differs is corrected. Fails if anything is wrong.
    """
    shows = not as_json and sys.stderr.isatty()
    seen = 0

    def progress(count: int) -> None:
        nonlocal seen
        seen += count
        if shows:
            click.echo(f"\r{seen} activities", nl=False, err=True)

    changed = 0
    if not check:
        count_waiting_money()
        changed = rebuilding.rebuild(progress).changed
    report = rebuilding.check(progress)
    report.changed = changed
    if shows:
        click.echo("", err=True)
    if as_json:
        click.echo(json.dumps(asdict(report)))
    else:
        click.echo(
            f"{counted(report.boards, 'board')}, {counted(report.periods, 'period')} ({report.closed} closed), "
            f"{counted(report.scores, 'score')}, {report.changed:,} corrected; "
            f"{report.waiting:,} waiting for an exchange rate; {counted(len(report.faults), 'fault')}"
        )
        for fault in report.faults:
            click.echo(f"  {fault}")
    if report.faults:
        raise click.ClickException("the boards differ from what the activities say")


commands = (boards_group,)

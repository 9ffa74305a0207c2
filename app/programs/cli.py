"""`tangga activities rebuild`: awards recomputed from activities."""

from __future__ import annotations

import json
import sys

import click
from flask.cli import with_appcontext

from app.core.counted import counted
from app.programs.checking import check_awards
from app.programs.checking import rebuild as rebuild_counters


@click.group("activities")
def activities_group() -> None:
    """The log of facts, and what follows from it."""


@activities_group.command("rebuild")
@click.option("--check", is_flag=True, help="Compare only, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_appcontext
def rebuild_command(check: bool, as_json: bool) -> None:
    """Judge every activity anew and prove the stored awards equal to what is owed.

    Without --check, facts that waited for an exchange rate are awarded first and the counters of caps and budgets are
    written anew. Fails if anything differs.
    """
    awarded = 0 if check else rebuild_counters()
    shows = not as_json and sys.stderr.isatty()
    seen = 0

    def progress(count: int) -> None:
        nonlocal seen
        seen += count
        if shows:
            click.echo(f"\r{seen} activities", nl=False, err=True)

    report = check_awards(progress)
    if shows:
        click.echo("", err=True)
    if as_json:
        values = {
            "activities": report.activities, "awards": report.awards, "points": report.points,
            "waiting": report.waiting, "awarded_now": awarded, "faults": report.faults,
        }  # fmt: skip
        click.echo(json.dumps(values))
    else:
        click.echo(
            f"{counted(report.activities, 'activity', 'activities')}, {counted(report.awards, 'award')}, "
            f"{counted(report.points, 'point')}; {report.waiting:,} waiting for an exchange rate; "
            f"{counted(len(report.faults), 'fault')}"
        )
        for fault in report.faults:
            click.echo(f"  {fault}")
    if report.faults:
        raise click.ClickException("stored awards differ from what the activities earn")


commands = (activities_group,)

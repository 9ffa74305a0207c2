"""`tangga tiers review` and `tangga tiers rebuild`."""

from __future__ import annotations

import json
import sys

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from app.core.clock import today
from app.core.counted import counted
from app.core.db import db, end_read
from app.partners.models import Organisation
from app.tiers.queries import level_names
from app.tiers.rebuilding import check_figures
from app.tiers.rebuilding import rebuild as rebuild_figures
from app.tiers.reviewing import Step
from app.tiers.services.reviews import Progress, horizon, preview, run_review

_LINES = {
    "unpinned": "pin on {level} has ended",
    "grace": "{level} is short, grace until {until}",
    "warned": "{level} ends in {days} days, on {until}: warned",
    "recovered": "{level} is kept",
    "lowered": "{level} to {to_level}",
    "raised": "{level} to {to_level}",
}


@click.group("tiers")
def tiers_group() -> None:
    """Levels of companies: the review, and what they have."""


@tiers_group.command("review")
@click.option("--dry-run", is_flag=True, help="Say what would happen now, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the steps as JSON.")
@with_appcontext
def review_command(dry_run: bool, as_json: bool) -> None:
    """Review every company: lift, begin a grace, warn, lower by one level. Safe to repeat.

    With --dry-run it also says what comes until the next day of review if nothing more is recorded.
    """
    progress = _counting() if not as_json and sys.stderr.isatty() else None
    found = preview(horizon(), progress=progress) if dry_run else run_review(progress=progress)
    on = today()
    steps, coming = ([step for step in found if (step.on > on) == later] for later in (False, True))
    end_read()
    names = _companies({step.organisation_id for step in found})
    if as_json:
        told: dict[str, object] = {"dry_run": dry_run, "steps": [_record(step, names) for step in steps]}
        if dry_run:
            told["coming"] = [_record(step, names) for step in coming]
        click.echo(json.dumps(told))
        return
    levels = level_names()
    for step in steps:
        click.echo(_line(step, names, levels))
    click.echo(f"{counted(len(steps), 'step')}{' would be taken' if dry_run else ''}")
    for step in coming:
        click.echo(f"{step.on}  {_line(step, names, levels)}")


def _counting() -> Progress:
    """On a terminal: how many companies were looked at, on one line until it is done."""

    def told(done: int, total: int) -> None:
        click.echo(f"\r{done:,} of {total:,} companies", nl=done == total, err=True)

    return told


def _line(step: Step, names: dict[int, tuple[str, str]], levels: dict[str, str]) -> str:
    words = _LINES[step.kind].format(
        level=levels.get(step.level, step.level),
        to_level=levels.get(step.to_level, step.to_level),
        until=step.until,
        days=step.days,
    )
    return f"{names[step.organisation_id][1]}: {words}"


def _companies(ids: set[int]) -> dict[int, tuple[str, str]]:
    found: dict[int, tuple[str, str]] = {}
    wanted = sorted(ids)
    for at in range(0, len(wanted), 500):
        query = select(Organisation.id, Organisation.public_id, Organisation.name)
        for row in db.session.execute(query.where(Organisation.id.in_(wanted[at : at + 500]))):
            found[row.id] = (row.public_id, row.name)
    return found


def _record(step: Step, names: dict[int, tuple[str, str]]) -> dict[str, object]:
    public_id, name = names[step.organisation_id]
    return {
        "on": step.on.isoformat(), "organisation": public_id, "name": name, "step": step.kind, "level": step.level,
        "to_level": step.to_level, "until": step.until.isoformat() if step.until else None, "days": step.days,
    }  # fmt: skip


@tiers_group.command("rebuild")
@click.option("--check", is_flag=True, help="Compare only, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_appcontext
def rebuild_command(check: bool, as_json: bool) -> None:
    """Compute what companies have from the activities anew, and prove it equal to what is stored.

    Without --check it is written where it differs. With --check it fails if anything does.
    """
    shows, seen = not as_json and sys.stderr.isatty(), 0

    def progress(count: int) -> None:
        nonlocal seen
        seen += count
        if shows:
            click.echo(f"\r{seen} activities", nl=False, err=True)

    report = check_figures(progress) if check else rebuild_figures(progress)
    if shows:
        click.echo("", err=True)
    if as_json:
        values = {
            "activities": report.activities, "figures": report.figures, "waiting": report.waiting,
            "faults": report.faults, "written": 0 if check else len(report.faults),
        }  # fmt: skip
        click.echo(json.dumps(values))
    else:
        click.echo(
            f"{counted(report.activities, 'activity', 'activities')}, {counted(report.figures, 'figure')}, "
            f"{report.waiting:,} waiting for a rate; "
            f"{counted(len(report.faults), 'fault') if check else f'{len(report.faults):,} written anew'}"
        )
        for fault in report.faults:
            click.echo(f"  {fault}")
    if check and report.faults:
        raise click.ClickException("stored figures differ from the activities")


commands = (tiers_group,)

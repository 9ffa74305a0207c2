"""`tangga import`: files of other systems from the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from app.core.money import format_money
from app.integrations.imports import runs
from app.integrations.imports.mapping import parse_option
from app.integrations.imports.models import ImportKind
from app.integrations.imports.report import Report, sentences, separator_name

_PHASES = {"read": "Reading", "record": "Recording", "replay": "Parked lines"}


class _Bar:
    """A progress bar on standard error, one per phase; nothing where nobody can watch it."""

    def __init__(self, is_shown: bool) -> None:
        self.is_shown = is_shown
        self.phase = ""
        self.bar: Any = None

    def __call__(self, phase: str, done: int, total: int) -> None:
        if not self.is_shown or phase == "replay":
            return
        if phase != self.phase:
            self.close()
            self.phase = phase
            self.bar = click.progressbar(length=max(1, total), label=f"{_PHASES[phase]:<10}", file=sys.stderr)
            self.bar.__enter__()
        self.bar.update(done - self.bar.pos)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.__exit__(None, None, None)
            self.bar = None


@click.group("import")
def import_group() -> None:
    """Import partners, products or sale lines from a CSV file. Safe to repeat and to resume."""


def _command(kind: ImportKind, text: str) -> click.Command:
    @click.command(kind.value, help=text)
    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--source", help="Name of the system whose numbers the file uses.")
    @click.option(
        "--mapping", "mapping_text", help="JSON file, or field=Column,field=Column,field:=fixed value."
    )
    @click.option("--currency", help="Currency of the amounts, if the file does not say.")
    @click.option("--dry-run", is_flag=True, help="Check every row, write nothing.")
    @click.option(
        "--errors",
        "errors_path",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Where refused rows go.",
    )
    @click.option("--no-notices", is_flag=True, help="Send no mail to the partners.")
    @click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
    @with_appcontext
    def command(
        file: Path,
        source: str | None,
        mapping_text: str | None,
        currency: str | None,
        dry_run: bool,
        errors_path: Path | None,
        no_notices: bool,
        as_json: bool,
    ) -> None:
        from app.identity.actor import SYSTEM

        given = parse_option(kind, mapping_text) if mapping_text else None
        prepared = runs.prepare(kind, file, source=source, given=given, currency=currency)
        bar = _Bar(sys.stderr.isatty())
        try:
            if dry_run:
                report = runs.check(prepared, errors_path=errors_path, progress=bar)
            else:
                report = runs.run(
                    prepared, actor=SYSTEM, errors_path=errors_path, progress=bar, is_quiet=no_notices
                )
        finally:
            bar.close()
        click.echo(
            json.dumps(report.as_json(), ensure_ascii=False) if as_json else _text(report, errors_path)
        )

    return command


def _text(report: Report, errors_path: Path | None) -> str:
    lines = [
        f"{report.file_name}: {report.lines:,} lines, {report.encoding}, separated by {separator_name(report.delimiter)}"
        f" ({report.source})",
        f"  {'would import' if report.is_dry_run else 'imported':<14}{report.imported:>10,}",
        f"  {'unchanged':<14}{report.unchanged:>10,}",
        f"  {'revised':<14}{report.revised:>10,}",
        f"  {'refused':<14}{report.refused:>10,}",
        f"  {'parked':<14}{report.parked:>10,}",
    ]
    if report.replayed:
        lines.append(f"  {'replayed':<14}{report.replayed:>10,}")
    for currency, value in sorted(report.sums.items()):
        lines.append(f"  {'sum':<14}{format_money(value, currency, 'en'):>10}")
    if report.points:
        lines.append(f"  {'points':<14}{report.points:>10,}")
    lines.extend(f"  {sentence}" for sentence in sentences(report.as_json()))
    for error in report.first_errors[:5]:
        lines.append(
            f"  line {error['line']}, {error['column'] or 'row'}: {error['sentence']} {error['value']!r}"
        )
    if report.refused and errors_path is None:
        lines.append("  Name a file with --errors to have all refused rows.")
    elif report.refused:
        lines.append(f"  Refused rows are in {errors_path}.")
    lines.append(f"  {report.seconds_ms / 1000:.1f} s, {report.lines_per_second:,} lines a second")
    return "\n".join(lines)


import_group.add_command(_command(ImportKind.PARTNERS, "Organisations, known by their number in SOURCE."))
import_group.add_command(
    _command(ImportKind.PRODUCTS, "Products and their families, known by their number in SOURCE.")
)
import_group.add_command(
    _command(ImportKind.SALES, "Sale lines, known by document and line; they earn what programs give.")
)

commands = (import_group,)

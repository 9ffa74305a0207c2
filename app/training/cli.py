"""`tangga training import FILE`, `tangga training export SLUG`: courses as files, for scripts and other installations."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.identity.queries import find_actor_by_email
from app.training import store
from app.training.course_file import CourseFileFault, parse_course
from app.training.exchange import export_course
from app.training.models import CourseVersion
from app.training.services import authoring


@click.group("training")
def training_group() -> None:
    """Courses as files."""


@training_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "email", required=True, help="E-mail of the person who writes it: marketer or owner.")
@click.option("--publish", is_flag=True, help="Publish the draft at once.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_appcontext
def import_command(file: Path, email: str, publish: bool, as_json: bool) -> None:
    """Read a course file (docs/courses.md) into the draft of the course that it names, or of a new one."""
    actor = find_actor_by_email(email)
    try:
        content = parse_course(file.read_bytes())
    except CourseFileFault as refused:
        for fault in refused.faults:
            click.echo(fault, err=True)
        raise click.ClickException(f"{file.name} was not imported") from None
    course = authoring.import_content(content, actor=actor)
    version = authoring.get_draft(course.id)
    if publish:
        version = authoring.publish(course.slug, actor=actor)
    number = version.number if version is not None else 0
    if as_json:
        values = {"slug": course.slug, "version": number, "published": publish}
        click.echo(json.dumps({**values, "parts": len(content.parts), "questions": len(content.questions)}))
        return
    state = "published" if publish else "draft"
    click.echo(
        f"{course.slug}: version {number} ({state}), {len(content.parts)} parts, {len(content.questions)} questions"
    )


@training_group.command("export")
@click.argument("slug")
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write here instead of printing."
)
@with_appcontext
def export_command(slug: str, output: Path | None) -> None:
    """Write a course as a file: its draft if there is one, else what is published."""
    from app.core.db import db

    course = authoring.find_course(slug)
    version = authoring.get_draft(course.id) or db.session.get(CourseVersion, course.current_version_id)
    if version is None:
        raise click.ClickException(f"{slug} has no version")
    text = export_course(store.content_of(course, version))
    if output is None:
        click.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    click.echo(f"{slug} is in {output}")


commands = (training_group,)

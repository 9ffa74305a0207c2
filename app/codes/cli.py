"""`tangga codes`: campaigns, batches of any size with their encrypted file, and the file opened again."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from app.codes import services
from app.codes.costs import why_it_waits
from app.codes.export import NotOpened, Writer, new_password, read_export
from app.codes.models import BatchState, GiftCampaign, GiftCodeBatch
from app.codes.queries import expected_share
from app.codes.services.making import Sink
from app.core.clock import today
from app.core.counted import counted
from app.core.db import db, end_read, transaction
from app.core.errors import AppError, NotFound
from app.core.i18n import _, force_locale
from app.core.money import format_money, mul_div_ceil
from app.core.slugs import slugify
from app.identity.actor import Actor
from app.identity.queries import find_actor_by_email

DAY = click.DateTime(formats=["%Y-%m-%d"])


class Refused(click.ClickException):
    """One readable line, exit 1."""


@click.group("codes", help="Issue gift codes and look after them.")
def codes() -> None:
    """The group of the commands about gift codes."""


def _words(error: AppError) -> str:
    sentences = [str(sentence) for sentence in error.fields.values()]
    return " ".join(sentences) or str(error.message)


def _maker(email: str | None, permission: str) -> Actor | None:
    if email is None:
        return None
    try:
        actor = find_actor_by_email(email)
    except NotFound:
        raise Refused(f"nobody signs in as {email}") from None
    if not actor.can(permission):
        raise Refused(f"{email} may not do that")
    return actor


def _campaign(slug: str) -> GiftCampaign:
    found = db.session.scalar(select(GiftCampaign).where(GiftCampaign.slug == slug))
    if found is None:
        known = (
            ", ".join(db.session.scalars(select(GiftCampaign.slug).order_by(GiftCampaign.id))) or "none yet"
        )
        raise Refused(f"there is no campaign {slug!r} (known: {known}); tangga codes campaign adds one")
    return found


def _password(path: str | None) -> tuple[str, bool]:
    """(password, whether it was made up here): from a file, from TANGGA_CODES_PASSWORD, or a new one."""
    given = (
        Path(path).read_text(encoding="utf-8").strip()
        if path
        else os.environ.get("TANGGA_CODES_PASSWORD", "")
    )
    return (given, False) if given else (new_password(), True)


@contextlib.contextmanager
def _new_file(out: Path) -> Iterator[IO[bytes]]:
    """A file that stands under its name only when it is whole; readable by its owner alone."""
    if out.exists():
        raise Refused(f"{out} exists already; codes are never written over a file")
    part = out.with_name(out.name + ".part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror}") from None
    with os.fdopen(handle, "wb") as file:
        try:
            yield file
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    part.rename(out)  # if this fails the whole file lies under its first name


@codes.command("issue", help="Make a batch of codes and its one encrypted file.")
@click.option("--campaign", required=True, help="Short name of the campaign.")
@click.option("--points", required=True, type=int, help="Points on each code, at most 50,000.")
@click.option("--count", required=True, type=int, help="How many codes, at most 1,000,000.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write."
)
@click.option("--valid-until", type=DAY, help="Last day, if not the campaign's.")
@click.option("--by", metavar="EMAIL", help="Who makes them; somebody else must approve above the limit.")
@click.option(
    "--password-file", type=click.Path(exists=True, dir_okay=False), help="Holds the file's password."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_appcontext
def issue(
    campaign: str, points: int, count: int, out: Path, valid_until: datetime | None, by: str | None,
    password_file: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Nothing is kept of the codes but their keyed hashes; the file is the only place where they can be read."""
    maker = _maker(by, "code.issue")
    row = _campaign(campaign)
    password, is_new = _password(password_file)
    share = expected_share()
    _say_if_it_waits(points * count, row, maker)
    try:
        services.check_password(password)
        with _new_file(out) as file, transaction():
            writer = Writer(file, password)
            last = valid_until.date() if valid_until else None
            wanted = services.Wanted(points, count, last)
            shows = not as_json and sys.stderr.isatty()
            batch = services.issue_batch(
                row.id, wanted, _counting(services.writing_to(writer), shows), actor=maker
            )
            writer.close()
            file.flush()
            os.fsync(file.fileno())  # the file is safe before the codes are
            services.note_export(batch, maker)
    except AppError as refused:
        raise Refused(_words(refused)) from None
    left = db.session.get_one(GiftCampaign, row.id, populate_existing=True).left_points
    _report(batch, out, password if is_new else None, _costs(batch, share, left), as_json)


def _say_if_it_waits(points: int, campaign: GiftCampaign, maker: Actor | None) -> None:
    """Before anything is made: that a second person will be asked, and why. In the language of who makes it."""
    if not 0 < points <= campaign.left_points:
        return  # the refusal says what is wrong
    with force_locale(maker.locale if maker else "en"):
        why = why_it_waits(points, maker.person_id if maker else None)
        if why:
            click.echo(f"{why} {_('Codes stay locked until then.')}", err=True)


def _counting(sink: Sink, shows: bool) -> Sink:
    """The same, and on a terminal how many codes are made."""
    if not shows:
        return sink
    made = 0

    def shown(batch: GiftCodeBatch, position: int, texts: Sequence[str]) -> None:
        nonlocal made
        sink(batch, position, texts)
        made += len(texts)
        done = made == batch.code_count
        click.echo(f"\r{made:,} of {batch.code_count:,} codes", nl=done, err=True)

    return shown


def _costs(batch: GiftCodeBatch, share: tuple[int, int] | None, left: int) -> dict[str, Any]:
    """What a batch costs if every code is used and by what past ones were used for; what is left of the budget."""
    worth = batch.worth_minor
    expected = worth if worth is None or share is None else mul_div_ceil(worth, *share)
    return {"worth_minor": worth, "expected_minor": expected, "currency": batch.currency, "left_points": left}


def _report(
    batch: GiftCodeBatch, out: Path, password: str | None, costs: dict[str, Any], as_json: bool
) -> None:
    waits = batch.state is BatchState.WAITING
    if as_json:
        found: dict[str, Any] = {
            "batch": batch.public_id, "codes": batch.code_count, "points": batch.points, "file": str(out),
            "state": batch.state.value, "password": password, **costs,
        }  # fmt: skip
        click.echo(json.dumps(found))
        return
    click.echo(
        f"{counted(batch.code_count, 'code')} of {counted(batch.points, 'point')} in {out} (batch {batch.public_id})."
    )
    if costs["worth_minor"] is not None:
        worth, expected = (
            format_money(costs[name], batch.currency, "en") for name in ("worth_minor", "expected_minor")
        )
        click.echo(f"Cost if every code is used: {worth}. Expected from past use: {expected}.")
    click.echo(f"Budget left: {counted(costs['left_points'], 'point')}.")
    if password:
        click.echo(f"Password of the file, shown this once: {password}")
    if waits:
        click.echo("They stay locked until a second person approves: /admin/codes/" + batch.public_id)


@codes.command("open", help="Decrypt the file of a batch.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="CSV file; else standard output."
)
@click.option(
    "--password-file", type=click.Path(exists=True, dir_okay=False), help="Holds the file's password."
)
def open_file(file: Path, out: Path | None, password_file: str | None) -> None:
    """Needs no database: anybody with the file and its password can."""
    password, is_new = _password(password_file)
    if is_new:
        password = click.prompt("Password of the file", hide_input=True, err=True)
    try:
        with file.open("rb") as source, _new_file(out) if out else _standard_output() as target:
            for text in read_export(source, password):
                target.write(text.encode())
    except NotOpened as problem:
        raise Refused(str(problem)) from None


@contextlib.contextmanager
def _standard_output() -> Iterator[IO[bytes]]:
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


@codes.command("campaign", help="Add a campaign.")
@click.option("--name", required=True, help="What partners read.")
@click.option("--giver", required=True, help="Who gives.")
@click.option("--budget", required=True, type=int, help="Budget in points, a hard stop.")
@click.option("--slug", help="Short name for the other commands.")
@click.option("--valid-until", type=DAY, help="Last day; twelve months from today otherwise.")
@with_appcontext
def campaign(name: str, giver: str, budget: int, slug: str | None, valid_until: datetime | None) -> None:
    """The same as the page does; but a short name that was asked for is had or refused, never another one.

    A script would issue the codes of the new campaign from the budget of the one that has the name.
    """
    wanted = slugify(slug or "", fallback="")
    if wanted and db.session.scalar(select(GiftCampaign.id).where(GiftCampaign.slug == wanted)) is not None:
        raise Refused(f"there is a campaign {wanted} already; choose another --slug")
    end_read()
    first: date = today()
    last = valid_until.date() if valid_until else services.default_last_day(first)
    details = services.CampaignDetails(name, giver, budget, first, last)
    try:
        row = services.add_campaign(details, actor=None, slug=slug)
    except AppError as refused:
        raise Refused(_words(refused)) from None
    click.echo(f"Campaign {row.slug} added.")


@codes.command("void", help="Take back what the codes of a batch still hold.")
@click.argument("batch")
@click.option("--code", help="Only this one: its last four characters, or the whole code.")
@click.option("--reason", required=True, help="Why; kept with the batch.")
@click.option("--by", metavar="EMAIL", help="Who does it.")
@with_appcontext
def void(batch: str, code: str | None, reason: str, by: str | None) -> None:
    """What was used stays used."""
    actor = _maker(by, "code.issue")
    batch_id = db.session.scalar(select(GiftCodeBatch.id).where(GiftCodeBatch.public_id == batch))
    end_read()
    if batch_id is None:
        raise Refused(f"there is no batch {batch}")
    try:
        if code:
            points = services.void_code(batch_id, code, actor=actor, reason=reason)
        else:
            points = services.void_batch(batch_id, actor=actor, reason=reason)
    except AppError as refused:
        raise Refused(_words(refused)) from None
    click.echo(f"Void; back in the budget: {counted(points, 'point')}.")


@codes.command("expire", help="End batches that are past their thirty days of grace.")
@with_appcontext
def expire() -> None:
    """What the worker does by itself; safe to repeat."""
    click.echo(f"Expired: {counted(services.expire_batches(), 'point')}.")


commands: tuple[click.Command, ...] = (codes,)

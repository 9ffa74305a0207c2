"""Giving an award: to whom, for what, how many points, and whether a second person has to agree first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.activities import pipeline
from app.activities.bulk import record_many
from app.activities.facts import Fact
from app.core import audit, jobs
from app.core.clock import today, utc_now
from app.core.db import db, queue_up, transaction
from app.core.errors import Forbidden, InvalidInput
from app.core.i18n import _
from app.core.undo import UNDO_SECONDS
from app.identity.actor import Actor
from app.identity.models import Person
from app.ledger.worth import needs_second_person, reporting_worth
from app.partners.models import Organisation
from app.recognition.errors import BudgetTooSmall
from app.recognition.models import (
    CITATION_MAX,
    LANGUAGES,
    SERVICE,
    Award,
    AwardCategory,
    AwardEvent,
    AwardEventKind,
    AwardRecipient,
    AwardState,
)
from app.recognition.scope import Receiver, find_receivers
from app.recognition.services.alone import most_given_alone

TELL = "recognition.tell"
MOST_POINTS = 1_000_000


@dataclass(frozen=True, slots=True)
class AwardFields:
    """What somebody wants to give. `to` are receivers' keys (`p-<id>`, `c-<id>`), `points` what each of them gets."""

    to: tuple[str, ...]
    category: str
    citation: str = ""
    citation_lang: str = "en"
    points: int = 0
    is_on_wall: bool = True
    picture_key: str | None = None


def give(fields: AwardFields, *, actor: Actor) -> Award:
    """Give an award, or ask a second person to agree where its points are worth over 5,000 in the reporting currency:
    all of them together, or those of one receiver with what the actor gave them alone in the last 24 hours.

    Until that person agrees nothing is public and nothing is posted. Points go through the pipeline: one activity for
    each receiver, whose program pays out of the award budget; if that gives less than was offered, nothing is kept.
    Raises Forbidden, NotFound (a receiver out of the actor's reach), InvalidInput, BudgetTooSmall.
    """
    if not actor.can("recognition.award"):
        raise Forbidden()
    citation = fields.citation.replace("\x00", "").replace("\r\n", "\n").strip()
    with transaction():
        queue_up(Person, actor.person_id)
        category = check_fields(fields, citation)
        receivers = find_receivers(fields.to, actor)
        total = fields.points * len(receivers)
        waits = needs_second_person(total)
        if total and not waits:
            waits = needs_second_person(fields.points, most_given_alone(receivers, actor))
        award = Award(
            category_id=category.id,
            state=AwardState.WAITING,
            citation=citation,
            citation_lang=fields.citation_lang,
            picture_key=fields.picture_key,
            points=fields.points,
            worth_minor=reporting_worth(total) if total else 0,
            is_on_wall=fields.is_on_wall,
            giver_id=actor.person_id,
            happened_at=utc_now(),
            year=today().year,
        )
        db.session.add(award)
        db.session.flush()
        _add_receivers(award, receivers)
        if waits:
            note_event(award, AwardEventKind.ASKED, actor)
            promise_notice(award, "asked")
        else:
            post(award, category.slug, actor=actor)
            note_event(award, AwardEventKind.GIVEN, actor)
            promise_notice(award, "given")
        return award


def check_fields(fields: AwardFields, citation: str) -> AwardCategory:
    """The category, if everything can be taken. Raises InvalidInput with a sentence per field."""
    wrong: dict[str, object] = {}
    if not fields.to:
        wrong["to"] = _("Choose who gets the award.")
    category = db.session.scalars(
        select(AwardCategory).where(
            AwardCategory.slug == fields.category,
            AwardCategory.slug != SERVICE,
            AwardCategory.retired_at.is_(None),
        )
    ).first()
    if category is None:
        wrong["category"] = _("Choose what the award is for.")
    if len(citation) > CITATION_MAX:
        wrong["citation"] = _(
            "Use at most %(most)s characters. You have %(now)s.", most=CITATION_MAX, now=len(citation)
        )
    if fields.citation_lang not in LANGUAGES:
        wrong["citation_lang"] = _("Choose the language that you wrote in.")
    if not 0 <= fields.points <= MOST_POINTS:
        wrong["points"] = _("Enter a whole number of points, at most 1,000,000.")
    if wrong or category is None:
        raise InvalidInput(fields=wrong)
    return category


def _add_receivers(award: Award, receivers: Sequence[Receiver]) -> None:
    for one in receivers:
        db.session.add(
            AwardRecipient(award_id=award.id, person_id=one.person_id, organisation_id=one.organisation_id)
        )
    db.session.flush()


def post(award: Award, category: str, *, actor: Actor) -> None:
    """Make the award true: an activity for each receiver, in one order, and its place on the wall from now on.

    Raises BudgetTooSmall if a receiver would get fewer points than were offered.
    """
    query = (
        select(AwardRecipient, Person.public_id, Organisation.public_id)
        .join(Organisation, Organisation.id == AwardRecipient.organisation_id)
        .outerjoin(Person, Person.id == AwardRecipient.person_id)
        .where(AwardRecipient.award_id == award.id)
        .order_by(AwardRecipient.organisation_id, AwardRecipient.person_id, AwardRecipient.id)
    )
    now, rows = utc_now(), db.session.execute(query).all()
    facts = [
        Fact(
            "recognition",
            "recognition",
            f"{award.public_id}:{f'p-{person_key}' if person_key else f'c-{company_key}'}",
            recipient.organisation_id,
            today(),
            member_id=recipient.person_id,
            occurred_at=now,
            quantity=award.points or None,
            attributes={"award": award.public_id, "category": category},
        )
        for recipient, person_key, company_key in rows
    ]
    recorded = record_many(facts, actor=actor, at_once=True)
    given = pipeline.gains([each.activity_id for each in recorded])
    for each, (recipient, _person_key, _company_key) in zip(recorded, rows, strict=True):
        payee = "organisation" if recipient.person_id is None else "member"
        gains = given.get(each.activity_id, ())
        if sum(gain.points for gain in gains if gain.payee_kind == payee) < award.points:
            raise BudgetTooSmall()
        recipient.activity_id = each.activity_id
    award.state, award.given_at, award.happened_at = AwardState.GIVEN, now, now
    award.year = today().year
    db.session.flush()


def note_event(award: Award, kind: AwardEventKind, actor: Actor | None, note: str | None = None) -> None:
    """Write what happened: a line of the award's own log, and the audit row."""
    db.session.add(
        AwardEvent(
            award_id=award.id,
            kind=kind,
            actor_id=actor.person_id if actor else None,
            note=note,
            occurred_at=utc_now(),
        )
    )
    db.session.flush()
    audit.record(
        f"award.{kind.value}",
        actor=actor,
        subject="award",
        subject_id=award.id,
        after={"state": award.state.value, "points": award.points},
        note=note,
    )


def notice_key(award_id: int, what: str) -> str:
    """Name of the promise to tell people about an award."""
    return f"{TELL}:{award_id}:{what}"


def promise_notice(award: Award, what: str, delay_seconds: int = UNDO_SECONDS) -> None:
    """Tell people once the time to undo is over."""
    jobs.enqueue(
        TELL,
        {"award_id": award.id, "what": what},
        dedupe=notice_key(award.id, what),
        delay_seconds=delay_seconds,
    )

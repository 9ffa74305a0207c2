"""The verbs that write the log: record one fact, void one. Many at once: `app.activities.bulk`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from app.activities import pipeline, queries
from app.activities.facts import Entry, Fact, Recorded
from app.core import audit
from app.core.clock import utc_now
from app.core.db import db, dialect, transaction
from app.core.errors import NotFound
from app.core.i18n import _
from app.core.types import new_public_id
from app.partners.models import Organisation

TABLE: Any = queries.TABLE
REVISED = "revised"


def record(
    kind: str,
    *,
    source: str,
    source_ref: str,
    organisation_id: int,
    occurred_on: date,
    member_id: int | None = None,
    occurred_at: datetime | None = None,
    amount_minor: int | None = None,
    currency: str | None = None,
    quantity: int | None = None,
    product_id: int | None = None,
    family_id: int | None = None,
    attributes: dict[str, Any] | None = None,
    actor: Any,
) -> Recorded:
    """Put a fact into the log and let the programs judge it, in the caller's transaction.

    The same content again does nothing and answers with the first. Other content under the same (source, source_ref,
    kind) voids the last revision, with the opposite postings of all it caused, and records the next.
    Raises InvalidInput for what cannot be recorded, NotFound for an unknown organisation.
    """
    return record_fact(
        Fact(
            kind=str(kind),
            source=source,
            source_ref=source_ref,
            organisation_id=organisation_id,
            occurred_on=occurred_on,
            member_id=member_id,
            occurred_at=occurred_at,
            amount_minor=amount_minor,
            currency=currency,
            quantity=quantity,
            product_id=product_id,
            family_id=family_id,
            attributes=attributes or None,
        ),
        actor=actor,
    )


def record_fact(fact: Fact, *, actor: Any) -> Recorded:
    """`record` for a fact made beforehand."""
    fact.check()
    with transaction():
        entry = _insert(fact, 1)
        if entry is None:
            return _record_again(fact, actor)
        pipeline.react([entry], actor)
        return _answer(entry, "new")


def _record_again(fact: Fact, actor: Any) -> Recorded:
    """The fact is known: nothing to do, or the next revision. The last revision's row is the lock."""
    query = (
        select(TABLE)
        .where(
            TABLE.c.source == fact.source, TABLE.c.kind == fact.kind, TABLE.c.source_ref == fact.source_ref
        )
        .order_by(TABLE.c.revision.desc())
        .limit(1)
        .with_for_update()
    )
    row = db.session.execute(query).mappings().first()
    if row is None:
        raise NotFound(_("This company is not known here."))
    last = queries.entry_of(row)
    in_force = row["voided_at"] is None
    if in_force and row["digest"] == fact.digest():
        return _answer(last, "unchanged")
    if in_force:
        _mark_void(last.id, REVISED, actor)
    entry = _insert(fact, last.revision + 1, last)
    if entry is None:  # another revision came first while we waited for the lock
        return _record_again(fact, actor)
    if in_force:
        pipeline.hold([last, entry])
        pipeline.undo([last], REVISED, actor)
        audit.record(
            "activity.revised",
            actor=actor,
            subject="activity",
            subject_id=entry.id,
            organisation_id=fact.organisation_id,
            note=f"{fact.source} {fact.source_ref} revision {entry.revision}",
        )
    pipeline.react([entry], actor)
    return _answer(entry, REVISED if in_force else "new")


def void(activity_id: int, reason: str, actor: Any) -> None:
    """Take a fact out of force and post the opposite of everything it caused. A second call does nothing.

    Raises NotFound.
    """
    with transaction():
        void_entries([activity_id], reason, actor)


def void_entries(activity_ids: Sequence[int], reason: str, actor: Any) -> None:
    """Take facts out of force together, inside a transaction; those that are out already stay so. Raises NotFound."""
    query = select(TABLE).where(TABLE.c.id.in_(activity_ids)).order_by(TABLE.c.id).with_for_update()
    rows = db.session.execute(query).mappings().all()
    if len(rows) != len(activity_ids):
        raise NotFound()
    entries = [queries.entry_of(row) for row in rows if row["voided_at"] is None]
    if not entries:
        return
    for entry in entries:
        _mark_void(entry.id, reason, actor)
    pipeline.hold(entries)
    pipeline.undo(entries, reason, actor)
    for entry in entries:
        audit.record(
            "activity.voided",
            actor=actor,
            subject="activity",
            subject_id=entry.id,
            organisation_id=entry.fact.organisation_id,
            note=reason,
        )


def _mark_void(activity_id: int, reason: str, actor: Any) -> None:
    values = {
        "voided_at": utc_now(),
        "void_reason": reason,
        "voided_by_id": getattr(actor, "person_id", None),
    }
    db.session.execute(update(TABLE).where(TABLE.c.id == activity_id).values(**values))


def _tier(fact: Fact, last: Entry | None) -> str | None:
    """The level of the fact's date. A revision keeps the first one's: what a fact caused does not judge itself."""
    place = (fact.organisation_id, fact.occurred_on)
    if last is not None and place == (last.fact.organisation_id, last.fact.occurred_on):
        return last.organisation_tier
    return pipeline.TIER_OF([place]).get(place)


def _insert(fact: Fact, revision: int, last: Entry | None = None) -> Entry | None:
    """Insert a revision; None if it is there already (or the organisation is unknown)."""
    place = db.session.execute(
        select(Organisation.country, Organisation.kind).where(Organisation.id == fact.organisation_id)
    ).first()
    if place is None:
        raise NotFound(_("This company is not known here."))
    if dialect() == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    public_id, rules, tier = new_public_id(), pipeline.ruleset(), _tier(fact, last)
    values = {
        "public_id": public_id, "kind": fact.kind, "source": fact.source, "source_ref": fact.source_ref,
        "revision": revision, "digest": fact.digest(), "organisation_id": fact.organisation_id,
        "organisation_country": place.country, "organisation_kind": str(place.kind), "organisation_tier": tier,
        "member_id": fact.member_id, "occurred_on": fact.occurred_on, "occurred_at": fact.occurred_at,
        "amount_minor": fact.amount_minor, "currency": fact.currency, "quantity": fact.quantity,
        "product_id": fact.product_id, "family_id": fact.family_id, "attributes": fact.attributes,
        "ruleset": rules, "created_at": utc_now(),
    }  # fmt: skip
    found = db.session.execute(
        insert(TABLE).values(**values).on_conflict_do_nothing().returning(TABLE.c.id)
    ).scalar()
    if found is None:
        return None
    return Entry(found, public_id, revision, fact, place.country, str(place.kind), rules, tier)


def _answer(entry: Entry, status: str) -> Recorded:
    awards = pipeline.awards([entry.id]).get(entry.id, [])
    return Recorded(entry.id, entry.public_id, entry.revision, status, awards)

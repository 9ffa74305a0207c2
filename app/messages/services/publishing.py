"""From draft to live to ended: scheduling, going out, corrections, times, taking down."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from app.core import audit, jobs
from app.core.clock import utc_now
from app.core.db import db, lock, transaction
from app.core.errors import Conflict, InvalidInput
from app.core.i18n import LOCALE_NAMES, LOCALES, _, current_locale
from app.identity.actor import SYSTEM, Actor
from app.messages.models import Announcement, Revision, State, Wording
from app.messages.scope import is_over
from app.messages.services.drafts import NotEditable, find_editable, open_revision, wordings
from app.notices.services import take_back

TELL = "messages.tell"


def missing_in(text: Wording | None, href: str) -> list[str]:
    """What a language lacks before readers may be given it: names of fields (`title`, `body`, `button`)."""
    if text is None:
        return ["title", "body"]
    found = [name for name in ("title", "body") if not getattr(text, name)]
    return [*found, "button"] if href and not text.button else found


def is_begun(text: Wording | None) -> bool:
    """Whether somebody has started to write this language."""
    return text is not None and bool(text.title or text.body or text.summary or text.button)


def publish(public_id: str, *, actor: Actor) -> Announcement:
    """Let a draft go out now, or at its start if that lies ahead. Raises NotEditable, InvalidInput."""
    with transaction():
        row = find_editable(public_id, actor)
        revision = open_revision(row.id)
        if row.state is not State.DRAFT or revision is None:
            raise NotEditable(_("This announcement is no draft any more."))
        _check_ready(revision)
        if is_over(row):
            raise InvalidInput(fields={"ends_at": _("This end has passed already.")})
        if row.starts_at is not None and row.starts_at > utc_now():
            row.state, row.changed_at = State.SCHEDULED, utc_now()
            audit.record("announcement.scheduled", actor=actor, subject="announcement", subject_id=row.id)
        else:
            _go_live(row, revision, actor)
    return row


def unschedule(public_id: str, *, actor: Actor) -> Announcement:
    """Make what waits for its time a draft again. Raises NotEditable."""
    with transaction():
        row = find_editable(public_id, actor)
        if row.state is not State.SCHEDULED:
            raise NotEditable(_("This announcement does not wait for its time any more."))
        row.state, row.changed_at = State.DRAFT, utc_now()
        audit.record("announcement.unscheduled", actor=actor, subject="announcement", subject_id=row.id)
    return row


def publish_correction(public_id: str, *, actor: Actor) -> Announcement:
    """Put the correction in the place of what is live; its note is shown. Raises NotEditable, InvalidInput."""
    with transaction():
        row = find_editable(public_id, actor)
        revision = open_revision(row.id)
        if row.state is not State.LIVE or revision is None:
            raise NotEditable(_("Only an announcement that is live can be corrected."))
        _check_ready(revision)
        if not revision.note:
            raise InvalidInput(fields={"note": _("Say what the correction changes.")})
        _put_out(row, revision)
        audit.record(
            "announcement.corrected",
            actor=actor,
            subject="announcement",
            subject_id=row.id,
            after={"revision": revision.number},
            note=revision.note,
        )
    return row


def set_times(
    public_id: str, *, ends_at: datetime | None, pinned_until: datetime | None, actor: Actor
) -> Announcement:
    """Change until when something live stands, and stands first. Raises NotEditable, InvalidInput."""
    with transaction():
        row = find_editable(public_id, actor)
        if row.state is not State.LIVE:
            raise NotEditable(_("This announcement is not live."))
        if ends_at is not None and ends_at <= utc_now():
            raise InvalidInput(fields={"ends_at": _("This end has passed already.")})
        row.ends_at, row.pinned_until, row.changed_at = ends_at, pinned_until, utc_now()
        audit.record("announcement.times_changed", actor=actor, subject="announcement", subject_id=row.id)
    return row


def take_down(public_id: str, *, actor: Actor) -> Announcement:
    """Nobody reads it from now on; unread notices of it go. Receipts stay. Raises Conflict."""
    with transaction():
        row = find_editable(public_id, actor)
        if row.state is not State.LIVE:
            raise Conflict(_("This announcement is not live."))
        row.state, row.taken_down_at, row.changed_at = State.TAKEN_DOWN, utc_now(), utc_now()
        for number in range(1, _last_number(row.id) + 1):
            take_back(notice_key(row.public_id, number))
        audit.record("announcement.taken_down", actor=actor, subject="announcement", subject_id=row.id)
    return row


def publish_due() -> int:
    """Let go out what waits for a time that has come; answers how many. Any number of workers may do it at once."""
    due = select(Announcement.id).where(
        Announcement.state == State.SCHEDULED, Announcement.starts_at <= utc_now()
    )
    count = 0
    for announcement_id in list(db.session.scalars(due.order_by(Announcement.starts_at, Announcement.id))):
        with transaction():
            row = lock(Announcement, announcement_id)
            revision = open_revision(row.id)
            if (
                row.state is not State.SCHEDULED
                or row.starts_at is None
                or row.starts_at > utc_now()
                or revision is None
            ):
                continue
            if is_over(row):  # nobody worked from its start to its end: a person decides again
                row.state = State.DRAFT
                audit.record("announcement.missed", actor=SYSTEM, subject="announcement", subject_id=row.id)
                continue
            _go_live(row, revision, SYSTEM)
            count += 1
    return count


def end_due() -> int:
    """End what has reached its end, and unpin what has stood first long enough."""
    now = utc_now()
    due = select(Announcement.id).where(Announcement.state == State.LIVE, Announcement.ends_at <= now)
    count = 0
    for announcement_id in list(db.session.scalars(due)):
        with transaction():
            row = lock(Announcement, announcement_id)
            if row.state is State.LIVE and is_over(row):
                row.state, row.changed_at = State.ENDED, now
                audit.record("announcement.ended", actor=SYSTEM, subject="announcement", subject_id=row.id)
                count += 1
    if db.session.scalar(select(Announcement.id).where(Announcement.pinned_until <= now).limit(1)):
        with transaction():
            db.session.execute(
                update(Announcement).where(Announcement.pinned_until <= now).values(pinned_until=None)
            )
    return count


def notice_key(public_id: str, number: int) -> str:
    """What names the notice of a revision."""
    return f"news:{public_id}:{number}"


def _check_ready(revision: Revision) -> None:
    texts = wordings(revision.id)
    ready = [locale for locale in LOCALES if locale in texts and texts[locale].is_ready]
    if not ready:
        first = next((locale for locale in LOCALES if is_begun(texts.get(locale))), current_locale())
        language = LOCALE_NAMES[first]
        said = {
            "title": _(
                "Write a headline in at least one language. %(language)s has none yet.", language=language
            ),
            "body": _(
                "Write a message in at least one language. %(language)s has none yet.", language=language
            ),
        }
        raise InvalidInput(
            fields={f"{name}_{first}": said[name] for name in missing_in(texts.get(first), "")}
        )
    if not revision.href and any(texts[locale].button for locale in ready):
        raise InvalidInput(fields={"href": _("Say where the button leads.")})
    without = [locale for locale in ready if revision.href and not texts[locale].button]
    if without:
        raise InvalidInput(
            fields={
                f"button_{locale}": _("Say what the button does, or leave its page empty.")
                for locale in without
            }
        )


def _go_live(row: Announcement, revision: Revision, actor: Actor) -> None:
    now = utc_now()
    row.state, row.published_at, row.changed_at = State.LIVE, now, now
    row.starts_at = row.starts_at or now
    _put_out(row, revision)
    audit.record("announcement.published", actor=actor, subject="announcement", subject_id=row.id)


def _put_out(row: Announcement, revision: Revision) -> None:
    """Make a revision the one that is read, for good, and promise to tell its readers."""
    synchronize = {"synchronize_session": False}
    left = _left_to_tell(row.id)
    db.session.execute(
        update(Revision).where(Revision.announcement_id == row.id, Revision.is_live).values(is_live=False),
        execution_options=synchronize,
    )
    db.session.flush()
    revision.published_at, revision.is_live = utc_now(), True
    db.session.flush()
    db.session.execute(
        update(Wording).where(Wording.revision_id == revision.id).values(is_final=True),
        execution_options=synchronize,
    )
    if revision.number == 1 or revision.tells_again:
        promise_batch(revision.id, 0)
    elif left is not None:  # those who were not told yet hear of it as it is now
        revision.told_through = left
        db.session.flush()
        promise_batch(revision.id, left)


def promise_batch(revision_id: int, after: int) -> None:
    """Let the worker tell the people after a person id, once."""
    payload = {"revision_id": revision_id, "after": after}
    jobs.enqueue(TELL, payload, dedupe=_batch_name(revision_id, after))


def _batch_name(revision_id: int, after: int) -> str:
    return f"{TELL}:{revision_id}:{after}"


def _left_to_tell(announcement_id: int) -> int | None:
    """The person up to whom the live revision was told so far, while the worker is not through with it; else None."""
    query = select(Revision.id, Revision.told_through)
    live = db.session.execute(
        query.where(Revision.announcement_id == announcement_id, Revision.is_live)
    ).first()
    if live is None or not jobs.is_promised(_batch_name(live.id, live.told_through)):
        return None
    return int(live.told_through)


def _last_number(announcement_id: int) -> int:
    query = select(Revision.number).where(Revision.announcement_id == announcement_id)
    return max(db.session.scalars(query), default=0)

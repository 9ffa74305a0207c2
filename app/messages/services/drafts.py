"""Writing an announcement: drafts, and corrections of what is out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from app.core import audit
from app.core.clock import utc_now
from app.core.db import db, lock, transaction
from app.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from app.core.i18n import LOCALES, _, ngettext
from app.core.stamps import check_seen, stamp
from app.identity.actor import Actor
from app.messages.models import Announcement, Kind, Revision, State, Wording
from app.messages.scope import audience_columns, may_edit, visible_announcements
from app.partners.audience import Audience
from app.partners.models import Organisation, Role
from app.partners.queries import visible_organisation_ids

TITLE, SUMMARY, BODY, BUTTON, HREF, NOTE = 120, 160, 20_000, 40, 500, 300
WORDS_A_MINUTE = 200


@dataclass(frozen=True, slots=True)
class Words:
    """A wording in one language. `body` is Markdown."""

    title: str = ""
    summary: str = ""
    body: str = ""
    button: str = ""

    @property
    def is_begun(self) -> bool:
        return bool(self.title or self.summary or self.body or self.button)


@dataclass(frozen=True, slots=True)
class Draft:
    """What the editor holds. Instants are UTC; without `starts_at` it goes out when it is published."""

    kind: Kind = Kind.NEWS
    words: Mapping[str, Words] = field(default_factory=dict)
    href: str = ""
    audience: Audience = field(default_factory=Audience)
    with_mail: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    pinned_until: datetime | None = None


class NotEditable(Conflict):
    """It is no draft any more."""

    code = "not_editable"


def find_announcement(public_id: str, actor: Actor) -> Announcement:
    """One announcement in the sight of the vendor's person. Raises NotFound."""
    found = db.session.scalars(
        visible_announcements(actor).where(Announcement.public_id == public_id)
    ).first()
    if found is None:
        raise NotFound()
    return found


def find_editable(public_id: str, actor: Actor) -> Announcement:
    """One announcement to be changed, locked. Raises NotFound, Forbidden."""
    found = find_announcement(public_id, actor)
    if not may_edit(found, actor):
        raise Forbidden(_("Only who made this announcement, a marketer or an owner may change it."))
    return lock(Announcement, found.id)


def open_revision(announcement_id: int) -> Revision | None:
    """The wording that is being written, if there is one."""
    query = select(Revision).where(
        Revision.announcement_id == announcement_id, Revision.published_at.is_(None)
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).first()


def create(draft: Draft, *, actor: Actor) -> Announcement:
    """Keep a new draft. Raises InvalidInput."""
    if not actor.can("news.edit"):
        raise Forbidden()
    check(draft, actor)
    with transaction():
        row = Announcement(
            created_by_id=actor.person_id,
            manager_id=actor.person_id if actor.role is Role.CHANNEL_MANAGER else None,
            **_columns(draft),
        )
        db.session.add(row)
        db.session.flush()
        _add_revision(row.id, 1, draft.words, draft.href, actor)
        audit.record("announcement.created", actor=actor, subject="announcement", subject_id=row.id)
    return row


def stamp_of(row: Announcement) -> str:
    """The stamp of a draft as it was last saved."""
    return stamp(row.changed_at.isoformat())


def save(public_id: str, draft: Draft, *, seen: str | None = None, actor: Actor) -> Announcement:
    """Change a draft. `seen`: the stamp of what the writer opened.

    Raises NotFound, Forbidden, NotEditable, ChangedSince, InvalidInput.
    """
    check(draft, actor)
    with transaction():
        row = find_editable(public_id, actor)
        revision = open_revision(row.id)
        if row.state is not State.DRAFT or revision is None:
            raise NotEditable(_("This announcement is no draft any more. Write a correction instead."))
        check_seen(seen, row.changed_at.isoformat())
        for name, value in _columns(draft).items():
            setattr(row, name, value)
        row.changed_at = utc_now()
        _write(revision, draft.words, draft.href)
    return row


def start_correction(public_id: str, *, actor: Actor) -> Revision:
    """Begin the next wording of what is live, as a copy. One that was begun goes on. Raises NotEditable."""
    with transaction():
        row = find_editable(public_id, actor)
        if row.state is not State.LIVE:
            raise NotEditable(_("Only an announcement that is live can be corrected."))
        begun = open_revision(row.id)
        if begun is not None:
            return begun
        live = db.session.scalars(
            select(Revision).where(Revision.announcement_id == row.id, Revision.is_live)
        ).one()
        last = db.session.scalar(select(func.max(Revision.number)).where(Revision.announcement_id == row.id))
        words = {
            text.locale: Words(text.title, text.summary, text.body, text.button)
            for text in wordings(live.id).values()
        }
        return _add_revision(row.id, int(last or 0) + 1, words, live.href, actor)


def correction_stamp(revision: Revision) -> str:
    """The stamp of what a correction says."""
    return stamp(*_said(revision))


def _said(revision: Revision) -> tuple[object, ...]:
    query = select(Wording).where(Wording.revision_id == revision.id).order_by(Wording.locale)
    texts = db.session.scalars(query.execution_options(populate_existing=True))
    words = [[text.locale, text.title, text.summary, text.body, text.button] for text in texts]
    return revision.number, revision.href, revision.note, revision.tells_again, words


def save_correction(
    public_id: str,
    words: Mapping[str, Words],
    href: str,
    note: str,
    tells_again: bool,
    *,
    seen: str | None = None,
    actor: Actor,
) -> Revision:
    """Change a correction that is not out yet. `seen`: the stamp of what the writer opened.

    Raises NotFound, NotEditable, ChangedSince, InvalidInput.
    """
    check(Draft(words=words, href=href), actor, note=note)
    with transaction():
        row = find_editable(public_id, actor)
        revision = open_revision(row.id)
        if row.state is not State.LIVE or revision is None:
            raise NotEditable(_("Only an announcement that is live can be corrected."))
        check_seen(seen, *_said(revision))
        revision.note, revision.tells_again = note, tells_again
        _write(revision, words, href)
        return revision


def discard(public_id: str, *, actor: Actor) -> bool:
    """Throw away what is not out: a whole draft (True), or the correction of something live (False)."""
    with transaction():
        row = find_editable(public_id, actor)
        revision = open_revision(row.id)
        if revision is None or row.state not in (State.DRAFT, State.LIVE):
            raise NotEditable(_("There is nothing here that could be thrown away."))
        db.session.execute(delete(Wording).where(Wording.revision_id == revision.id))
        db.session.execute(delete(Revision).where(Revision.id == revision.id))
        is_draft = row.state is State.DRAFT
        code = "announcement.discarded" if is_draft else "announcement.correction_discarded"
        audit.record(code, actor=actor, subject="announcement", subject_id=row.id)
        if is_draft:
            db.session.execute(delete(Announcement).where(Announcement.id == row.id))
        return is_draft


def wordings(revision_id: int) -> dict[str, Wording]:
    """The wordings of a revision by language."""
    query = select(Wording).where(Wording.revision_id == revision_id)
    return {row.locale: row for row in db.session.scalars(query)}


def minutes_of(body: str) -> int:
    """How long a text takes to read, in minutes from 1."""
    return max(1, round(len(body.split()) / WORDS_A_MINUTE))


def check(draft: Draft, actor: Actor, *, note: str = "") -> None:
    """Raises InvalidInput with a sentence a field for what may never be stored."""
    wrong: dict[str, object] = {}
    for locale in LOCALES:
        words = draft.words.get(locale, Words())
        for name, most in (("title", TITLE), ("summary", SUMMARY), ("body", BODY), ("button", BUTTON)):
            if len(getattr(words, name)) > most:
                wrong[f"{name}_{locale}"] = _at_most(most)
    if draft.href and not _leads_somewhere(draft.href):
        wrong["href"] = _("Enter a page of this portal such as /deals/new, or an address with https://.")
    if len(note) > NOTE:
        wrong["note"] = _at_most(NOTE)
    if draft.ends_at is not None and draft.starts_at is not None and draft.ends_at <= draft.starts_at:
        wrong["ends_at"] = _("It ends before it starts.")
    ids = set(draft.audience.organisation_ids)
    if ids and actor.role is Role.CHANNEL_MANAGER:
        seen = select(Organisation.id).where(
            Organisation.id.in_(ids), Organisation.id.in_(visible_organisation_ids(actor))
        )
        if set(db.session.scalars(seen)) != ids:
            wrong["audience_companies"] = _("Choose only companies that you look after.")
    if wrong:
        raise InvalidInput(fields=wrong)


def _at_most(count: int) -> str:
    return ngettext("Use at most %(num)s character.", "Use at most %(num)s characters.", count)


def _leads_somewhere(href: str) -> bool:
    if len(href) > HREF:
        return False
    return re.fullmatch(r"/(?![/\\])[^\s\\]*|https://[^\s/?#@\\]+[^\s\\]*", href) is not None


def _columns(draft: Draft) -> dict[str, Any]:
    return {
        "kind": draft.kind,
        "with_mail": draft.with_mail,
        "starts_at": draft.starts_at,
        "ends_at": draft.ends_at,
        "pinned_until": draft.pinned_until,
        **audience_columns(draft.audience),
    }


def _add_revision(
    announcement_id: int, number: int, words: Mapping[str, Words], href: str, actor: Actor
) -> Revision:
    row = Revision(announcement_id=announcement_id, number=number, href=href, made_by_id=actor.person_id)
    db.session.add(row)
    db.session.flush()
    db.session.add_all(Wording(revision_id=row.id, locale=locale) for locale in LOCALES)
    db.session.flush()
    _write(row, words, href)
    return row


def _write(revision: Revision, words: Mapping[str, Words], href: str) -> None:
    revision.href = href
    for locale, row in wordings(revision.id).items():
        given = words.get(locale, Words())
        row.title, row.summary, row.button = given.title, given.summary, given.button
        row.body, row.minutes = given.body, minutes_of(given.body)
    db.session.flush()

"""Telling readers of a revision: the bell and the e-mail copy, in batches, each person exactly once.

A batch moves the revision's mark (`told_through`) in the same transaction that writes its notices and mails. A worker
that comes second with the same batch moves nothing and writes nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from app.core import mail
from app.core.db import db, lock, transaction
from app.core.i18n import LOCALES, _, current_locale
from app.core.markdown import plain_text
from app.identity.models import Person
from app.messages.letters import Told, letter
from app.messages.models import Announcement, Kind, MailRefusal, Revision, State, Wording
from app.messages.scope import readers_of
from app.messages.services.drafts import wordings
from app.messages.services.publishing import notice_key, promise_batch
from app.notices.services import Written, notify

BATCH = 500
ICONS = {Kind.NEWS: "newspaper", Kind.CAMPAIGN: "megaphone", Kind.MUST_CONFIRM: "circle-check"}


def tell(revision_id: int, after: int = 0) -> int:
    """Tell the next people after a person id, and promise the batch that follows; answers how many were told."""
    found = db.session.execute(
        select(Revision, Announcement)
        .join(Announcement, Announcement.id == Revision.announcement_id)
        .where(Revision.id == revision_id)
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        return 0
    revision, announcement = found
    if announcement.state is not State.LIVE or not revision.is_live:
        return 0  # taken down, ended or corrected meanwhile
    query = (
        readers_of(announcement)
        .outerjoin(MailRefusal, MailRefusal.person_id == Person.id)
        .with_only_columns(Person.id, Person.email, Person.locale, MailRefusal.person_id.label("refused"))
        .where(Person.id > after)
        .order_by(Person.id)
        .limit(BATCH)
    )
    people = list(db.session.execute(query))
    if not people:
        return 0
    texts = {locale: text for locale, text in wordings(revision.id).items() if text.is_ready}
    letters = _letters(announcement, texts, people)
    last = people[-1].id
    with transaction():
        if lock(Announcement, announcement.id).state is not State.LIVE:
            return 0  # taken down while the batch was being written
        if not _move_mark(revision.id, after, last, len(people)):
            return 0
        _ring(announcement, revision, texts, [row.id for row in people])
        mail.send_many(letters)
        if len(people) == BATCH:
            promise_batch(revision.id, last)
    return len(people)


def pick(texts: dict[str, Wording], locale: str) -> Wording:
    """The wording a reader gets: their own language, else English, else the first there is."""
    return texts.get(locale) or texts.get("en") or texts[min(texts)]


def _locale(row: Any) -> str:
    return row.locale if row.locale in LOCALES else "en"


def _move_mark(revision_id: int, after: int, last: int, count: int) -> bool:
    statement = (
        update(Revision)
        .where(Revision.id == revision_id, Revision.told_through == after, Revision.is_live)
        .values(told_through=last, told_count=Revision.told_count + count)
    )
    done = db.session.execute(statement, execution_options={"synchronize_session": False})
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _ring(announcement: Announcement, revision: Revision, texts: dict[str, Wording], ids: list[int]) -> None:
    must = announcement.kind is Kind.MUST_CONFIRM

    def words() -> tuple[object, object]:
        text = pick(texts, current_locale())
        body = text.summary or plain_text(text.body, length=140)
        # What is told stands in the list for good, so it says what was asked of everybody, not who still has to.
        asked = _("Each reader is asked to confirm this.")
        return Written(text.title, text.locale), asked if must else Written(body, text.locale)

    notify(
        ids,
        f"news.{announcement.kind}",
        words,
        href=f"/news/{announcement.public_id}",
        dedupe=notice_key(announcement.public_id, revision.number),
        icon=ICONS[announcement.kind],
    )


def _letters(announcement: Announcement, texts: dict[str, Wording], people: list[Any]) -> list[mail.Letter]:
    """Mails for those who want copies; what must be confirmed is mailed to everybody."""
    if not announcement.with_mail:
        return []
    must = announcement.kind is Kind.MUST_CONFIRM
    wanting = [row for row in people if must or row.refused is None]
    made = {
        locale: letter(told(announcement, pick(texts, locale), locale))
        for locale in {_locale(row) for row in wanting}
    }
    return [mail.Letter(row.id, row.email, *made[_locale(row)]) for row in wanting]


def told(announcement: Announcement, text: Wording, locale: str) -> Told:
    """What a mail to a reader of this language says."""
    return Told(
        announcement.public_id, announcement.kind, text.title, text.body, text.locale, text.button, locale
    )

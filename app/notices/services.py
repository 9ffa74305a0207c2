"""Verbs on notices: tell people, note what was read, forget what is old."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update

from app.core.clock import utc_now
from app.core.db import db, dialect, execute_sql, execute_sql_many, in_transaction, transaction
from app.core.errors import NotFound
from app.core.i18n import LOCALES, force_locale
from app.core.types import bind, dump_json, new_public_ids
from app.identity.actor import Actor
from app.identity.models import Person, PersonStatus
from app.notices.models import Notice


@dataclass(frozen=True, slots=True)
class Written:
    """Words in a language of their own, for a title or a body that nobody put into the reader's."""

    text: str
    locale: str

    def __str__(self) -> str:
        return self.text


# (title, body) in the language in force when it is called; what is in another is Written.
Words = Callable[[], tuple[object, object]]
READ_KEPT_DAYS = 90
KEPT_DAYS = 365
TITLE_LENGTH, BODY_LENGTH = 200, 500
CHUNK = 500
WRITTEN_IN = "en"  # the language of title and body; the others stand beside it
_SAME = "kind, icon, title, body, locale, translations, href, dedupe, created_at".split(", ")
_NAMES = ", ".join(("public_id", "person_id", *_SAME))
_INSERT_LITE = (
    f"INSERT INTO notices ({_NAMES}) VALUES (:public_id, :person_id, "
    + ", ".join(f":{name}" for name in _SAME)
    + ") ON CONFLICT (person_id, dedupe) DO NOTHING"
)
# Sorted by person, so that two jobs with the same people wait for each other in one order.
_INSERT_POSTGRES = (
    f"INSERT INTO notices ({_NAMES}) SELECT given.public_id, given.person_id, "
    + ", ".join(f"CAST(:{name} AS jsonb)" if name == "translations" else f":{name}" for name in _SAME)
    + " FROM unnest(CAST(:public_ids AS text[]), CAST(:person_ids AS bigint[]))"
    " AS given(public_id, person_id) ORDER BY given.person_id ON CONFLICT (person_id, dedupe) DO NOTHING"
)


def notify(
    person_ids: Iterable[int | None],
    kind: str,
    words: Words,
    *,
    href: str,
    dedupe: str,
    icon: str = "bell",
) -> None:
    """Tell people one thing, inside the present transaction; who was told `dedupe` before is not told again.

    `words` gives (title, body) and is called once per language of the site: each reads it in the language they have
    on the day they read. `href` is a path of this site. People who are not active, and None among the ids, are left
    out. Thousands of people are a few statements.
    """
    if not in_transaction():
        raise RuntimeError("notify() outside transaction()")
    wanted = sorted({person_id for person_id in person_ids if person_id is not None})
    active: list[int] = []
    for start in range(0, len(wanted), CHUNK):
        query = select(Person.id).where(
            Person.id.in_(wanted[start : start + CHUNK]), Person.status == PersonStatus.ACTIVE
        )
        active += db.session.scalars(query)
    if not active:
        return
    said = {locale: _said(words, locale) for locale in LOCALES}
    title, body, *languages = said[WRITTEN_IN]
    if not languages:
        del said[WRITTEN_IN]
    same = {
        "kind": kind,
        "icon": icon,
        "title": title,
        "body": body,
        "locale": WRITTEN_IN,
        "translations": dump_json(said),
        "href": href,
        "dedupe": dedupe,
        "created_at": bind(utc_now(), dialect()),
    }
    _insert(sorted(active), same)


def _said(words: Words, locale: str) -> list[str]:
    """Title and body; then the language of each, if one is not in the language of the reader."""
    with force_locale(locale):
        title, body = words()
        said = [str(title)[:TITLE_LENGTH], str(body)[:BODY_LENGTH]]
        languages = [one.locale if isinstance(one, Written) else locale for one in (title, body)]
    return said if languages == [locale, locale] else said + languages


def _insert(person_ids: list[int], same: dict[str, object]) -> None:
    public_ids = new_public_ids(len(person_ids))
    if dialect() == "postgresql":
        execute_sql(_INSERT_POSTGRES, {"public_ids": public_ids, "person_ids": person_ids, **same})
        return
    rows = [
        {"public_id": public_id, "person_id": person_id, **same}
        for public_id, person_id in zip(public_ids, person_ids, strict=True)
    ]
    execute_sql_many(_INSERT_LITE, rows)


def read_notice(public_id: str, *, actor: Actor) -> str:
    """Note that a person opened one of their notices, and answer where it leads. Raises NotFound."""
    mine = Notice.public_id == public_id, Notice.person_id == actor.person_id
    href = db.session.scalar(select(Notice.href).where(*mine))
    if href is None:
        raise NotFound()
    with transaction():
        db.session.execute(
            update(Notice).where(*mine, Notice.read_at.is_(None)).values(read_at=utc_now()),
            execution_options={"synchronize_session": False},
        )
    return href


def read_about(dedupe: str, *, actor: Actor) -> None:
    """Note as read what was told under this name: its reader has seen the thing itself."""
    with transaction():
        db.session.execute(
            update(Notice)
            .where(Notice.person_id == actor.person_id, Notice.dedupe == dedupe, Notice.read_at.is_(None))
            .values(read_at=utc_now()),
            execution_options={"synchronize_session": False},
        )


def read_all(*, actor: Actor) -> None:
    """Note all notices of a person as read."""
    with transaction():
        db.session.execute(
            update(Notice)
            .where(Notice.person_id == actor.person_id, Notice.read_at.is_(None))
            .values(read_at=utc_now()),
            execution_options={"synchronize_session": False},
        )


def purge() -> None:
    """Forget notices: 90 days after they came if they were read, after a year in any case."""
    now = utc_now()
    with transaction():
        db.session.execute(
            delete(Notice).where(
                Notice.created_at < now - timedelta(days=READ_KEPT_DAYS), Notice.read_at.is_not(None)
            )
        )
        db.session.execute(delete(Notice).where(Notice.created_at < now - timedelta(days=KEPT_DAYS)))


def take_back(dedupe: str) -> None:
    """Remove what was told and not yet opened, inside the present transaction."""
    if not in_transaction():
        raise RuntimeError("take_back() outside transaction()")
    db.session.execute(
        delete(Notice).where(Notice.dedupe == dedupe, Notice.read_at.is_(None)),
        execution_options={"synchronize_session": False},
    )

"""How people and companies appear on boards: by name, by an alias, or as a partner of their region."""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, cast, delete, func, or_, select, union_all
from sqlalchemy.exc import IntegrityError

from app.boards.models import BoardName, NameMode, Participants
from app.boards.words import partner_in
from app.core import audit
from app.core.clock import utc_now
from app.core.db import db, dialect, transaction
from app.core.errors import InvalidInput
from app.core.i18n import LOCALES, _, force_locale
from app.core.settings import current_settings
from app.identity.models import Person
from app.partners.models import Organisation

MIN_ALIAS, MAX_ALIAS = 2, 30
_JOINERS = " -'._&"
_ARTICLES = ("a", "an", "the", "one")


def fold_alias(alias: str) -> str:
    """An alias as it is compared: case, accents, spaces and signs do not tell two apart."""
    plain = unicodedata.normalize("NFKD", alias)
    return "".join(letter for letter in plain.casefold() if letter.isalnum())


def _folded(text: str) -> list[str]:
    """The words of a text, folded as aliases are compared."""
    return [word for part in re.split(r"[\W_]+", text) if (word := fold_alias(part))]


def _beginnings(text: str) -> set[str]:
    """What a text begins with, word by word and folded, with and without an article in front."""
    words = _folded(text)
    without = words[1:] if words and words[0] in _ARTICLES else words
    return {*accumulate(words), *accumulate(without)}


def _reads_unnamed(alias: str) -> bool:
    """Whether an alias begins as what stands for who wishes no name: "A partner in ...", in any language.

    Whole words are compared, however they are joined: "Mitra-di Riau" is refused, "Mitra Digital" is a name.
    """
    begun = _beginnings(alias)
    for locale in LOCALES:
        with force_locale(locale):
            phrase = partner_in("")
        whole = fold_alias(phrase)
        if any(beginning in begun for beginning in _beginnings(phrase) if whole.endswith(beginning)):
            return True
    return False


def choose_name(
    kind: Participants, subject_id: int, mode: NameMode, alias: str | None, *, actor: Any
) -> None:
    """Set how somebody appears, on every board and at once. Raises InvalidInput at `alias`."""
    alias = " ".join((alias or "").split()) if mode is NameMode.ALIAS else None
    if alias is not None:
        _check_alias(alias)
    with transaction():
        mine = (BoardName.kind == kind) & (BoardName.subject_id == subject_id)
        if alias is not None and _is_taken(fold_alias(alias), alias, mine):
            raise InvalidInput(fields={"alias": _taken()})
        if mode is NameMode.NAME:
            db.session.execute(delete(BoardName).where(mine))
        else:
            _write(kind, subject_id, mode, alias)
        audit.record(
            "board.name_chosen", actor=actor, subject=kind.value, subject_id=subject_id, note=mode.value
        )


def _write(kind: Participants, subject_id: int, mode: NameMode, alias: str | None) -> None:
    """In one statement, so that two taps at once do not get into each other's way."""
    if dialect() == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    values = {
        "mode": mode,
        "alias": alias,
        "alias_key": fold_alias(alias) if alias else None,
        "changed_at": utc_now(),
    }
    statement = insert(BoardName).values(kind=kind, subject_id=subject_id, **values)
    try:
        db.session.execute(
            statement.on_conflict_do_update(index_elements=["kind", "subject_id"], set_=values)
        )
    except IntegrityError:  # somebody took the alias between the look and the write
        raise InvalidInput(fields={"alias": _taken()}) from None


def _check_alias(alias: str) -> None:
    ok = all(
        letter.isalnum() or letter in _JOINERS or unicodedata.category(letter)[0] == "M" for letter in alias
    )
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in alias if letter.isalpha()}
    ok = ok and not ("LATIN" in scripts and scripts & {"CYRILLIC", "GREEK"})  # letters that only look alike
    if not MIN_ALIAS <= len(alias) <= MAX_ALIAS or not ok or len(fold_alias(alias)) < MIN_ALIAS:
        sentence = _("Write an alias of 2 to 30 letters and figures.")
        raise InvalidInput(fields={"alias": sentence})
    if _reads_unnamed(alias):
        sentence = _("This is how partners without a name are shown. Choose another alias.")
        raise InvalidInput(fields={"alias": sentence})


def _taken() -> str:
    return _("Somebody has this name already. Choose another alias.")


def _joined(column: Any) -> Any:
    """A name in small letters without what joins its words."""
    found = func.lower(column)
    for sign in _JOINERS:
        found = func.replace(found, sign, "")
    return found


def _words(name: str) -> str:
    """A name's words as they are compared, with a space on both sides: "Veridia team" would speak for the vendor."""
    return f" {' '.join(_folded(name))} "


def _is_taken(key: str, alias: str, mine: ColumnElement[bool]) -> bool:
    """Whether it is another's alias, or the name of a person, a company or the vendor, however it is written."""
    settings = current_settings()
    ours = (settings.vendor_name, settings.brand_name)
    if key in map(fold_alias, ours) or any(_words(own) in _words(alias) for own in ours):
        return True
    asked = {alias, alias.lower(), key}
    if _is_name_beyond_ascii(key):
        return True
    found = union_all(
        select(BoardName.subject_id).where(BoardName.alias_key == key, ~mine),
        select(Person.id).where(or_(func.lower(Person.name).in_(asked), _joined(Person.name) == key)),
        select(Organisation.id).where(
            or_(func.lower(Organisation.name).in_(asked), _joined(Organisation.name) == key)
        ),
    ).limit(1)
    return db.session.execute(found).first() is not None


def _is_name_beyond_ascii(key: str) -> bool:
    """Whether a person or a company with an accent or another script has this name, folded.

    A database may know the small letters of ASCII alone, and none takes accents off: so these are folded here. An alias
    is short, so few names come near its length.
    """
    bytes_of = _count_bytes_lite if dialect() == "sqlite" else func.octet_length
    names = (
        select(row.name).where(
            func.length(row.name).between(len(key) // 2, len(key) + MAX_ALIAS),
            bytes_of(row.name) > func.length(row.name),
        )
        for row in (Person, Organisation)
    )
    return any(fold_alias(name) == key for name in db.session.scalars(union_all(*names)))


def _count_bytes_lite(column: Any) -> Any:
    return func.length(cast(column, LargeBinary))


def get_name(kind: Participants, subject_id: int) -> tuple[NameMode, str | None]:
    """How somebody appears now."""
    row = db.session.execute(
        select(BoardName.mode, BoardName.alias).where(
            BoardName.kind == kind, BoardName.subject_id == subject_id
        )
    ).first()
    return (row.mode, row.alias) if row is not None else (NameMode.NAME, None)

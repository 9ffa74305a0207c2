"""The vendor's list of what awards are given for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.core import audit
from app.core.clock import utc_now
from app.core.db import db, dialect, execute_sql, lock, transaction
from app.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from app.core.i18n import _
from app.identity.actor import Actor
from app.products.bulk import family_slug
from app.recognition.models import ICONS, SERVICE, TONES, AwardCategory

RESERVED = (SERVICE, "new", "usual")  # what the pages' own addresses are called
MOST_CATEGORIES = 100
NAMES = ("name_en", "name_ms", "name_id")
NAMES_LOCK = 7_402_613  # of those who name categories, one after the other
EDITABLE = (
    "name_en", "name_ms", "name_id", "note_en", "note_ms", "note_id", "icon", "tone", "position", "is_featured",
)  # fmt: skip

# slug, icon, tone, featured, names and lines in English, Malay and Indonesian
USUAL: tuple[tuple[str, str, str, bool, tuple[str, str, str], tuple[str, str, str]], ...] = (
    ("fast-start", "rocket", "accent", False,
     ("Fast start", "Mula pantas", "Awal cepat"),
     ("First win in 30 days", "Kejayaan pertama dalam 30 hari", "Menang pertama dalam 30 hari")),
    ("customer-hero", "heart-handshake", "bad", False,
     ("Customer hero", "Wira pelanggan", "Pahlawan pelanggan"),
     ("Went beyond the deal", "Lebih daripada sekadar jualan", "Melampaui urusan deal")),
    ("great-teammate", "users", "brand", False,
     ("Great teammate", "Rakan sepasukan hebat", "Rekan tim hebat"),
     ("Helped another partner", "Membantu rakan niaga lain", "Membantu mitra lain")),
    ("bright-idea", "lightbulb", "info", False,
     ("Bright idea", "Idea bernas", "Ide cemerlang"),
     ("We used it", "Kami menggunakannya", "Kami memakainya")),
    ("first-cloud-deal", "cloud", "info", False,
     ("First Cloud Deal", "Peluang Jualan Awan Pertama", "Deal Cloud Pertama"),
     ("The first step into the cloud", "Langkah pertama ke awan", "Langkah pertama ke cloud")),
    ("five-certifications", "award", "accent", False,
     ("Five certifications", "Lima pensijilan", "Lima sertifikasi"),
     ("Holds all five", "Memiliki kelima-limanya", "Memiliki kelimanya")),
    ("partner-of-the-quarter", "trophy", "accent", True,
     ("Partner of the Quarter", "Rakan Niaga Suku Tahun", "Mitra Terbaik Kuartal Ini"),
     ("The strongest quarter of all", "Suku tahun terkuat", "Kuartal terkuat dari semuanya")),
)  # fmt: skip

_SERVICE: dict[str, Any] = {
    "slug": SERVICE, "icon": "calendar-heart", "tone": "brand", "position": 1000,
    "name_en": "Service", "name_ms": "Khidmat", "name_id": "Masa kerja",
    "note_en": "Years together", "note_ms": "Tahun bersama", "note_id": "Tahun kebersamaan",
}  # fmt: skip


def save_category(slug: str | None, values: dict[str, Any], *, actor: Actor) -> AwardCategory:
    """Write a category, new (`slug` None) or known. Raises Forbidden, InvalidInput, NotFound."""
    if not actor.can("recognition.award"):
        raise Forbidden()
    _check(values)
    with transaction():
        taken = _taken_names(values, slug)
        if taken:
            raise InvalidInput(
                fields=dict.fromkeys(
                    taken, _("There is a category of this name already. Choose another name.")
                )
            )
        row = _find(slug) if slug else _add_new(str(values["name_en"]))
        for name in EDITABLE:
            if values.get(name) is not None:
                setattr(row, name, values[name])
        db.session.flush()
        audit.record("award.category_saved", actor=actor, subject="award_category", subject_id=row.id)
        return row


def set_retired(slug: str, is_retired: bool, *, actor: Actor) -> None:
    """Stop offering a category, or offer it again; awards given for it stay. Raises Forbidden, NotFound, Conflict."""
    if not actor.can("recognition.award"):
        raise Forbidden()
    with transaction():
        row = _find(slug)
        if not is_retired and _taken_names({field: getattr(row, field) for field in NAMES}, slug):
            raise Conflict(_("Another category has this name now. Change one of the names first."))
        row.retired_at = utc_now() if is_retired else None
        code = "award.category_retired" if is_retired else "award.category_restored"
        audit.record(code, actor=actor, subject="award_category", subject_id=row.id)


def add_usual_categories(*, actor: Actor) -> int:
    """Begin with the usual categories, where a vendor has none of that name; how many were added."""
    if not actor.can("recognition.award"):
        raise Forbidden()
    with transaction():
        count = sum(
            _add(
                slug=slug, icon=icon, tone=tone, is_featured=is_featured, position=position * 10,
                name_en=names[0], name_ms=names[1], name_id=names[2],
                note_en=notes[0], note_ms=notes[1], note_id=notes[2],
            )
            for position, (slug, icon, tone, is_featured, names, notes) in enumerate(USUAL, 1)
        )  # fmt: skip
        if count:
            audit.record("award.categories_added", actor=actor, after={"count": count})
        return count


def service_category() -> AwardCategory:
    """The portal's own category for years of service, written when it is first needed, inside a transaction."""
    query = select(AwardCategory).where(AwardCategory.slug == SERVICE)
    row = db.session.scalars(query).first()
    if row is None:
        _add(**_SERVICE)
        row = db.session.scalars(query).one()
    return row


def _add(**values: Any) -> bool:
    """Write a category unless one with this slug is there, whoever writes at the same time."""
    insert: Any = sqlite_insert if dialect() == "sqlite" else postgresql_insert
    statement = insert(AwardCategory).values(**values).on_conflict_do_nothing(index_elements=["slug"])
    return db.session.connection().execute(statement.returning(AwardCategory.id)).first() is not None


def _add_new(name: str) -> AwardCategory:
    """A new category with a slug made from its name, or that name and a number."""
    base = family_slug(name)[:50] or "category"
    for number in range(1, MOST_CATEGORIES):
        slug = base if number == 1 else f"{base}-{number}"
        if slug not in RESERVED and _add(slug=slug, name_en=name):
            return db.session.scalars(select(AwardCategory).where(AwardCategory.slug == slug)).one()
    raise Conflict(_("There are too many categories of this name. Choose another."))


def _find(slug: str) -> AwardCategory:
    row = db.session.scalars(select(AwardCategory).where(AwardCategory.slug == slug)).first()
    if row is None:
        raise NotFound()
    if row.slug == SERVICE:
        raise Conflict(_("The portal keeps this category itself, for years of service."))
    return lock(AwardCategory, row.id)


def _taken_names(values: dict[str, Any], slug: str | None) -> list[str]:
    """Which of the names a category that is offered has already, in the same language, whatever the capitals.

    Until the transaction ends nobody else names a category.
    """
    if dialect() == "postgresql":
        execute_sql("SELECT pg_advisory_xact_lock(:key)", {"key": NAMES_LOCK})
    known = select(AwardCategory).where(AwardCategory.retired_at.is_(None))
    if slug:
        known = known.where(AwardCategory.slug != slug)
    others = db.session.scalars(known).all()
    names = {field: _folded(str(values.get(field) or "")) for field in NAMES}
    return [
        field
        for field, name in names.items()
        if name and any(_folded(getattr(other, field)) == name for other in others)
    ]


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _check(values: dict[str, Any]) -> None:
    wrong: dict[str, object] = {}
    if not str(values.get("name_en", "")).strip():
        wrong["name_en"] = _("Enter the name in English.")
    if values.get("icon", ICONS[0]) not in ICONS:
        wrong["icon"] = _("Choose a picture from the list.")
    if values.get("tone", TONES[0]) not in TONES:
        wrong["tone"] = _("Choose a colour from the list.")
    if wrong:
        raise InvalidInput(fields=wrong)

"""The part of a form that says whom something is for: boxes to tick, and companies found by name.

    class CourseForm(AudienceFields, AppForm): ...
    form = CourseForm()
    form.offer_audience(actor, course.audience)      # what may be ticked; ticks what stands so far
    if form.validate(): audience = form.audience

The page shows it by `{{ ui.audience(form) }}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, func, or_, select
from wtforms.validators import ValidationError

from app.core.db import db
from app.core.forms import AppForm, LengthAtMost, TextAreaField, TickField
from app.partners.audience import Audience
from app.partners.models import Organisation
from app.partners.queries import Viewer, visible_organisation_ids
from app.partners.words import country_name, kind_name

MOST_COMPANIES = 200
FOUND = 8
Choice = tuple[str, str]
_levels: list[Callable[[], Sequence[Choice]]] = []


def tiers_from(source: Callable[[], Sequence[Choice]]) -> None:
    """Whoever knows the levels offers them here: (slug, name) from the lowest to the highest."""
    _levels[:] = [source]


def list_tiers() -> list[Choice]:
    """(slug, name) of the levels; none while there is no plan."""
    return list(_levels[0]()) if _levels else []


def tier_name(slug: str) -> str:
    """What a level is called; one that is gone keeps its slug."""
    return dict(list_tiers()).get(slug, slug.capitalize())


def audience_parts(audience: Audience, tiers: Mapping[str, str] | None = None) -> list[str]:
    """The parts of an audience in words: `Silver, Gold`, `Malaysia`, `3 companies`. Empty for everybody.

    A list of many asks for the levels' names once, `dict(list_tiers())`, and passes them as `tiers`.
    """
    names = tiers if tiers is not None else dict(list_tiers()) if audience.tiers else {}
    parts = [
        ", ".join(names.get(slug, slug.capitalize()) for slug in audience.tiers),
        ", ".join(kind_name(kind) for kind in audience.kinds),
        ", ".join(country_name(code) for code in audience.countries),
    ]
    count = len(audience.organisation_ids)
    if count:
        parts.append(ngettext("%(num)s company", "%(num)s companies", count))
    return [part for part in parts if part]


class AudienceFields:
    """Fields of an audience, to be mixed into a form."""

    audience_tiers = TickField(_l("Tier"))
    audience_countries = TickField(_l("Country"))
    audience_kinds = TickField(_l("Type of company"))
    audience_companies = TickField(_l("Only these companies"))
    # Without JavaScript there is no search: names or registration numbers, one a line.
    audience_names = TextAreaField(_l("Companies by name"), [LengthAtMost(5000)])

    def offer_audience(self, viewer: Viewer, audience: Audience | None = None) -> None:
        """Set what may be ticked: what companies in the viewer's sight are. On a fresh form tick `audience`."""
        self._viewer, self._named = viewer, set[int]()
        known = audience or Audience()
        used = list_used(viewer)
        self.audience_tiers.choices = _offered(list_tiers(), known.tiers, str.capitalize)
        self.audience_countries.choices = _sorted({*(row[0] for row in used), *known.countries}, country_name)
        self.audience_kinds.choices = _sorted({*(row[1] for row in used), *known.kinds}, kind_name)
        fresh = self.audience_tiers.raw_data is None
        if fresh:
            self.audience_tiers.data = list(known.tiers)
            self.audience_countries.data = list(known.countries)
            self.audience_kinds.data = list(known.kinds)
        chosen = _chosen(viewer, known.organisation_ids if fresh else (), self.audience_companies.data or ())
        self._companies = {row.public_id: row.id for row in chosen}
        self.audience_companies.choices = [(row.public_id, row.name) for row in chosen]
        if fresh:
            self.audience_companies.data = list(self._companies)

    @property
    def audience(self) -> Audience:
        """What is ticked. Call it after `validate()`."""
        ids = {self._companies[public_id] for public_id in self.audience_companies.data or ()}
        return Audience(
            countries=tuple(sorted(self.audience_countries.data or ())),
            kinds=tuple(sorted(self.audience_kinds.data or ())),
            organisation_ids=tuple(sorted(ids | self._named)),
            tiers=tuple(self.audience_tiers.taken),
        )

    def validate_audience_companies(self, field: TickField) -> None:
        if len(field.data or ()) > MOST_COMPANIES:
            raise ValidationError(
                gettext(
                    "Choose at most %(count)s companies, or a country, type or tier.", count=MOST_COMPANIES
                )
            )

    def validate_audience_names(self, field: TextAreaField) -> None:
        lines = {line.strip().lower(): line.strip() for line in (field.data or "").splitlines()}
        lines.pop("", None)
        if len(lines) > MOST_COMPANIES:
            raise ValidationError(
                gettext(
                    "Choose at most %(count)s companies, or a country, type or tier.", count=MOST_COMPANIES
                )
            )
        found = _by_name(self._viewer, lines)
        for key, line in lines.items():
            ids = found.get(key, set())
            if not ids:
                raise ValidationError(gettext("No company is called “%(name)s”.", name=line[:80]))
            if len(ids) > 1:
                raise ValidationError(
                    gettext(
                        "Several companies are called “%(name)s”. Write the registration number instead.",
                        name=line[:80],
                    )
                )
            self._named |= ids


class AudienceForm(AudienceFields, AppForm):
    """An audience alone, for its live count."""


def list_used(viewer: Viewer) -> list[Row[str, str]]:
    """(country, type) of the companies in sight."""
    query = select(Organisation.country, Organisation.kind).distinct()
    return list(db.session.execute(query.where(Organisation.id.in_(visible_organisation_ids(viewer)))))


def find_companies(viewer: Viewer, text: str) -> list[Choice]:
    """(public id, name) of the first companies in sight whose name has these letters."""
    words = text.strip()[:80]
    if not words:
        return []
    query = (
        select(Organisation.public_id, Organisation.name)
        .where(
            Organisation.id.in_(visible_organisation_ids(viewer)),
            Organisation.name.icontains(words, autoescape=True),
        )
        .order_by(Organisation.name, Organisation.id)
        .limit(FOUND)
    )
    return [(row.public_id, row.name) for row in db.session.execute(query)]


def _chosen(viewer: Viewer, ids: Sequence[int], public_ids: Sequence[str]) -> list[Row[int, str, str]]:
    if not ids and not public_ids:
        return []
    wanted = [part for part in public_ids if len(part) <= 20][: MOST_COMPANIES + 1]
    query = select(Organisation.id, Organisation.public_id, Organisation.name).where(
        or_(Organisation.id.in_(ids), Organisation.public_id.in_(wanted)),
        Organisation.id.in_(visible_organisation_ids(viewer)),
    )
    return list(db.session.execute(query.order_by(Organisation.name, Organisation.id)))


def _by_name(viewer: Viewer, keys: dict[str, str]) -> dict[str, set[int]]:
    """Ids by lower-case name or registration number."""
    if not keys:
        return {}
    name, number = func.lower(Organisation.name), func.lower(Organisation.registration_no)
    given = {*keys, *keys.values()}  # SQLite folds ASCII only: as typed finds the others
    query = select(Organisation.id, Organisation.name, Organisation.registration_no).where(
        Organisation.id.in_(visible_organisation_ids(viewer)),
        or_(name.in_(given), number.in_(given), Organisation.name.in_(given)),
    )
    found: dict[str, set[int]] = {}
    for row in db.session.execute(query):
        for text in (row.name, row.registration_no):
            if text:
                found.setdefault(text.lower(), set()).add(row.id)
    return found


def _offered(choices: Sequence[Choice], known: Sequence[str], name: Callable[[str], str]) -> list[Choice]:
    offered = dict(choices)
    return [*choices, *((slug, name(slug)) for slug in known if slug not in offered)]


def _sorted(values: set[str], name: Callable[[str], str]) -> list[Choice]:
    return sorted(((value, name(value)) for value in values), key=lambda choice: choice[1])

"""What follows on the page *Give an award* from what was chosen: cost, preview, and what the button says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel import force_locale

from app.core.i18n import LOCALE_NAMES, LOCALES, _, current_locale, ngettext
from app.core.money import format_money, format_points
from app.core.settings import current_settings
from app.identity.actor import Actor
from app.ledger.worth import needs_second_person, reporting_worth, second_person_over
from app.recognition.forms import AwardForm
from app.recognition.models import CITATION_MAX, AwardCategory
from app.recognition.queries.vendor import Budget, find_budget, find_category, find_checker
from app.recognition.scope import Receiver
from app.recognition.services.alone import most_given_alone


@dataclass(frozen=True, slots=True)
class Preview:
    """The award as its first receiver will see it, in their language."""

    heading: str
    language: str
    locale: str
    title: str
    sender: str
    citation: str
    citation_lang: str
    icon: str
    points: int


@dataclass(slots=True)
class Desk:
    """Everything that follows from what was chosen so far."""

    chosen: list[Receiver] = field(default_factory=list)
    budget: Budget | None = None
    points: int = 0
    worth_minor: int | None = None
    currency: str = ""
    waits: bool = False
    before: int = 0
    checker: str | None = None
    preview: Preview | None = None

    @property
    def total(self) -> int:
        return self.points * max(len(self.chosen), 1)

    @property
    def is_over_budget(self) -> bool:
        return bool(self.total and (self.budget is None or not self.budget.holds(self.total)))

    @property
    def left(self) -> str | None:
        """What stands in view all the time: money left, or points where they have no value."""
        if self.budget is None or self.budget.left_points is None:
            return None
        if self.budget.left_minor is None:
            return _(
                "%(points)s points left", points=format_points(self.budget.left_points, current_locale())
            )
        return _("%(money)s left", money=_money(self.budget.left_minor, self.currency))

    @property
    def cost(self) -> str:
        """What the points cost and what they are taken from."""
        if self.budget is None:
            return _("No program pays points for awards now. The award goes without points.")
        if not self.total:
            return _("No points. The award costs nothing.")
        points = format_points(self.total, current_locale())
        if self.worth_minor is None or self.budget.left_minor is None:
            return ngettext("%(points)s point from the award budget.", "%(points)s points from the award budget.",
                            self.total, points=points)  # fmt: skip
        cost, left = _money(self.worth_minor, self.currency), _money(self.budget.left_minor, self.currency)
        if self.is_over_budget:
            return ngettext("%(points)s point costs %(cost)s. The award budget holds %(left)s. Give it without points.",
                            "%(points)s points cost %(cost)s. The award budget holds %(left)s. Choose fewer points.",
                            self.total, points=points, cost=cost, left=left)  # fmt: skip
        return ngettext("%(points)s point costs %(cost)s of the %(left)s award budget.",
                        "%(points)s points cost %(cost)s of the %(left)s award budget.",
                        self.total, points=points, cost=cost, left=left)  # fmt: skip

    @property
    def why(self) -> str | None:
        """Why a second person is asked; `before` is what one of the receivers got already. None if nobody is."""
        if not self.waits:
            return None
        if self.worth_minor is None:
            return _("Points have no value yet, so a second person looks at every award with points.")
        limit = _money(second_person_over(), self.currency)
        if not self.before:
            return _("Over %(limit)s a second person approves.", limit=limit)
        before = format_points(self.before, current_locale())
        return ngettext("With the %(before)s point that you gave the same receiver in the last 24 hours it is over "
                        "%(limit)s. A second person approves.",
                        "With the %(before)s points that you gave the same receiver in the last 24 hours it is over "
                        "%(limit)s. A second person approves.", self.before, before=before, limit=limit)  # fmt: skip

    @property
    def button(self) -> str:
        """The button says it all."""
        if self.waits and self.checker is None:
            return _("Ask a second person to approve")
        if self.waits and self.checker:
            return _("Ask %(name)s to approve", name=self.checker.split()[0])
        count, points = len(self.chosen), format_points(self.points, current_locale())
        if count == 1 and self.points:
            return ngettext("Give %(name)s %(points)s point", "Give %(name)s %(points)s points", self.points,
                            name=self.chosen[0].first_name, points=points)  # fmt: skip
        if count == 1:
            return _("Give %(name)s the award", name=self.chosen[0].first_name)
        if count > 1 and self.points:
            return ngettext("Give %(count)s receivers %(points)s point each",
                            "Give %(count)s receivers %(points)s points each", self.points,
                            count=count, points=points)  # fmt: skip
        return _("Give the award") if not count else _("Give %(count)s receivers the award", count=count)


def _money(minor: int, currency: str) -> str:
    return format_money(minor, currency, current_locale())


def lay_out(form: AwardForm, chosen: Sequence[Receiver], actor: Actor) -> Desk:
    """What follows from the form as it stands. At most six statements; writes nothing."""
    desk = Desk(list(chosen), find_budget(), max(form.offered or 0, 0))
    desk.currency = current_settings().reporting_currency
    if desk.points:
        desk.worth_minor = reporting_worth(desk.total)
        desk.waits = needs_second_person(desk.total)
        if desk.chosen and not desk.waits:
            before = most_given_alone(desk.chosen, actor)
            desk.waits = needs_second_person(desk.points, before)
            desk.before = before if desk.waits else 0
        desk.checker = find_checker(actor) if desk.waits else None
    slug = form.category.data
    known = {value for value, *_rest in form.category.iter_choices()}
    if desk.chosen and slug in known:
        desk.preview = _preview(form, desk, find_category(str(slug)), actor)
    return desk


def _preview(form: AwardForm, desk: Desk, category: AwardCategory, actor: Actor) -> Preview:
    first = desk.chosen[0]
    locale = first.locale if first.locale in LOCALES else "en"
    heading = _("%(name)s will see", name=first.first_name)
    typed = (form.citation.data or "").strip()[:CITATION_MAX]
    with force_locale(locale):
        return Preview(
            heading=heading,
            language=LOCALE_NAMES[locale],
            locale=locale,
            title=category.name(locale),
            sender=_("from %(person)s, %(vendor)s team", person=actor.first_name, vendor=current_settings().vendor_name),
            citation=typed or category.note(locale),
            citation_lang=str(form.citation_lang.data) if typed else locale,
            icon=category.icon,
            points=desk.points,
        )  # fmt: skip

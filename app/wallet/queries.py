"""Whose wallets a person may see, and what stands on the pages. A partner sees their own; an admin the company's too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from app.core.clock import today, utc_now
from app.core.errors import NotFound
from app.identity.actor import Actor
from app.ledger.models import Owner
from app.ledger.periods import month_of, months_between, next_month, parse_month, span_of
from app.ledger.queries import Balances, Sum, balances_of, statement, sums
from app.wallet.lines import Told, tell

PAGE = 25
SHELVES = {
    "earned": ("award",),
    "spent": ("redemption", "refund"),
    "taken": ("clawback", "collection", "expiry"),
    "other": ("adjustment", "share", "reversal", "code_claim"),
}
SPENDING = ("redemption", "refund")
EARNING = ("award", "clawback", "collection")


def own_wallet(actor: Actor) -> Owner:
    """The person's own."""
    return Owner("member", actor.person_id or 0)


def company_wallet(actor: Actor) -> Owner | None:
    """The company's, for those who may see it; beside one's own, never added to it."""
    if actor.organisation_id is None or not actor.can("wallet.organisation"):
        return None
    return Owner("organisation", actor.organisation_id)


def visible_wallets(actor: Actor) -> list[Owner]:
    """Every wallet of which this person may see lines: the one scope of the area."""
    company = company_wallet(actor)
    return [own_wallet(actor), *([company] if company else [])]


def find_wallet(actor: Actor, which: str) -> Owner:
    """The wallet that a page is about. Raises NotFound for the company's without the right to it."""
    if which != "company":
        return own_wallet(actor)
    found = company_wallet(actor)
    if found is None:
        raise NotFound()
    return found


@dataclass(frozen=True, slots=True)
class View:
    """What a person chose: which wallet, which kinds, which month, and where the page goes on."""

    owner: Owner
    zone: str
    shelf: str = ""
    month: date | None = None
    after: int | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        return SHELVES.get(self.shelf, ())


@dataclass(slots=True)
class Month:
    """Lines of one month with the totals of the whole of it."""

    first: date
    lines: list[Told] = field(default_factory=list)
    plus: int = 0
    minus: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a statement. `earned` and `spent` are of the calendar year; `months` the ones to choose from."""

    months: list[Month]
    following: int | None
    earned: int
    spent: int
    year: int
    choices: list[date]


def view_of(actor: Actor, owner: Owner, *, shelf: str, month: str, after: str) -> View:
    """What was asked for; what makes no sense is left out."""
    return View(
        owner=owner,
        zone=actor.zone,
        shelf=shelf if shelf in SHELVES else "",
        month=parse_month(month),
        after=int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else None,
    )


def list_balances(actor: Actor) -> dict[Owner, Balances]:
    """Balances of every wallet in sight, in one statement."""
    return balances_of(visible_wallets(actor))


def read_page(view: View) -> Page:
    """A page of lines by month, with totals; six statements at most, for any number of lines."""
    start, stop = span_of(view.month, next_month(view.month), view.zone) if view.month else (None, None)
    lines = statement(
        [view.owner], kinds=view.kinds, start=start, stop=stop, after=view.after, limit=PAGE + 1
    )
    following = lines[PAGE - 1].posting_id if len(lines) > PAGE else None
    months: dict[date, Month] = {}
    for told in tell(lines[:PAGE]):
        first = month_of(told.line.created_at, view.zone)
        months.setdefault(first, Month(first)).lines.append(told)
    now = today(view.zone)
    spans = sorted({*months, *months_between(date(now.year, 1, 1), now)}, reverse=True)
    found = sums(view.owner, [span_of(first, next_month(first), view.zone) for first in spans])
    return _page(view, list(months.values()), following, spans, found)


def _page(
    view: View, months: list[Month], following: int | None, spans: list[date], found: list[Sum]
) -> Page:
    now = today(view.zone)
    by_first = {month.first: month for month in months}
    earned = spent = 0
    for each in found:
        first = spans[each.span] if each.span >= 0 else None
        month = by_first.get(first) if first else None
        if month is not None and (not view.kinds or each.kind in view.kinds):
            month.plus += each.plus
            month.minus += each.minus
        if first is not None and first.year == now.year:
            earned += (each.plus - each.minus) if each.kind in EARNING else 0
            spent += (each.minus - each.plus) if each.kind in SPENDING else 0
    oldest = min((each.first_at for each in found), default=utc_now())
    choices = months_between(month_of(oldest, view.zone), now.replace(day=1))
    return Page(months, following, max(earned, 0), max(spent, 0), now.year, choices)


def walk(view: View, size: int = 500) -> Iterator[Told]:
    """Every line of a view, the latest first, a few hundred at a time."""
    start, stop = span_of(view.month, next_month(view.month), view.zone) if view.month else (None, None)
    after = view.after
    while True:
        lines = statement([view.owner], kinds=view.kinds, start=start, stop=stop, after=after, limit=size)
        yield from tell(lines)
        if len(lines) < size:
            return
        after = lines[-1].posting_id

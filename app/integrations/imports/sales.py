"""Sale lines from read rows: numbers of the source become ours, lines that name what we do not know are parked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.core.clock import today
from app.integrations.imports import parked
from app.integrations.imports.lines import ReadLine
from app.integrations.imports.report import ErrorFile, Report, RowError
from app.partners.queries import find_external_many
from app.products.queries import families_of
from app.sales.bulk import find_stored, record_sales
from app.sales.facts import CreditedLineUnknown, SaleFact, same_content

NOTICE_DAYS = 45


@dataclass(slots=True)
class Share:
    """What a batch means for one organisation so far."""

    line_count: int = 0
    points: int = 0
    recent_points: int = 0


@dataclass(slots=True)
class Resolver:
    """Our ids for a source's numbers. Grows with the partners and products named, not with the lines."""

    source: str
    organisations: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    families: dict[int, int] = field(default_factory=dict)

    def learn(self, lines: Sequence[ReadLine]) -> None:
        """Look up the numbers that these lines bring for the first time."""
        partners = {line.partner for line in lines} | {line.distributor for line in lines if line.distributor}
        self.organisations |= find_external_many(
            "organisation", self.source, partners - self.organisations.keys()
        )
        fresh = find_external_many(
            "product", self.source, {line.product for line in lines} - self.products.keys()
        )
        self.products |= fresh
        self.families |= families_of(fresh.values())

    def missing(self, line: ReadLine) -> tuple[str, str] | None:
        """(`partner` or `product`, its number) that is not known here, or None."""
        if line.partner not in self.organisations:
            return "partner", line.partner
        if line.distributor and line.distributor not in self.organisations:
            return "partner", line.distributor
        if line.product not in self.products:
            return "product", line.product
        return None

    def fact(self, line: ReadLine) -> SaleFact:
        """The line in our numbers. A sell-in line counts for its buyer, a sell-out line for its seller."""
        partner, product = self.organisations[line.partner], self.products[line.product]
        kind = line.sale_kind or "sell_in"
        distributor = self.organisations[line.distributor] if line.distributor else None
        is_seller = kind == "sell_out"
        return SaleFact(
            source=self.source,
            document=line.document,
            line=line.line,
            sold_on=date.fromisoformat(line.sold_on),
            organisation_id=partner,
            product_id=product,
            family_id=self.families.get(product),
            quantity=line.quantity,
            amount_minor=line.amount_minor,
            currency=line.currency,
            kind=kind,
            seller_id=partner if is_seller else distributor,
            buyer_id=None if is_seller else partner,
            reported_by_id=distributor if kind == "sell_through" else partner if is_seller else None,
            credits=(line.credits_document, line.credits_line or line.line)
            if line.credits_document
            else None,
        )


class SalesImport:
    """Takes chunks of read rows in order; each `apply` runs inside one transaction of its caller."""

    def __init__(
        self, source: str, report: Report, errors: ErrorFile, *, actor: Any, column: str = ""
    ) -> None:
        self.resolver = Resolver(source)
        self.report = report
        self.errors = errors
        self.actor = actor
        self.column = column
        self.recent_from = today() - timedelta(days=NOTICE_DAYS)

    def apply(self, rows: Sequence[Sequence[Any]], batch_id: int) -> dict[int, Share]:
        """Record a chunk; what it meant per organisation."""
        return self.record([ReadLine(*row) for row in rows], batch_id)

    def record(
        self, lines: Sequence[ReadLine], batch_id: int, *, is_replay: bool = False
    ) -> dict[int, Share]:
        """Record read lines, park what cannot be placed yet."""
        self.resolver.learn(lines)
        known: list[ReadLine] = []
        waiting: list[tuple[ReadLine, str, str]] = []
        for line in lines:
            missing = self.resolver.missing(line)
            if missing is None:
                known.append(line)
            else:
                waiting.append((line, *missing))
        facts = [self.resolver.fact(line) for line in known]
        shares: dict[int, Share] = {}
        settled: list[ReadLine] = []
        for line, fact, outcome in zip(
            known, facts, record_sales(facts, actor=self.actor, batch_id=batch_id), strict=True
        ):
            if isinstance(outcome.problem, CreditedLineUnknown):
                waiting.append((line, "credited_line", f"{line.credits_document}/{line.credits_line}"))
                continue
            settled.append(line)
            if outcome.problem is not None:
                self.report.refused += 1
                self.errors.add(
                    RowError(line.line_no, self.column, line.document, str(outcome.problem.message))
                )
                continue
            self.report.count(outcome.status)
            self.report.add_sum(fact.currency, fact.amount_minor, outcome.status)
            if outcome.status != "unchanged":
                self._share(shares, fact, outcome.status, outcome.points)
        self._park(waiting, batch_id, is_replay=is_replay)
        parked.settle(self.resolver.source, settled)
        return shares

    def _share(self, shares: dict[int, Share], fact: SaleFact, status: str, points: int) -> None:
        share = shares.setdefault(fact.organisation_id, Share())
        share.line_count += 1
        if status == "new" and points:
            self.report.points += points
            share.points += points
            share.recent_points += points if fact.sold_on >= self.recent_from else 0

    def _park(self, waiting: Sequence[tuple[ReadLine, str, str]], batch_id: int, *, is_replay: bool) -> None:
        for _line, reason, _wanted in waiting:
            self.report.parked_for[reason] = self.report.parked_for.get(reason, 0) + 1
        if not is_replay:
            self.report.parked += len(waiting)
        parked.park(self.resolver.source, waiting, batch_id)

    def compare(self, rows: Sequence[Sequence[Any]]) -> None:
        """Count what `apply` would do; writes nothing."""
        lines = [ReadLine(*row) for row in rows]
        self.resolver.learn(lines)
        stored = find_stored(self.resolver.source, list(dict.fromkeys(line.document for line in lines)))
        for line in lines:
            missing = self.resolver.missing(line)
            if missing is not None:
                self.report.parked += 1
                self.report.parked_for[missing[0]] = self.report.parked_for.get(missing[0], 0) + 1
                continue
            fact = self.resolver.fact(line)
            row = stored.get((line.document, line.line))
            status = "new" if row is None else "unchanged" if same_content(fact, row) else "revised"
            self.report.count(status)
            self.report.add_sum(line.currency, line.amount_minor, status)

"""Sale lines: recorded once, corrected, credited; one at a time and many at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask

from app.core.db import db
from app.sales.bulk import record_sales
from app.sales.facts import CreditedLineUnknown, CreditTooLarge, SaleFact, source_ref
from app.sales.models import SaleLine
from app.sales.services import record_sale
from tests.cast import Cast
from tests.imports.conftest import per_usd_10
from tests.ledger.support import clean
from tests.programs.makers import live

DAY = date(2026, 11, 3)


def fact(cast: Cast, document: str = "INV-1", line: str = "1", **more: Any) -> SaleFact:
    """Kinabalu bought two firewalls for USD 1,280."""
    values: dict[str, Any] = {
        "source": "erp", "document": document, "line": line, "sold_on": DAY, "organisation_id": cast.kinabalu.id,
        "buyer_id": cast.kinabalu.id, "product_id": cast.products["FIREWALL-1"],
        "family_id": cast.families["firewall"], "quantity": 2, "amount_minor": 128_000, "currency": "USD",
    }  # fmt: skip
    return SaleFact(**(values | more))


def credit(cast: Cast, amount_minor: int, document: str = "CN-1", quantity: int = 0, **more: Any) -> SaleFact:
    values = {"credits": ("INV-1", "1"), "amount_minor": -amount_minor, "quantity": -quantity}
    return fact(cast, document, **(values | more))


def balance(kind: str = "available") -> int:
    query = (
        "SELECT COALESCE(SUM(balance), 0) FROM accounts WHERE owner_kind = 'organisation' AND kind = :kind"
    )
    return int(db.session.execute(db.text(query), {"kind": kind}).scalar_one())


@pytest.fixture
def selling(app: Flask, cast: Cast) -> Any:
    with app.app_context():
        live(cast, per_usd_10(), name="Purchases")
        yield cast
        clean()


@pytest.fixture(params=["one", "many"])
def record(request: pytest.FixtureRequest) -> Any:
    """Both ways of recording; a refusal is raised by either."""

    def one(given: SaleFact) -> Any:
        return record_sale(given, actor=None)

    def many(given: SaleFact) -> Any:
        (outcome,) = record_sales([given], actor=None)
        if outcome.problem is not None:
            raise outcome.problem
        return outcome

    return one if request.param == "one" else many


def test_a_line_is_recorded_once_and_earns(selling: Cast, record: Any) -> None:
    first, again = record(fact(selling)), record(fact(selling))
    assert (first.status, first.points, again.status) == ("new", 128, "unchanged")
    assert (first.activity_id, balance()) == (again.activity_id, 128)


def test_a_correction_revises_the_line_and_what_it_earned(selling: Cast, record: Any) -> None:
    record(fact(selling))
    assert record(fact(selling, amount_minor=99_000)).status == "revised"
    row = db.session.scalars(db.select(SaleLine)).one()
    assert (row.revision, row.amount_minor, balance()) == (2, 99_000, 99)


def test_a_correction_may_move_a_line_to_another_company(selling: Cast, record: Any) -> None:
    record(fact(selling))
    record(fact(selling, organisation_id=selling.merapi.id, buyer_id=selling.merapi.id))
    owners = db.session.execute(db.text("SELECT owner_id, balance FROM accounts WHERE kind = 'available'"))
    assert dict(tuple(row) for row in owners) == {selling.kinabalu.id: 0, selling.merapi.id: 128}


def test_a_credit_note_takes_back_its_part(selling: Cast, record: Any) -> None:
    record(fact(selling))
    assert record(credit(selling, 28_000)).status == "new"
    assert record(credit(selling, 28_000)).status == "unchanged"
    assert balance() == 100
    assert record(credit(selling, 38_000)).status == "revised"
    assert balance() == 90
    record(credit(selling, 90_000, "CN-2", quantity=2))
    assert balance() == 0
    with pytest.raises(CreditTooLarge):
        record(credit(selling, 1, "CN-3"))


def test_a_line_that_was_credited_may_still_be_corrected(selling: Cast, record: Any) -> None:
    record(fact(selling))
    record(credit(selling, 28_000))
    assert record(fact(selling, amount_minor=78_000)).status == "revised"
    assert balance() == 50
    with pytest.raises(CreditTooLarge):
        record(fact(selling, amount_minor=27_000))
    assert balance() == 50


def test_a_credit_note_needs_a_line_to_credit(selling: Cast, record: Any) -> None:
    with pytest.raises(CreditedLineUnknown):
        record(credit(selling, 100))
    record(fact(selling))
    with pytest.raises(CreditTooLarge):
        record(credit(selling, 100, currency="MYR"))
    assert db.session.scalar(db.select(db.func.count(SaleLine.id))) == 1


def test_a_set_goes_in_order_of_date_whatever_order_it_comes_in(selling: Cast) -> None:
    late, early = fact(selling, "B", sold_on=date(2026, 11, 9)), fact(selling, "A", sold_on=date(2026, 11, 1))
    outcomes = record_sales(
        [credit(selling, 8_000, sold_on=date(2026, 11, 8)), late, fact(selling), early], actor=None
    )
    assert [outcome.status for outcome in outcomes] == ["new"] * 4
    refs = db.session.scalars(db.text("SELECT source_ref FROM activities WHERE revision = 1 ORDER BY id"))
    assert list(refs) == ["A/1", "INV-1/1", "B/1"]
    assert balance() == 128 * 3 - 8


def test_the_same_line_twice_in_one_set_is_one_line(selling: Cast) -> None:
    outcomes = record_sales(
        [fact(selling), fact(selling), replace(fact(selling), amount_minor=50_000)], actor=None
    )
    assert [outcome.status for outcome in outcomes] == ["new", "unchanged", "revised"]
    assert balance() == 50


def test_two_lines_never_share_a_reference() -> None:
    pairs = [("A", "1/2"), ("A/1", "2"), ("A", "1%2F2"), ("A/1%2F2", ""), ("A", "1")]
    assert len({source_ref(*pair) for pair in pairs}) == len(pairs)

"""Planted defects where the ledger meets what stands on it: facts, programs, orders, vouchers, organisations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from app.core.clock import utc_now
from app.core.db import db, transaction
from app.ledger.verify import broken_invariants
from tests.cast import Cast
from tests.ledger.defects import defenceless, run


def add(table: str, **values: Any) -> None:
    """One row as the table's model would write it, past its foreign keys."""
    with transaction():
        db.session.execute(db.metadata.tables[table].insert().values(**values))


def order(cast: Cast, person_id: int | None, points: int) -> None:
    add(
        "orders", id=7, public_id="o7", idempotency_key="o7", person_id=person_id, points=points, state="delivered",
        organisation_id=cast.kinabalu.id, created_at=utc_now(),
    )  # fmt: skip


def unpaid_order(cast: Cast) -> None:
    order(cast, cast.aisyah.person_id, 100)


def order_of_somebody_else(cast: Cast) -> None:
    order(cast, cast.budi.person_id, 100)
    run("UPDATE postings SET order_id = 7 WHERE idempotency_key = 'kept'")


def two_vouchers_for_one(cast: Cast) -> None:
    order(cast, cast.aisyah.person_id, 100)
    add(
        "order_lines", id=7, order_id=7, reward_id=1, denomination_id=1, quantity=1, unit_points=100,
        face_value_minor=500, cost_minor=500, currency="MYR",
    )  # fmt: skip
    for number in (1, 2):
        add(
            "voucher_codes", public_id=f"v{number}", reward_id=1, denomination_id=1, sealed=b"x", order_line_id=7,
            code_digest=f"d{number}", state="allotted", expires_on=date(2030, 1, 1), created_at=utc_now(),
        )  # fmt: skip


def award_without_program(_cast: Cast) -> None:
    run("UPDATE postings SET program_version_id = 9 WHERE idempotency_key = 'award'")


def award_for_a_voided_fact(cast: Cast) -> None:
    add(
        "activities", id=7, public_id="a7", kind="sale", source="test", source_ref="7", revision=1, digest="x",
        organisation_id=cast.kinabalu.id, organisation_country="MY", organisation_kind="reseller",
        occurred_on=date(2026, 11, 1), ruleset=0, created_at=utc_now(), voided_at=utc_now(), void_reason="x",
    )  # fmt: skip
    run("UPDATE postings SET activity_id = 7 WHERE idempotency_key = 'company'")


def award_of_another_organisation(cast: Cast) -> None:
    run(f"UPDATE postings SET organisation_id = {cast.merapi.id} WHERE idempotency_key = 'company'")


LINKED_DEFECTS: dict[str, Callable[[Cast], None]] = {
    "order_paid_once": unpaid_order,
    "payment_belongs_to_the_buyer": order_of_somebody_else,
    "voucher_in_one_order": two_vouchers_for_one,
    "award_matches_its_program": award_without_program,
    "no_award_for_a_voided_fact": award_for_a_voided_fact,
    "no_mixed_organisations": award_of_another_organisation,
}


@pytest.mark.parametrize("name", LINKED_DEFECTS)
def test_a_planted_defect_between_areas_is_found(busy: Flask, cast: Cast, name: str) -> None:
    with defenceless():
        LINKED_DEFECTS[name](cast)
        assert name in {broken.name for broken in broken_invariants()}

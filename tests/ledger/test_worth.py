"""Over 5,000 of whatever the vendor reports in, a second person looks; whole units, however many minor ones they have."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.core.db import db, transaction
from app.ledger.worth import PointValue, asks_second_person, needs_second_person, second_person_over


@pytest.mark.parametrize(("currency", "over"), [("MYR", 500_000), ("JPY", 5_000), ("KWD", 5_000_000)])
def test_one_limit_stands_for_codes_and_awards_in_any_currency(
    make_app: Callable[..., Flask], currency: str, over: int
) -> None:
    with make_app(reporting_currency=currency).app_context():
        assert needs_second_person(1)  # nobody can say what it is worth
        with transaction():
            db.session.add(PointValue(currency=currency, points=1, per_minor=1))
        assert second_person_over() == over
        for needs in (needs_second_person, asks_second_person):
            assert (needs(over), needs(over + 1)) == (False, True)
        assert [needs_second_person(over - 2, before) for before in (0, 2, 3)] == [False, False, True]
        assert not needs_second_person(0, over + 1)  # what costs nothing needs nobody

"""A campaign with codes whose clear form only the test knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pytest
from flask import Flask

from app.codes import services
from app.codes.models import GiftCodeBatch
from app.core.clock import today
from app.core.db import db, transaction
from app.identity.actor import Actor
from app.ledger.worth import PointValue
from tests.cast import Cast


@dataclass
class Catcher:
    """A sink that keeps the clear codes for the test."""

    codes: list[str] = field(default_factory=list)

    def __call__(self, batch: GiftCodeBatch, position: int, codes: Sequence[str]) -> None:
        self.codes.extend(codes)


@dataclass
class Gifts:
    """One campaign, and a way to make codes of it."""

    app: Flask
    maker: Actor
    checker: Actor
    campaign_id: int
    campaign: str

    def make(
        self, points: int = 500, count: int = 1, *, until: date | None = None, approve: bool = True
    ) -> tuple[int, list[str]]:
        """(batch id, clear codes); above the limit the checker approves."""
        catcher = Catcher()
        with self.app.app_context():
            batch = services.issue_batch(
                self.campaign_id, services.Wanted(points, count, until), catcher, actor=self.maker
            )
            if batch.needs_checker and approve:
                services.approve_batch(batch.id, actor=self.checker)
            return batch.id, catcher.codes

    def one(self, points: int = 500, *, until: date | None = None) -> str:
        """One clear code."""
        return self.make(points, 1, until=until)[1][0]


def build_gifts(app: Flask, cast: Cast, budget: int = 10**9) -> Gifts:
    with app.app_context():
        with transaction():
            if db.session.get(PointValue, "MYR") is None:
                db.session.add(PointValue(currency="MYR", points=20, per_minor=100))
        first = today()
        details = services.CampaignDetails(
            name="Partner Day KL guests", giver="Veridia", budget_points=budget, valid_from=first,
            valid_until=services.default_last_day(first),
        )  # fmt: skip
        row = services.add_campaign(details, actor=cast.marketer)
        return Gifts(app, cast.marketer, cast.finance, row.id, row.public_id)


@pytest.fixture
def gifts(app: Flask, cast: Cast) -> Gifts:
    return build_gifts(app, cast)

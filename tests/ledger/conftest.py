"""A ledger in which everything has happened once, and a way past its defences."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.core.clock import utc_now
from app.ledger.models import Owner
from app.ledger.services import adjust, claw_back, earn, refund, share_out, spend
from tests.cast import Cast
from tests.ledger.support import clean, member


@pytest.fixture
def busy(app: Flask, cast: Cast) -> Iterator[Flask]:
    """A small ledger in which everything has happened once."""
    with app.app_context():
        owner, company = member(cast.aisyah), Owner("organisation", cast.kinabalu.id)
        award = earn("award", owner, 1000, occurred_at=utc_now(), organisation_id=cast.kinabalu.id)
        earn("held", owner, 300, occurred_at=utc_now(), hold_days=14)
        earn("company", company, 5000, occurred_at=utc_now())
        paid = spend("paid", owner, 400, actor=cast.aisyah)
        spend("kept", owner, 100, actor=cast.aisyah)
        refund("back", paid.posting_id, actor=cast.aisyah, reason="x")
        claw_back("claw", award.posting_id, reason="x")
        share_out("share", company.id, owner.id, 700, actor=cast.kinabalu_admin)
        adjust("gift", owner, 12_000, actor=cast.finance, reason="x", checker=cast.owner)
        clean()
        yield app

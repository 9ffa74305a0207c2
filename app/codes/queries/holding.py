"""Codes as their holders see them. One statement finds what can be used; whatever else a code is, it is not found."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select

from app.codes.models import BatchState, GiftCampaign, GiftCode, GiftCodeBatch
from app.core.clock import today
from app.core.db import db, read
from app.ledger.models import Account, Transfer
from app.ledger.services.lives import GRACE_DAYS


@dataclass(frozen=True, slots=True)
class Held:
    """A code that can be used now: what it holds, by when, and from whom."""

    code_id: int
    digest: str
    last_four: str
    batch_id: int
    face_points: int
    account_id: int
    points: int
    valid_until: date
    name: str
    giver: str
    occasion: str
    message: str
    palette: str

    @property
    def is_in_grace(self) -> bool:
        """Past the date shown, and still good for its days of grace."""
        return self.valid_until < today()

    @property
    def last_day(self) -> date:
        """The date to show: the last day, or in the days of grace the last of these."""
        return self.valid_until + timedelta(days=GRACE_DAYS) if self.is_in_grace else self.valid_until


@dataclass(frozen=True, slots=True)
class Source:
    """What one code gave to a payment."""

    code_id: int
    batch_id: int
    last_four: str
    giver: str
    points: int
    is_open: bool


@functools.cache
def _usable(by: str) -> Select[Any]:
    """Made once: codes of live batches, inside their dates, that still hold something; the earliest expiry first."""
    column: ColumnElement[Any] = GiftCode.__table__.c[by]
    query: Any = (
        select(
            GiftCode.id, GiftCode.digest, GiftCode.last_four, GiftCodeBatch.id, GiftCodeBatch.points,
            Account.id, Account.balance, GiftCodeBatch.valid_until, GiftCampaign.name, GiftCampaign.giver,
            GiftCampaign.occasion, GiftCampaign.message, GiftCampaign.palette,
        )
        .join(GiftCodeBatch, GiftCodeBatch.id == GiftCode.batch_id)
        .join(GiftCampaign, GiftCampaign.id == GiftCodeBatch.campaign_id)
        .join(
            Account,
            (Account.owner_kind == "code") & (Account.owner_id == GiftCode.id) & (Account.unit == "PTS")
            & (Account.kind == "code"),
        )
        .where(
            column.in_(bindparam("wanted", expanding=True)),
            GiftCodeBatch.state == BatchState.LIVE,
            GiftCode.voided_at.is_(None),
            Account.balance > 0,
            GiftCodeBatch.valid_until >= bindparam("last_day"),
            GiftCampaign.valid_from <= bindparam("first_day"),
        )
        .order_by(GiftCodeBatch.valid_until, GiftCode.id)
    )  # fmt: skip
    found: Select[Any] = query
    return found


def _find(by: str, wanted: Sequence[Any]) -> list[Held]:
    now = today()
    values = {"wanted": list(wanted), "last_day": now - timedelta(days=GRACE_DAYS), "first_day": now}
    return [Held(*row) for row in read(_usable(by), values)]


def find_by_digests(digests: Sequence[str]) -> list[Held]:
    """Usable codes by their keyed hashes. Unknown, empty, expired and void ones are alike: they are not among them."""
    return _find("digest", digests)


def find_by_ids(ids: Sequence[int]) -> list[Held]:
    """Usable codes by id, for those who have shown the code itself before."""
    return _find("id", ids) if ids else []


def gift_titles(posting_ids: Iterable[int]) -> dict[int, tuple[str, str, str]]:
    """(last four, giver, campaign) of the code behind each of these postings; one statement, none without postings."""
    wanted = sorted(set(posting_ids))
    if not wanted:
        return {}
    query = _codes_of(wanted).with_only_columns(
        Transfer.posting_id, GiftCode.last_four, GiftCampaign.giver, GiftCampaign.name
    )
    return {row[0]: (row[1], row[2], row[3]) for row in db.session.execute(query)}


def sources_of_posting(posting_id: int) -> list[Source]:
    """What gift codes gave to a payment, in its order. `is_open`: points may go back onto the code."""
    query = (
        _codes_of([posting_id])
        .with_only_columns(
            GiftCode.id, GiftCodeBatch.id, GiftCode.last_four, GiftCampaign.giver, Transfer.amount,
            GiftCodeBatch.state, GiftCodeBatch.valid_until, GiftCode.voided_at,
        )
        .order_by(Transfer.id)
    )  # fmt: skip
    now = today()
    return [
        Source(*row[:5], row[5] is BatchState.LIVE and row[6] >= now and row[7] is None)
        for row in db.session.execute(query)
    ]


def _codes_of(posting_ids: list[int]) -> Select[Any]:
    return (
        select(Transfer.posting_id)
        .join(Account, Account.id == Transfer.from_account_id)
        .join(GiftCode, GiftCode.id == Account.owner_id)
        .join(GiftCodeBatch, GiftCodeBatch.id == GiftCode.batch_id)
        .join(GiftCampaign, GiftCampaign.id == GiftCodeBatch.campaign_id)
        .where(Transfer.posting_id.in_(posting_ids), Account.owner_kind == "code")
    )

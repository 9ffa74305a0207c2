"""Campaigns and batches for the vendor's people. Counters stand on the batch, so a page reads rows, not codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from app.codes.models import BatchState, GiftCampaign, GiftCodeBatch
from app.core.clock import today
from app.core.db import db
from app.core.errors import NotFound
from app.core.feed import feed_row
from app.core.i18n import ngettext
from app.core.money import mul_div_floor
from app.identity.models import Person
from app.identity.permissions import PERMISSIONS
from app.partners.models import Membership

if TYPE_CHECKING:
    from app.identity.actor import Actor

PAGE = 20
CAMPAIGNS_SHOWN = 60


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One batch with its campaign and its people."""

    batch: GiftCodeBatch
    campaign: GiftCampaign
    made_by: str | None
    decided_by: str | None
    exported_by: str | None

    @property
    def used_percent(self) -> int:
        """Share of its points that were used, rounded down: 100 means all."""
        return mul_div_floor(self.batch.used_points, 100, self.batch.issued_points)

    @property
    def left_points(self) -> int:
        """What its codes still hold."""
        if self.batch.posting_id is None:
            return 0
        batch = self.batch
        return batch.issued_points - batch.used_points - batch.voided_points - batch.expired_points


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign with the number of its codes."""

    campaign: GiftCampaign
    code_count: int
    used_points: int


def visible_batches(actor: Actor) -> Select[Any]:
    """Every batch, for those who may see gift codes at all: campaigns belong to the vendor, not to a partner."""
    query = select(GiftCodeBatch)
    return query if actor.can("code.admin_view") else query.where(GiftCodeBatch.id < 0)


def _rows(actor: Actor) -> Select[Any]:
    maker, decider, exporter = aliased(Person), aliased(Person), aliased(Person)
    found: Select[Any] = (
        visible_batches(actor)
        .join(GiftCampaign, GiftCampaign.id == GiftCodeBatch.campaign_id)
        .outerjoin(maker, maker.id == GiftCodeBatch.made_by_id)
        .outerjoin(decider, decider.id == GiftCodeBatch.decided_by_id)
        .outerjoin(exporter, exporter.id == GiftCodeBatch.exported_by_id)
        .add_columns(GiftCampaign, maker.name, decider.name, exporter.name)
    )
    return found


def list_batches(
    actor: Actor, *, after: str = "", campaign_id: int | None = None
) -> tuple[list[BatchRow], int | None]:
    """A page of batches, the latest first, and where the next begins."""
    query = _rows(actor).order_by(GiftCodeBatch.id.desc()).limit(PAGE + 1)
    if campaign_id is not None:
        query = query.where(GiftCodeBatch.campaign_id == campaign_id)
    if after.isascii() and after.isdecimal() and len(after) < 19:
        query = query.where(GiftCodeBatch.id < int(after))
    rows = [BatchRow(*row) for row in db.session.execute(query)]
    return rows[:PAGE], rows[PAGE - 1].batch.id if len(rows) > PAGE else None


def find_batch(public_id: str, actor: Actor) -> BatchRow:
    """One batch. Raises NotFound."""
    row: Any = db.session.execute(_rows(actor).where(GiftCodeBatch.public_id == public_id)).first()
    if row is None:
        raise NotFound()
    return BatchRow(*row)


def list_campaigns(actor: Actor, *, only_open: bool = False) -> list[CampaignRow]:
    """Campaigns, the latest first; those whose last day has not passed if `only_open`."""
    if not actor.can("code.admin_view"):
        return []
    query: Any = _campaigns().order_by(GiftCampaign.id.desc()).limit(CAMPAIGNS_SHOWN)
    if only_open:
        query = query.where(GiftCampaign.valid_until >= today())
    return [CampaignRow(*row) for row in db.session.execute(query)]


def _campaigns() -> Select[Any]:
    issued = and_(
        GiftCodeBatch.campaign_id == GiftCampaign.id,
        GiftCodeBatch.state.not_in((BatchState.DECLINED, BatchState.WAITING)),
    )
    count = select(func.coalesce(func.sum(GiftCodeBatch.code_count), 0)).where(issued).scalar_subquery()
    used = select(func.coalesce(func.sum(GiftCodeBatch.used_points), 0)).where(issued).scalar_subquery()
    return select(GiftCampaign, count, used)


def find_campaign(public_id: str, actor: Actor) -> CampaignRow:
    """One campaign. Raises NotFound."""
    row = None
    if actor.can("code.admin_view"):
        row = db.session.execute(_campaigns().where(GiftCampaign.public_id == public_id)).first()
    if row is None:
        raise NotFound()
    return CampaignRow(*row)


def expected_share() -> tuple[int, int] | None:
    """(points used, points issued) of the batches whose last day has passed: how much of a gift people come for.

    None while no batch has run its course.
    """
    row = db.session.execute(
        select(
            func.coalesce(func.sum(GiftCodeBatch.used_points), 0),
            func.coalesce(
                func.sum(GiftCodeBatch.points * GiftCodeBatch.code_count - GiftCodeBatch.voided_points),
                0,
            ),
        ).where(
            or_(
                GiftCodeBatch.state == BatchState.ENDED,
                and_(GiftCodeBatch.state == BatchState.LIVE, GiftCodeBatch.valid_until < today()),
            )
        )
    ).one()
    return (int(row[0]), int(row[1])) if row[1] else None


def checkers(but: int | None) -> list[tuple[int, str]]:
    """(id, name) of who may approve a batch, without the one who made it."""
    roles = [role for role, allowed in PERMISSIONS.items() if "code.approve" in allowed]
    query = (
        select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.ended_at.is_(None),
            Membership.role.in_(roles),
            Person.status == "active",
            Person.id != (but or 0),
        )
        .order_by(Membership.role, Person.id)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def _waiting(actor: Actor) -> Any:
    return and_(
        GiftCodeBatch.state == BatchState.WAITING,
        or_(GiftCodeBatch.made_by_id.is_(None), GiftCodeBatch.made_by_id != actor.person_id),
    )


def waiting_rows(actor: Actor) -> Select[Any] | None:
    """Batches that wait for this person's yes: title the campaign, text who made it, n1 codes, n2 points each."""
    if not actor.can("code.approve"):
        return None
    return (
        select(
            *feed_row(
                "codes",
                ref="/admin/codes/" + GiftCodeBatch.public_id,
                title=GiftCampaign.name,
                text=Person.name,
                n1=GiftCodeBatch.code_count,
                n2=GiftCodeBatch.points,
                at=GiftCodeBatch.made_at,
            )
        )
        .join(GiftCampaign, GiftCampaign.id == GiftCodeBatch.campaign_id)
        .outerjoin(Person, Person.id == GiftCodeBatch.made_by_id)
        .where(_waiting(actor))
        .order_by(GiftCodeBatch.id)
        .limit(PAGE)
    )


def waiting_count(actor: Actor) -> Select[Any] | None:
    """How many batches wait for this person's yes, as a query for the menu."""
    if not actor.can("code.approve"):
        return None
    return select(func.count()).select_from(GiftCodeBatch).where(_waiting(actor))


def more_fact(actor: Actor) -> str | None:
    """What the tile of gift codes says: how many batches are live."""
    count = db.session.scalar(
        select(func.count()).where(
            visible_batches(actor).with_only_columns(GiftCodeBatch.state).subquery().c.state == "live"
        )
    )
    return ngettext("%(num)s live batch", "%(num)s live batches", int(count)) if count else None

"""What one person of the vendor's has made or asked, and another must answer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Label, Select, func, literal, select

from app.codes.models import BatchState, GiftCampaign, GiftCodeBatch
from app.core.feed import feed_row
from app.deals.models import Deal, DealEvent
from app.deals.scope import visible_deals
from app.deals.states import DealState, EventKind
from app.identity.actor import Actor
from app.ledger.models import Adjustment, AdjustmentState
from app.partners.models import Organisation
from app.programs.models import Program, ProgramVersion
from app.programs.models import VersionState as ProgramState
from app.recognition.models import Award, AwardState
from app.recognition.queries.wall import first_name
from app.tiers.models import TierPlan, TierVersion
from app.tiers.models import VersionState as TierState

EACH = 5


def asked_rows(actor: Actor) -> list[Select[Any]]:
    """Feed rows of part `asked`, the oldest of each kind: `ref` where it stands, `text` the kind, `extra` the partner
    who is asked (none: a second person of the vendor's), `n2` how many of the kind there are, `at` since when."""
    me = actor.person_id
    programs = (
        select(*_columns("program", "/admin/programs/" + Program.slug, ProgramVersion.name, ProgramVersion.sent_at))
        .join(Program, Program.id == ProgramVersion.program_id)
        .where(ProgramVersion.state == ProgramState.WAITING, ProgramVersion.made_by_id == me)
    )  # fmt: skip
    plans = (
        select(
            *_columns(
                "tier", "/admin/tiers/plans/" + TierPlan.public_id, TierVersion.name, TierVersion.sent_at
            )
        )
        .join(TierPlan, TierPlan.id == TierVersion.plan_id)
        .where(TierVersion.state == TierState.WAITING, TierVersion.made_by_id == me)
    )
    batches = (
        select(
            *_columns(
                "codes", "/admin/codes/" + GiftCodeBatch.public_id, GiftCampaign.name, GiftCodeBatch.made_at
            )
        )
        .join(GiftCampaign, GiftCampaign.id == GiftCodeBatch.campaign_id)
        .where(GiftCodeBatch.state == BatchState.WAITING, GiftCodeBatch.made_by_id == me)
    )
    awards = select(
        *_columns("award", "/admin/recognition/" + Award.public_id, first_name(), Award.created_at)
    ).where(Award.state == AwardState.WAITING, Award.giver_id == me)
    adjustments = select(
        *_columns("adjustment", literal("/admin/ledger/adjustments"), Adjustment.reason, Adjustment.made_at)
    ).where(Adjustment.state == AdjustmentState.WAITING, Adjustment.made_by_id == me)
    return [
        query.order_by(query.selected_columns["at"]).limit(EACH)
        for query in (programs, plans, batches, awards, adjustments, _questions(actor))
    ]


def _columns(kind: str, ref: Any, title: Any, at: Any, company: Any = None) -> list[Label[Any]]:
    return feed_row("asked", ref=ref, title=title, text=kind, extra=company, n2=func.count().over(), at=at)


def _questions(actor: Actor) -> Select[Any]:
    """Deals whose last question is the actor's, and not answered yet."""
    last = (
        select(func.max(DealEvent.id))
        .where(DealEvent.deal_id == Deal.id, DealEvent.kind == EventKind.ASKED)
        .correlate(Deal)
        .scalar_subquery()
    )
    columns = _columns(
        "question",
        "/admin/deals/" + Deal.public_id,
        Deal.customer_name,
        DealEvent.occurred_at,
        Organisation.name,
    )
    return (
        visible_deals(actor)
        .join(DealEvent, DealEvent.id == last)
        .join(Organisation, Organisation.id == Deal.organisation_id)
        .where(Deal.state == DealState.INFORMATION_NEEDED, DealEvent.actor_id == actor.person_id)
        .with_only_columns(*columns)
    )

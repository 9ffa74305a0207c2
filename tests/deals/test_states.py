"""Every state times every verb: what the table lacks is refused with 409 and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app.core.clock import today
from app.core.db import db, execute_sql
from app.core.errors import AppError, Conflict, InvalidInput
from app.core.storage import Stored
from app.deals import services
from app.deals.models import Deal, DealEvent
from app.deals.services import closing
from app.deals.states import VENDOR_VERBS, DealState, Verb
from tests.cast import Cast
from tests.deals.support import approved, fields, in_state, win

S, V = DealState, Verb
# Written out by hand, so that a change of the table must be meant.
ALLOWED: dict[DealState, dict[Verb, DealState]] = {
    S.DRAFT: {V.SAVE: S.DRAFT, V.SUBMIT: S.SUBMITTED, V.WITHDRAW: S.WITHDRAWN, V.ATTACH: S.DRAFT},
    S.SUBMITTED: {
        V.EDIT: S.SUBMITTED, V.REVISE: S.SUBMITTED, V.ASK: S.INFORMATION_NEEDED, V.APPROVE: S.APPROVED,
        V.REJECT: S.REJECTED, V.WITHDRAW: S.WITHDRAWN, V.COMMENT: S.SUBMITTED, V.ATTACH: S.SUBMITTED,
    },
    S.IN_REVIEW: {
        V.EDIT: S.IN_REVIEW, V.REVISE: S.IN_REVIEW, V.ASK: S.INFORMATION_NEEDED, V.APPROVE: S.APPROVED,
        V.REJECT: S.REJECTED, V.WITHDRAW: S.WITHDRAWN, V.COMMENT: S.IN_REVIEW, V.ATTACH: S.IN_REVIEW,
    },
    S.INFORMATION_NEEDED: {
        V.EDIT: S.INFORMATION_NEEDED, V.REVISE: S.INFORMATION_NEEDED, V.ANSWER: S.IN_REVIEW, V.APPROVE: S.APPROVED,
        V.REJECT: S.REJECTED, V.WITHDRAW: S.WITHDRAWN, V.UNDO: S.SUBMITTED, V.COMMENT: S.IN_REVIEW,
        V.ATTACH: S.INFORMATION_NEEDED,
    },
    S.APPROVED: {
        V.EDIT: S.APPROVED, V.REVISE: S.IN_REVIEW, V.WITHDRAW: S.WITHDRAWN, V.WIN: S.WON, V.LOSE: S.LOST,
        V.EXPIRE: S.EXPIRED, V.UNDO: S.SUBMITTED, V.COMMENT: S.APPROVED, V.ATTACH: S.APPROVED,
    },
    S.REJECTED: {V.UNDO: S.SUBMITTED, V.COMMENT: S.REJECTED},
    S.WON: {V.COMMENT: S.WON, V.ATTACH: S.WON},
    S.LOST: {V.COMMENT: S.LOST},
    S.EXPIRED: {V.COMMENT: S.EXPIRED},
    S.WITHDRAWN: {},
}  # fmt: skip


def perform(cast: Cast, verb: Verb, one: str) -> Any:
    partner, vendor = cast.aisyah, cast.manager
    acts: dict[Verb, Callable[[], Any]] = {
        V.SAVE: lambda: services.save_draft({"notes": "later"}, public_id=one, actor=partner),
        V.SUBMIT: lambda: services.submit(public_id=one, actor=partner),
        V.EDIT: lambda: services.edit(one, {"notes": "They moved the date."}, actor=partner),
        V.REVISE: lambda: services.edit(one, fields(cast, value=9_000_000), actor=partner),
        V.ASK: lambda: services.ask(one, "Which tender?", actor=vendor),
        V.ANSWER: lambda: services.answer(one, "Tender 7", actor=partner),
        V.APPROVE: lambda: services.approve(one, actor=vendor),
        V.REJECT: lambda: services.reject(one, "too_early", actor=vendor),
        V.UNDO: lambda: services.undo(one, actor=vendor),
        V.WITHDRAW: lambda: services.withdraw(one, actor=partner),
        V.WIN: lambda: services.win(
            one, invoice_no="INV-9", invoice_minor=4_800_000, won_on=today(), actor=partner
        ),
        V.LOSE: lambda: services.lose(one, "price", actor=partner),
        V.EXPIRE: lambda: expire_one(one),
        V.COMMENT: lambda: services.comment(one, "Any news?", actor=partner),
        V.ATTACH: lambda: services.attach(one, Stored(f"key{one}", "plan.pdf", 10), actor=partner),
    }
    return acts[verb]()


def expire_one(public_id: str) -> None:
    """The periodic task, with this deal's last protected day over; it passes over what is not protected."""
    with closing.transaction():
        execute_sql(
            "UPDATE deals SET protected_until = '2020-01-01' WHERE public_id = :one AND state = 'approved'",
            {"one": public_id},
        )
    if not services.expire_due():
        raise Conflict()


def snapshot(public_id: str) -> tuple[Any, ...]:
    db.session.expire_all()
    row = db.session.execute(select(Deal.__table__).where(Deal.public_id == public_id)).one()
    events = db.session.scalar(select(func.count()).where(DealEvent.deal_id == row.id))
    rest = [db.session.scalar(text(f"SELECT count(*) FROM {name}")) for name in TABLES]
    return (tuple(row), events, *rest)


TABLES = ("deal_comments", "deal_files", "activities", "postings", "audit_events", "jobs", "deal_lines")


@pytest.mark.parametrize("state", list(DealState))
def test_every_verb_in_a_state_does_what_the_table_says_or_answers_409_and_changes_nothing(
    app: Flask, cast: Cast, state: DealState
) -> None:
    with app.app_context():
        for number, verb in enumerate(Verb):
            one = in_state(
                cast, state, f"Customer {state.value} {'abcdefghijklmnopqrstuvwxyz'[number] * 9}"
            ).public_id
            before = snapshot(one)
            assert before[0][4] == state or state.value in before[0]
            wanted = ALLOWED[state].get(verb)
            if wanted is not None:
                perform(cast, verb, one)
                assert db.session.scalar(select(Deal.state).where(Deal.public_id == one)) is wanted, verb
                continue
            with pytest.raises(AppError) as caught:
                perform(cast, verb, one)
            unseen = state is S.DRAFT and verb in VENDOR_VERBS  # a draft does not exist for the vendor
            assert caught.value.status == (404 if unseen else 409), verb
            assert snapshot(one) == before, verb


def test_an_invoice_far_above_what_was_approved_is_a_change_to_review_first(app: Flask, cast: Cast) -> None:
    """Otherwise a win would go round the review that a higher value needs."""
    with app.app_context():
        deal = approved(cast)
        assert deal.value_minor
        with pytest.raises(InvalidInput) as refused:
            win(cast, deal, deal.value_minor * 120 // 100 + 1)
        assert "invoice_value" in refused.value.fields
        assert db.session.get(Deal, deal.id, populate_existing=True).state is DealState.APPROVED  # type: ignore[union-attr]
        assert win(cast, deal, deal.value_minor * 120 // 100).deal.state is DealState.WON

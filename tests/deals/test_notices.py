"""Who is told what, when, and in which language; and what is never told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import jobs
from app.core.clock import today, travel, utc_now
from app.core.db import db
from app.core.mail import Mail
from app.deals import notices, services
from app.deals.errors import DealAlreadyDecided, UndoTooLate
from app.deals.models import DealEvent
from app.deals.parts import load_parts
from app.deals.queries import find_deal
from app.deals.states import DealState, EventKind
from app.deals.words import timeline
from tests.cast import Cast
from tests.deals.support import approved, sent, win


def mails(to: str) -> list[str]:
    """Subjects to one address, oldest first, after everything due has run."""
    jobs.run_due()
    db.session.expire_all()
    return list(db.session.scalars(select(Mail.subject).where(Mail.recipient == to).order_by(Mail.id)))


def test_the_manager_hears_of_a_new_deal_at_once_and_the_partner_of_a_decision_after_a_minute(
    app: Flask, cast: Cast
) -> None:
    with app.app_context():
        deal = sent(cast, "Klinik Damai", by=cast.budi)
        assert mails(cast.manager.email) == ["New deal to review: Klinik Damai"]
        services.approve(deal.public_id, actor=cast.manager)
        with travel(utc_now() + timedelta(seconds=50)):
            assert mails(cast.budi.email) == []
        with travel(utc_now() + timedelta(seconds=70)):
            assert mails(cast.budi.email) == ["Disetujui: Klinik Damai"]
        jobs.run_due()
        text = db.session.scalar(select(Mail.text).where(Mail.recipient == cast.budi.email)) or ""
        assert f"/deals/{deal.public_id}" in text and "Klinik Damai milik Anda sampai" in text


def test_a_decision_taken_back_within_the_minute_is_never_told_and_nothing_is_erased(
    app: Flask, cast: Cast
) -> None:
    with app.app_context():
        deal = sent(cast, "Klinik Damai")
        one = deal.public_id
        services.approve(one, actor=cast.manager)
        back = services.undo(one, actor=cast.owner)
        assert (back.state, back.protected_until) == (DealState.SUBMITTED, None)
        services.reject(one, "too_early", "Ask again in May", actor=cast.manager)
        assert services.undo(one, actor=cast.manager).rejection_reason is None
        services.ask(one, "Which tender?", actor=cast.manager)
        services.undo(one, actor=cast.manager)
        with travel(utc_now() + timedelta(minutes=5)):
            assert mails(cast.aisyah.email) == []
        kinds = [event.kind.value for event in load_parts(deal.id).events]
        assert kinds == ["submitted", "approved", "undone", "rejected", "undone", "asked", "undone"]
        assert [event.kind.value for event in load_parts(deal.id).standing] == ["submitted"]
        assert load_parts(deal.id).conversation == []
        steps = timeline(find_deal(one, cast.aisyah), cast.aisyah)
        assert [step.title for step in steps][-2:] == ["In review", "Close the deal"]


def test_an_undo_is_refused_after_a_minute_and_once_somebody_acted(app: Flask, cast: Cast) -> None:
    with app.app_context():
        deal = approved(cast, "Klinik Damai")
        assert services.can_undo(deal.id)
        with travel(utc_now() + timedelta(seconds=61)):
            assert not services.can_undo(deal.id)
            with pytest.raises(UndoTooLate):
                services.undo(deal.public_id, actor=cast.manager)
        services.edit(deal.public_id, {"notes": "They said yes."}, actor=cast.aisyah)
        with pytest.raises(UndoTooLate):
            services.undo(deal.public_id, actor=cast.manager)
        win(cast, deal)
        with pytest.raises(DealAlreadyDecided):
            services.undo(deal.public_id, actor=cast.manager)


def test_each_reminder_comes_once_thirty_fourteen_seven_and_one_day_before_the_end(
    app: Flask, cast: Cast
) -> None:
    with app.app_context():
        deal = approved(cast, "Rimba Medical Centre")
        end = deal.protected_until
        assert end is not None
        start, told = utc_now(), []
        for day in range(92):
            with travel(start + timedelta(days=day)):
                services.expire_due()
                for _again in range(2):
                    if notices.remind_due():
                        told.append((end - today()).days)
        assert told == [30, 14, 7, 1]
        with travel(start + timedelta(days=92)):
            subjects = mails(cast.aisyah.email)
        assert "Rimba Medical Centre: 30 days of protection left" in subjects
        assert "Rimba Medical Centre: 1 day of protection left" in subjects
        assert subjects[-1] == "Protection ended: Rimba Medical Centre"
        assert find_deal(deal.public_id, cast.aisyah).deal.state is DealState.EXPIRED


def test_a_protection_holds_through_its_last_day(app: Flask, cast: Cast) -> None:
    with app.app_context():
        deal = approved(cast, "Rimba Medical Centre")
        assert deal.protected_until == today() + timedelta(days=90)
        with travel(utc_now() + timedelta(days=90)):
            assert services.expire_due() == 0
        with travel(utc_now() + timedelta(days=91)):
            assert services.expire_due() == 1
            assert services.expire_due() == 0


def test_a_word_goes_to_the_other_side_and_an_answer_gives_the_turn_back(app: Flask, cast: Cast) -> None:
    with app.app_context():
        deal = sent(cast, "Klinik Damai")
        services.comment(deal.public_id, "They want to start in May.", actor=cast.aisyah)
        services.comment(deal.public_id, "Good to know.", actor=cast.manager)
        services.ask(deal.public_id, "Which tender?", actor=cast.manager)
        answered = services.comment(deal.public_id, "KD/2026/7", actor=cast.aisyah)
        assert answered.state is DealState.IN_REVIEW
        with travel(utc_now() + timedelta(seconds=70)):
            to_partner, to_vendor = mails(cast.aisyah.email), mails(cast.manager.email)
        assert to_partner == ["New comment on Klinik Damai", "One question about Klinik Damai"]
        assert to_vendor == [
            "New deal to review: Klinik Damai",
            "New comment on Klinik Damai",
            "Your question about Klinik Damai was answered",
        ]
        bodies = [one.body for one in load_parts(deal.id).conversation]
        assert bodies == ["They want to start in May.", "Good to know.", "Which tender?", "KD/2026/7"]


def test_the_timeline_cannot_be_rewritten(app: Flask, cast: Cast) -> None:
    with app.app_context():
        sent(cast, "Klinik Damai")
        for statement in ("UPDATE deal_events SET note = 'x'", "DELETE FROM deal_events"):
            with pytest.raises(Exception, match="append-only"), db.engine.begin() as connection:
                connection.exec_driver_sql(statement)
        assert db.session.scalar(select(DealEvent.kind)) is EventKind.SUBMITTED

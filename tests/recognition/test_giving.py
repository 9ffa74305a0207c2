"""Giving awards: points through the pipeline, a second person over the limit, a minute to take it back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.activities.models import Activity
from app.core import jobs
from app.core.clock import freeze, travel, utc_now
from app.core.db import db
from app.core.errors import Forbidden, InvalidInput, NotFound
from app.core.i18n import force_locale
from app.core.mail import Mail
from app.ledger.services import Owner, spend
from app.notices.models import Notice
from app.notices.queries import list_notices
from app.partners.services import set_managers
from app.recognition import services
from app.recognition.errors import AwardDecided, BudgetTooSmall, SamePerson, UndoTooLate
from app.recognition.models import Award, AwardEvent, AwardState
from app.recognition.queries import find_award, list_wall
from app.recognition.queries.vendor import find_budget, find_checker
from app.recognition.queries.wall import Shelf
from tests.cast import Cast
from tests.ledger.support import clean
from tests.recognition.support import begin, company, company_points, give, movements, person, points_of


def on_wall(actor: object) -> list[str]:
    wall = list_wall(actor, Shelf())  # type: ignore[arg-type]
    return [row.public_id for row in ([wall.lead] if wall.lead else []) + wall.rows]


def test_an_award_pays_its_points_through_a_program_out_of_the_budget(app: Flask, cast: Cast) -> None:
    with app.app_context():
        begin(cast, budget=1_000)
        award = give(cast, points=250)
        assert award.state is AwardState.GIVEN and points_of(cast.aisyah) == 250
        assert company_points(cast.kinabalu.id) == 0
        budget = find_budget()
        assert budget is not None and budget.left_points == 750 and budget.left_minor == 3_700
        assert on_wall(cast.budi) == [award.public_id]
        activity = db.session.scalars(select(Activity)).one()
        assert (activity.kind, activity.source, activity.quantity) == ("recognition", "recognition", 250)
        assert activity.source_ref == f"{award.public_id}:p-{cast.aisyah.public_id}"
        clean()


def test_an_award_to_a_company_pays_the_company(app: Flask, cast: Cast) -> None:
    with app.app_context():
        begin(cast)
        give(cast, company(cast.kinabalu), person(cast.budi), points=100)
        assert company_points(cast.kinabalu.id) == 100 and points_of(cast.budi) == 100
        assert points_of(cast.aisyah) == 0 and company_points(cast.merapi.id) == 0
        clean()


def test_what_the_budget_does_not_hold_is_refused_and_nothing_is_kept(app: Flask, cast: Cast) -> None:
    with app.app_context():
        begin(cast, budget=300)
        with pytest.raises(BudgetTooSmall):
            give(cast, person(cast.aisyah), person(cast.budi), points=200)
        assert points_of(cast.aisyah) == 0 and movements() == 0
        assert db.session.scalar(select(func.count()).select_from(Award)) == 0
        assert db.session.scalar(select(func.count()).select_from(Activity)) == 0
        give(cast, person(cast.aisyah), points=200)
        clean()


def test_without_a_program_points_are_refused_and_an_award_without_points_is_given(
    app: Flask, cast: Cast
) -> None:
    with app.app_context():
        begin(cast, budget=0)
        assert find_budget() is None
        with pytest.raises(BudgetTooSmall):
            give(cast, points=100)
        assert give(cast).state is AwardState.GIVEN


def test_over_the_limit_a_second_person_agrees_before_anything_is_posted_or_shown(
    app: Flask, cast: Cast
) -> None:
    with app.app_context():
        begin(cast, budget=None)
        assert give(cast, points=100_000).state is AwardState.GIVEN  # RM 5,000: the limit itself passes
        award = give(cast, points=100_001)
        assert award.state is AwardState.WAITING and points_of(cast.aisyah) == 100_000
        assert award.public_id not in on_wall(cast.aisyah)
        with pytest.raises(NotFound):
            find_award(award.public_id, cast.aisyah)
        with pytest.raises(Forbidden):
            services.approve(award.public_id, actor=cast.manager)
        services.approve(award.public_id, actor=cast.finance)
        assert points_of(cast.aisyah) == 200_001 and award.public_id in on_wall(cast.aisyah)
        with pytest.raises(AwardDecided):
            services.approve(award.public_id, actor=cast.owner)
        clean()


def test_the_points_of_all_receivers_count_together_and_nobody_approves_their_own(
    app: Flask, cast: Cast
) -> None:
    with app.app_context():
        begin(cast, budget=None)
        award = give(cast, person(cast.aisyah), person(cast.budi), points=60_000, by=cast.owner)
        assert award.state is AwardState.WAITING
        with pytest.raises(SamePerson):
            services.approve(award.public_id, actor=cast.owner)
        assert find_checker(cast.owner) == cast.finance.name


def test_awards_of_one_giver_to_one_receiver_add_up_for_a_day(app: Flask, cast: Cast) -> None:
    with app.app_context():
        begin(cast, budget=None)
        assert give(cast, points=60_000).state is AwardState.GIVEN
        split = give(cast, points=40_001)
        assert split.state is AwardState.WAITING and points_of(cast.aisyah) == 60_000
        for others in (
            give(cast, points=40_000),  # RM 5,000 in all: the limit itself passes
            give(cast, person(cast.budi), points=60_000),
            give(cast, company(cast.kinabalu), points=60_000),
            give(cast, points=60_000, by=cast.owner),
            give(cast),  # no points
        ):
            assert others.state is AwardState.GIVEN
        assert give(cast, person(cast.budi), person(cast.aisyah), points=1).state is AwardState.WAITING
        services.approve(split.public_id, actor=cast.finance)
        assert (
            give(cast, points=1).state is AwardState.WAITING
        )  # what was approved is not counted, the rest is
        with travel(utc_now() + timedelta(hours=24, minutes=1)):
            assert give(cast, points=60_000).state is AwardState.GIVEN
        clean()


def test_what_was_taken_back_is_not_added_up(app: Flask, cast: Cast) -> None:
    with app.app_context():
        begin(cast, budget=None)
        services.undo(give(cast, points=90_000).public_id, actor=cast.marketer)
        first = give(cast, points=90_000)
        assert first.state is AwardState.GIVEN
        services.withdraw(first.public_id, "Another deal.", actor=cast.owner)
        assert give(cast, points=90_000).state is AwardState.GIVEN
        assert points_of(cast.aisyah) == 90_000
        clean()


def test_a_declined_award_tells_who_asked_and_is_never_shown(app: Flask, cast: Cast) -> None:
    with app.app_context():
        begin(cast, budget=None)
        award = give(cast, points=200_000)
        with pytest.raises(InvalidInput):
            services.decline(award.public_id, "  ", actor=cast.finance)
        services.decline(award.public_id, "Half of it is enough.", actor=cast.finance)
        jobs.run_due()
        notice = db.session.scalars(select(Notice).where(Notice.person_id == cast.marketer.person_id)).one()
        assert "Half of it is enough." in notice.body
        assert on_wall(cast.aisyah) == [] and movements() == 0


def test_within_a_minute_it_is_taken_back_and_nobody_is_told(app: Flask, cast: Cast) -> None:
    with app.app_context():
        begin(cast)
        award = give(cast, points=250)
        with pytest.raises(UndoTooLate):
            services.undo(award.public_id, actor=cast.owner)
        services.undo(award.public_id, actor=cast.marketer)
        assert award.state is AwardState.TAKEN_BACK and points_of(cast.aisyah) == 0
        assert on_wall(cast.aisyah) == []
        with travel(utc_now() + timedelta(minutes=5)):
            jobs.run_due()
        assert db.session.scalar(select(func.count()).select_from(Notice)) == 0
        kinds = list(db.session.scalars(select(AwardEvent.kind).order_by(AwardEvent.id)))
        assert kinds == ["given", "taken_back"]
        clean()


def test_points_that_were_spent_meanwhile_are_missing_from_later_earnings(app: Flask, cast: Cast) -> None:
    with app.app_context():
        begin(cast)
        award = give(cast, points=250)
        from app.core.db import transaction

        with transaction():
            spend("spent", Owner("member", cast.aisyah.person_id or 0), 200, actor=cast.aisyah)
        services.undo(award.public_id, actor=cast.marketer)
        assert points_of(cast.aisyah) == 0
        give(cast, points=250)
        assert points_of(cast.aisyah) == 50
        clean()


def test_after_a_minute_it_is_withdrawn_with_a_reason_instead(app: Flask, cast: Cast) -> None:
    with app.app_context():
        begin(cast)
        start = utc_now()
        with freeze(start):
            award = give(cast, points=250)
        with freeze(start + timedelta(seconds=61)), pytest.raises(UndoTooLate):
            services.undo(award.public_id, actor=cast.marketer)
        services.withdraw(award.public_id, "The deal was another one.", actor=cast.marketer)
        assert points_of(cast.aisyah) == 0 and on_wall(cast.budi) == []
        with pytest.raises(AwardDecided):
            services.withdraw(award.public_id, "Again.", actor=cast.marketer)
        clean()


def test_the_receiver_is_told_once_in_their_language_when_the_minute_is_over(app: Flask, cast: Cast) -> None:
    with app.app_context():
        begin(cast)
        award = give(cast, person(cast.budi), company(cast.kinabalu), points=250, by=cast.owner)
        jobs.run_due()
        assert db.session.scalar(select(func.count()).select_from(Notice)) == 0
        with travel(utc_now() + timedelta(seconds=61)):
            jobs.run_due()
        told = {row.person_id: row for row in db.session.scalars(select(Notice))}
        assert set(told) == {cast.budi.person_id, cast.kinabalu_admin.person_id}
        assert all(row.href == f"/recognition/{award.public_id}" for row in told.values())
        with force_locale("id"):
            assert "Pahlawan pelanggan" in list_notices(cast.budi).lines[0].title
        mails = list(db.session.scalars(select(Mail.recipient).order_by(Mail.recipient)))
        assert mails == sorted([cast.budi.email, cast.kinabalu_admin.email])


def test_a_channel_manager_awards_only_whom_they_look_after(app: Flask, cast: Cast) -> None:
    with app.app_context():
        begin(cast)
        set_managers(cast.merapi.id, [cast.owner.person_id or 0], actor=cast.owner)
        assert give(cast, by=cast.manager).state is AwardState.GIVEN
        for stranger in (person(cast.budi), company(cast.merapi), "p-nobody", "x-1", person(cast.finance)):
            with pytest.raises(NotFound):
                give(cast, stranger, by=cast.manager)
        foreign = give(cast, person(cast.budi), person(cast.aisyah))
        with pytest.raises(NotFound):
            services.withdraw(foreign.public_id, "No.", actor=cast.manager)
        for other in (cast.finance, cast.auditor, cast.aisyah):
            with pytest.raises((Forbidden, NotFound)):
                give(cast, by=other)


def test_what_cannot_be_taken_is_said_at_its_field(app: Flask, cast: Cast) -> None:
    with app.app_context():
        begin(cast)
        for field, more in (
            ("citation", {"citation": "x" * 5_000}),
            ("category", {"category": "service"}),
            ("points", {"points": -1}),
            ("points", {"points": 10**12}),
            ("citation_lang", {"citation_lang": "xx"}),
        ):
            with pytest.raises(InvalidInput) as refused:
                give(cast, **more)
            assert field in refused.value.fields
        fields = services.AwardFields(to=(), category="customer-hero")
        with pytest.raises(InvalidInput) as refused:
            services.give(fields, actor=cast.marketer)
        assert "to" in refused.value.fields

"""What is not kept for ever, and what passes on."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from app.core.clock import travel, utc_now
from app.core.db import db
from app.deals import queries, services
from app.deals.models import Deal
from app.deals.states import DealState
from tests.cast import Cast
from tests.deals.support import approved, in_state


def test_the_contact_is_blanked_two_years_after_a_deal_closed(app: Flask, cast: Cast) -> None:
    with app.app_context():
        lost, still_open = in_state(cast, DealState.LOST, "Hotel Cendana"), approved(cast, "Klinik Damai")
        with travel(utc_now() + timedelta(days=700)):
            assert services.blank_old_contacts() == 0
        with travel(utc_now() + timedelta(days=740)):
            assert services.blank_old_contacts() == 1
        db.session.expire_all()
        names = {deal.id: deal.contact_name for deal in db.session.query(Deal)}
        assert names == {lost.id: "", still_open.id: "Farid Hamzah"}


def test_a_draft_that_nobody_touched_for_half_a_year_is_thrown_away(app: Flask, cast: Cast) -> None:
    with app.app_context():
        in_state(cast, DealState.DRAFT, "Teratai Foods")
        assert services.forget_old_drafts() == 0
        with travel(utc_now() + timedelta(days=181)):
            assert services.forget_old_drafts() == 1
            assert queries.list_deals(cast.aisyah).rows == []


def test_a_leavers_open_deals_pass_to_an_admin_and_closed_ones_stay(app: Flask, cast: Cast) -> None:
    with app.app_context():
        kept = in_state(cast, DealState.WON, "Bina Warisan")
        moved = [in_state(cast, DealState.DRAFT, "Teratai Foods"), approved(cast, "Klinik Damai")]
        leaver, admin = cast.aisyah.person_id, cast.kinabalu_admin.person_id
        assert leaver and admin
        assert services.hand_over(leaver, cast.kinabalu.id, admin, actor=cast.kinabalu_admin) == 2
        owners = {deal.id: deal.member_id for deal in db.session.query(Deal)}
        assert owners == {kept.id: leaver} | {deal.id: admin for deal in moved}

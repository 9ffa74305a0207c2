"""What the pages read: lists, totals, the queue, and the scope of each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.core.clock import today, travel, utc_now
from app.core.errors import NotFound
from app.deals import queries, review, services
from app.deals.content import Line
from app.deals.scope import find_deal_id
from app.deals.states import DealState
from tests.cast import Cast
from tests.deals.support import approved, fields, in_state, sent
from tests.support.statements import count_statements


def test_the_list_puts_what_needs_the_person_first_and_closed_deals_last(app: Flask, cast: Cast) -> None:
    with app.app_context():
        lost = in_state(cast, DealState.LOST, "Hotel Cendana")
        draft = in_state(cast, DealState.DRAFT, "Teratai Foods")
        asked = in_state(cast, DealState.INFORMATION_NEEDED, "Rimba Medical Centre")
        rows = queries.list_deals(cast.aisyah).rows
        assert [row.public_id for row in rows] == [asked.public_id, draft.public_id, lost.public_id]
        assert [row.group for row in rows] == [0, 1, 2]


def test_the_pages_of_a_list_join_without_gap_or_repetition(app: Flask, cast: Cast) -> None:
    with app.app_context():
        for letter in "abcdefghijkl":
            services.save_draft(fields(cast, letter * 12), actor=cast.aisyah)
        in_state(cast, DealState.INFORMATION_NEEDED, "Rimba Medical Centre")
        seen: list[str] = []
        after = None
        while True:
            page = queries.list_deals(cast.aisyah, after=after, limit=5)
            seen += [row.public_id for row in page.rows]
            after = page.after
            if after is None:
                break
        assert len(seen) == len(set(seen)) == 13


@pytest.mark.parametrize("q", ["pelangi", "PELANGI", "firew", "D-{}", "{}", "schools t"])
def test_search_finds_by_customer_number_and_product(app: Flask, cast: Cast, q: str) -> None:
    with app.app_context():
        other = sent(cast, "Klinik Damai", family="cloud")
        wanted = sent(cast, "Pelangi Schools Trust")
        found = queries.list_deals(cast.aisyah, q=q.format(wanted.id + 20_000)).rows
        assert [row.public_id for row in found] == [wanted.public_id]
        assert other.public_id not in {row.public_id for row in found}


@pytest.mark.parametrize("q", ["%", "_", "\\", "'", "\x00", "D-999999999999999", "☃"])
def test_search_takes_any_text_literally(app: Flask, cast: Cast, q: str) -> None:
    with app.app_context():
        sent(cast, "Pelangi Schools Trust")
        assert queries.list_deals(cast.aisyah, q=q).rows == []


def test_totals_are_in_the_currency_of_the_company(app: Flask, cast: Cast) -> None:
    with app.app_context():
        sent(cast, "Klinik Damai")
        approved(cast, "Pelangi Schools Trust", value=1_000_00)
        sent(cast, "Selat Shipping", currency="EUR", lines=[Line(cast.families["cloud"], 5_000_00)])
        in_state(cast, DealState.WON, "Bina Warisan")
        found = queries.overview(cast.aisyah)
        assert found.open_minor == 4_800_000 + 1_000_00  # no rate for the euro: left out, never 1:1
        assert found.won_quarter_minor == 4_800_000
        assert found.counts == {
            "all": 4, "needs_you": 0, "draft": 0, "in_review": 2, "protected": 1, "won": 1, "closed": 0,
        }  # fmt: skip


def test_a_deal_needs_its_partner_when_the_protection_ends_soon_or_the_day_to_close_has_come(
    app: Flask, cast: Cast
) -> None:
    with app.app_context():
        deal = approved(cast, "Rimba Medical Centre", expected_close_on=today() + timedelta(days=200))
        due = approved(cast, "Kota Digital Council", expected_close_on=today() + timedelta(days=20))
        assert queries.do_next(cast.aisyah) == []
        with travel(utc_now() + timedelta(days=21)):
            assert [(one.kind, one.row.public_id) for one in queries.do_next(cast.aisyah)] == [
                ("to_mark", due.public_id)
            ]
            assert queries.overview(cast.aisyah).to_mark_minor == 4_800_000
        with travel(utc_now() + timedelta(days=84)):
            kinds = [(one.kind, one.row.public_id) for one in queries.do_next(cast.aisyah)]
            assert kinds == [("ends_soon", deal.public_id), ("to_mark", due.public_id)]
            assert queries.count_needs_you(cast.aisyah) == 2
            assert queries.do_next(cast.budi) == queries.do_next(cast.manager) == []


def test_the_queue_is_oldest_first_and_an_answer_goes_to_the_end(app: Flask, cast: Cast) -> None:
    with app.app_context():
        first, second = sent(cast, "Klinik Damai"), sent(cast, "Pelangi Schools Trust")
        services.ask(first.public_id, "Which tender?", actor=cast.manager)
        assert [item.public_id for item in review.queue(cast.manager)] == [second.public_id]
        services.answer(first.public_id, "Tender 7", actor=cast.aisyah)
        items = review.queue(cast.manager)
        assert [item.public_id for item in items] == [second.public_id, first.public_id]
        assert [item.public_id for item in review.queue(cast.manager, after=second.public_id)] == [
            first.public_id
        ]
        assert items[0].products == "Firewall" and items[0].organisation_name == "Kinabalu Networks"
        assert review.count_queue(cast.manager) == 2
        assert review.summary_of(items) == (items, 9_600_000)


def test_the_queue_and_a_review_cost_the_same_few_statements_for_ten_deals_and_for_forty(
    app: Flask, cast: Cast
) -> None:
    with app.app_context():
        costs = []
        for start, stop in ((0, 10), (10, 40)):
            for number in range(start, stop):
                sent(cast, f"{chr(97 + number % 26) * 9} {number:04d} {chr(98 + number % 24) * 7}")
            with count_statements(app) as seen:
                one = review.queue(cast.manager)[0]
                review.find_review(one.public_id, cast.manager)
            costs.append(len(seen))
        assert costs == [4, 4]


def test_drafts_and_others_deals_do_not_exist_for_those_they_do_not_concern(app: Flask, cast: Cast) -> None:
    with app.app_context():
        draft, deal = in_state(cast, DealState.DRAFT, "Teratai Foods"), sent(cast, "Klinik Damai")
        for actor in (
            cast.manager,
            cast.owner,
            cast.auditor,
            cast.finance,
            cast.marketer,
            cast.budi,
            cast.merapi_admin,
        ):
            with pytest.raises(NotFound):
                find_deal_id(draft.public_id, actor)
        for actor in (cast.finance, cast.marketer, cast.budi, cast.merapi_admin):
            with pytest.raises(NotFound):
                find_deal_id(deal.public_id, actor)
        for actor in (cast.aisyah, cast.kinabalu_admin, cast.manager, cast.owner, cast.auditor):
            assert find_deal_id(deal.public_id, actor) == deal.id


def test_a_review_has_all_that_a_decision_needs_and_words_its_checks(app: Flask, cast: Cast) -> None:
    with app.app_context():
        deal = sent(cast, "Klinik Damai")
        found = review.find_review(deal.public_id, cast.manager)
        assert found.checks.is_clean and len(found.checks.items) == 6
        assert found.parts.lines[0].name == "Firewall"
        assert found.protected_until_if_approved == today() + timedelta(days=90)
        assert not found.needs_knowing and found.rivals == []
        assert [event.kind.value for event in found.parts.events] == ["submitted"]
        assert found.parts.events[0].author == "Aisyah Rahman" and not found.parts.events[0].is_vendor


def test_a_statement_made_for_one_person_shows_the_next_one_their_own(app: Flask, cast: Cast) -> None:
    """Statements are made once a role: who asks is a parameter."""
    with app.app_context():
        hers = in_state(cast, DealState.INFORMATION_NEEDED, "Rimba Medical Centre")
        for _again in range(2):
            assert [row.public_id for row in queries.list_deals(cast.aisyah).rows] == [hers.public_id]
            assert queries.list_deals(cast.budi).rows == []
            assert queries.find_waiting(cast.aisyah).count == 1
            assert queries.find_waiting(cast.budi).count == 0

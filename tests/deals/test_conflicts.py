"""Two companies, one customer: who was first, what stands against an approval, what the check may say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import today, travel, utc_now
from app.deals import review, services
from app.deals.conflicts import Rival, list_rivals
from app.deals.content import Line
from app.deals.errors import CustomerTaken, TooManyChecks
from app.deals.models import Deal
from app.deals.services import Answer
from app.deals.states import DealState
from tests.cast import Cast, sign_in
from tests.deals.support import approved, fields, in_state, sent


def rivals(deal: Deal) -> list[Rival]:
    return list_rivals([deal.id])[deal.id]


def pair(cast: Cast, first: dict[str, Any], second: dict[str, Any]) -> list[Rival]:
    """What Budi's later deal meets, if Aisyah sent the first."""
    sent(cast, first.pop("name", "First Name"), **first)
    return rivals(sent(cast, second.pop("name", "Second Name"), by=cast.budi, **second))


@pytest.mark.parametrize(
    ("first", "second", "kind", "conflict"),
    [
        ({"name": "PT Bumi Raya, Tbk"}, {"name": "bumi raya"}, "name", True),
        ({"name": "Müller GmbH"}, {"name": "MULLER AG"}, "name", True),
        ({"name": "华为技术有限公司"}, {"name": "华为技术"}, "name", True),
        ({"name": "شركة النور"}, {"name": "النور المحدودة"}, "name", True),
        ({"name": "A"}, {"name": "a"}, "name", True),
        ({"name": "x" * 300}, {"name": "X" * 300}, "name", True),
        ({"customer_domain": "shop.bumi.co.id"}, {"customer_domain": "https://www.bumi.co.id/x"}, "domain", True),
        ({"customer_domain": "bumi.co.id"}, {"customer_domain": "bumi.co.id", "customer_country": "SG"}, "domain", True),
        ({"customer_registration_no": "2019-0102 4417"}, {"customer_registration_no": "201901024417"}, "registration", True),
        ({"name": "Pelangi Schools Trust"}, {"name": "Pelangi School Trust"}, "near", False),
        ({"name": "Bumi Raya"}, {"name": "Bumi Raya", "family": "cloud"}, "name", False),
        ({"customer_domain": "bumi.co.id"}, {"customer_domain": "bumi.co.id", "family": "cloud"}, "domain", False),
    ],
)  # fmt: skip
def test_these_meet(
    app: Flask, cast: Cast, first: dict[str, Any], second: dict[str, Any], kind: str, conflict: bool
) -> None:
    with app.app_context():
        found = pair(cast, dict(first), dict(second))
        assert [(one.kind, one.is_conflict) for one in found] == [(kind, conflict)]
        assert found[0].is_earlier and found[0].organisation_name == "Kinabalu Networks"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"name": "Bumi Raya"}, {"name": "Bumi Raya", "customer_country": "SG"}),
        ({"name": "Pelangi Schools Trust"}, {"name": "Pelangi School Trust", "customer_country": "SG"}),
        ({"name": "Klinik Damai"}, {"name": "Klinik Sentosa"}),
        ({"customer_domain": "one.co.id"}, {"customer_domain": "two.co.id"}),
        ({"customer_domain": "a.github.io"}, {"customer_domain": "b.github.io"}),
        ({"contact_email": "x@gmail.com"}, {"contact_email": "y@gmail.com"}),
        ({"customer_registration_no": "20190102"}, {"customer_registration_no": "20190102", "customer_country": "ID"}),
    ],
)  # fmt: skip
def test_these_do_not_meet(app: Flask, cast: Cast, first: dict[str, Any], second: dict[str, Any]) -> None:
    with app.app_context():
        assert pair(cast, dict(first), dict(second)) == []


@pytest.mark.parametrize("state", list(DealState))
def test_only_open_deals_of_other_companies_stand_in_the_way(
    app: Flask, cast: Cast, state: DealState
) -> None:
    with app.app_context():
        in_state(cast, state)
        colleague = sent(cast, by=cast.kinabalu_admin)
        late = sent(cast, by=cast.budi)
        is_open = state in (S.SUBMITTED, S.IN_REVIEW, S.INFORMATION_NEEDED, S.APPROVED)
        assert len(rivals(late)) == 1 + is_open
        assert [one.organisation_name for one in rivals(colleague)] == ["Merapi Solusi"]


S = DealState


def test_a_protection_that_has_run_out_does_not_stand_in_the_way_even_before_the_task_ran(
    app: Flask, cast: Cast
) -> None:
    with app.app_context():
        approved(cast)
        with travel(utc_now() + timedelta(days=90)):
            assert len(rivals(sent(cast, by=cast.budi))) == 1
        with travel(utc_now() + timedelta(days=92)):
            assert rivals(sent(cast, by=cast.merapi_admin)) == []


def test_the_first_to_send_wins_and_the_later_one_is_approved_only_knowingly(app: Flask, cast: Cast) -> None:
    with app.app_context():
        first, late = sent(cast), sent(cast, "mutiara logistics", by=cast.budi)
        with pytest.raises(CustomerTaken):
            services.approve(late.public_id, actor=cast.manager)
        assert services.approve(first.public_id, actor=cast.manager).state is S.APPROVED
        with pytest.raises(CustomerTaken):
            services.approve(late.public_id, actor=cast.manager)
        found = review.find_review(late.public_id, cast.manager)
        assert found.needs_knowing and not found.checks.is_clean
        assert [item.tone for item in found.checks.items if item.code == "match"] == ["bad"]
        assert services.approve(late.public_id, actor=cast.manager, knowingly=True).state is S.APPROVED


def test_another_customer_or_a_further_product_loses_the_place_in_the_line(app: Flask, cast: Cast) -> None:
    with app.app_context():
        early = sent(cast, "Some Other Name")
        rival = sent(cast, "Mutiara Logistics", by=cast.budi)
        services.edit(early.public_id, fields(cast, "Mutiara Logistics Sdn Bhd"), actor=cast.aisyah)
        assert [one.is_earlier for one in rivals(early)] == [True]
        assert [one.is_earlier for one in rivals(rival)] == [False]
        services.edit(rival.public_id, {"notes": "only words"}, actor=cast.budi)
        assert [one.is_earlier for one in rivals(rival)] == [False]
        more = [Line(cast.families["firewall"], 1_000_00), Line(cast.families["cloud"], 1_000_00)]
        services.edit(rival.public_id, {"lines": more}, actor=cast.budi)
        assert [one.is_earlier for one in rivals(rival)] == [True]


def test_a_material_change_of_a_protected_deal_goes_back_to_review_and_a_lower_value_does_not(
    app: Flask, cast: Cast
) -> None:
    with app.app_context():
        deal = approved(cast)
        lower = services.edit(
            deal.public_id, {"lines": [Line(cast.families["firewall"], 100)]}, actor=cast.aisyah
        )
        assert lower.state is S.APPROVED and lower.protected_until == today() + timedelta(days=90)
        higher = services.edit(
            deal.public_id, {"lines": [Line(cast.families["firewall"], 101)]}, actor=cast.aisyah
        )
        assert higher.state is S.IN_REVIEW and higher.protected_until is None
        assert [item.public_id for item in review.queue(cast.manager)] == [deal.public_id]


def test_only_clean_deals_are_approved_together(app: Flask, cast: Cast) -> None:
    with app.app_context():
        clean = sent(cast, "Klinik Damai")
        met, later = sent(cast, "Bumi Raya"), sent(cast, "Bumi Raya Tbk", by=cast.budi)
        large = sent(cast, "Teluk Port Services", value=25_000_001)
        strange = sent(cast, "Hotel Cendana", currency="EUR")
        ids = [deal.public_id for deal in (later, clean, met, large, strange)]
        clean_ids = [item.public_id for item in review.queue(cast.manager) if item.facts.is_clean]
        assert clean_ids == [clean.public_id]
        done = services.approve_many([*ids, clean.public_id, "unknown"], actor=cast.manager)
        assert done.approved == [clean.public_id] and set(done.left) == {*ids[:1], *ids[2:], "unknown"}


def ask(cast: Cast, name: str = "", actor: Any = None, **more: Any) -> services.Checked:
    values = {"country": "MY", "domain": "", "registration_no": ""} | more
    return services.check_customer(name=name, actor=actor or cast.budi, **values)


def test_the_check_says_clear_maybe_or_yours_and_nothing_else(app: Flask, cast: Cast) -> None:
    with app.app_context():
        deal = sent(cast, customer_domain="mutiara.com.my", customer_registration_no="201901024417")
        assert ask(cast, "Nobody Knows").answer is Answer.CLEAR
        assert ask(cast, "PT Mutiara Logistics").answer is Answer.MAYBE
        assert ask(cast, "Mutiara Logistic").answer is Answer.MAYBE
        assert ask(cast, domain="shop.mutiara.com.my").answer is Answer.MAYBE
        assert ask(cast, registration_no="2019 0102 4417").answer is Answer.MAYBE
        assert ask(cast, "Mutiara Logistics", country="ID").answer is Answer.CLEAR
        own = ask(cast, "mutiara logistics", actor=cast.aisyah)
        assert (own.answer, own.public_id) == (Answer.YOURS, deal.public_id)
        colleague_knows_no_more = ask(cast, "mutiara logistics", actor=cast.kinabalu_admin)
        assert colleague_knows_no_more.public_id == deal.public_id  # the admin sees the company's deals


def test_the_check_is_limited_by_person_and_by_company(app: Flask, cast: Cast) -> None:
    with app.app_context():
        for _time in range(20):
            ask(cast, "Klinik Damai")
        with pytest.raises(TooManyChecks) as caught:
            ask(cast, "Klinik Damai")
        assert 0 < caught.value.retry_after <= 3600
        assert ask(cast, "Klinik Damai", actor=cast.merapi_admin).answer is Answer.CLEAR


def test_the_check_page_and_its_fragment_never_name_anybody(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        deal = sent(cast, by=cast.budi)
    sign_in(client, cast.aisyah)
    query = {"customer_name": "Mutiara Logistics", "customer_country": "MY"}
    page = client.get("/deals/check", query_string=query)
    hint = client.get("/deals/check", query_string=query, headers={"HX-Request": "true"})
    for answer in (page, hint):
        assert "may already be protected" in answer.text
        assert not any(
            word in answer.text for word in ("Merapi", "Budi", deal.public_id, "Sdn Bhd", deal.reference)
        )
    assert "<html" in page.text and "<html" not in hint.text
    assert "No clash found" in client.get("/deals/check?customer_name=Nobody&customer_country=MY").text
    assert client.get("/deals/check").status_code == 200
    for _time in range(17):
        assert client.get("/deals/check", query_string=query).status_code == 200
    refused = client.get("/deals/check", query_string=query, headers={"HX-Request": "true"})
    assert (
        refused.status_code == 429
        and "check again at" in refused.text
        and int(refused.headers["Retry-After"]) > 0
    )
    assert client.get("/deals/new").status_code == 200


def test_a_clash_never_keeps_a_deal_from_being_sent(app: Flask, cast: Cast) -> None:
    with app.app_context():
        approved(cast)
        assert sent(cast, by=cast.budi).state is S.SUBMITTED

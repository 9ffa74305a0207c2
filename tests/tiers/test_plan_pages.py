"""The page of a plan: what it refuses and where, what a second person sees, what the writer is told, the year after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.clock import freeze, today
from app.core.db import db
from app.core.errors import InvalidInput
from app.identity.services.people import set_language
from app.notices.models import Notice
from app.partners.audience import Audience
from app.tiers.overview import list_plans
from app.tiers.plans import Definition, Metric
from app.tiers.services import plans
from app.tiers.services.pins import end_pin, pin_level
from app.tiers.services.reviews import run_review
from app.tiers.words import long_day
from tests.cast import Cast, sign_in
from tests.conftest import count_statements
from tests.tiers import makers
from tests.tiers.makers import RM, live
from tests.tiers.test_pages import MATRIX, begin_plan, text_of


def test_a_level_has_a_name_of_its_own_and_opens_no_less_than_the_one_below(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    public_id = begin_plan(app, sign_in(client, cast.marketer))
    here = f"/admin/tiers/plans/{public_id}"
    twice = {
        **MATRIX,
        "level-1-name": " MEMBER",
        "level-1-multiplier": "1",
        "level-0-multiplier": "1.5",
        "action": "send",
    }
    answer = client.post(here, data={**twice, "idempotency_key": "twice-0123456789abcdef"})
    page = text_of(answer.text)
    assert answer.status_code == 422 and 'id="level-1-name-error"' in answer.text
    assert "Level 1 has this name too. Each level needs a name of its own." in page
    assert 'id="level-1-multiplier-error"' in answer.text and "MEMBER cannot earn less than Member." in page


def test_a_multiplier_is_read_as_the_writer_writes_numbers(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    here = f"/admin/tiers/plans/{begin_plan(app, sign_in(client, cast.marketer))}"
    for language, refused, taken in (("en", "1,250", "1.25"), ("id", "1.250", "1,25")):
        with app.app_context():
            set_language(cast.marketer.person_id, language)
        for typed, status in ((refused, 422), (taken, 303)):
            key = f"{language}-{status}-0123456789abcdef"
            data = {**MATRIX, "level-1-multiplier": typed, "need-1-revenue": "48000", "level-1-fund": ""}
            answer = client.post(here, data={**data, "idempotency_key": key})
            assert answer.status_code == status and (status == 303 or taken in text_of(answer.text))
        assert f'name="level-1-multiplier" value="{taken}"' in client.get(here).text


def test_a_level_added_begins_with_what_the_one_below_opens_and_is_called_by_its_number(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    public_id = begin_plan(app, sign_in(client, cast.marketer))
    here = f"/admin/tiers/plans/{public_id}"
    more = client.post(
        here, data={**MATRIX, "action": "level", "idempotency_key": "more-0123456789abcdef"}
    ).text
    for part, value in (("multiplier", "1.25"), ("fund", "RM 2k")):
        assert f'name="level-2-{part}" value="{value}"' in more
    assert "What Level 3 opens, in words" in more
    empty = {**MATRIX, "level-2-name": "", "level-2-slug": "", "level-2-multiplier": "1.25", "action": "send"}
    page = text_of(client.post(here, data={**empty, "idempotency_key": "empty-0123456789abcdef"}).text)
    assert "Level 3 has to ask for something." in page and "Give the level a name" in page


def test_the_writers_are_told_once_what_the_second_person_answered(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    public_id = begin_plan(app, sign_in(client, cast.marketer))
    here = f"/admin/tiers/plans/{public_id}"
    for number, answer in enumerate(("return", "publication")):
        sign_in(client, cast.marketer)
        sent = client.post(
            here, data={**MATRIX, "action": "send", "idempotency_key": f"{number}-0123456789abcdef"}
        )
        assert sent.status_code == 303
        sign_in(client, cast.finance)
        for _tap in range(2):
            client.post(f"{here}/{answer}")
    with app.app_context():
        query = select(Notice.person_id, Notice.title, Notice.body, Notice.href).order_by(Notice.id)
        found = [tuple(row) for row in db.session.execute(query.where(Notice.kind == "tier_plan_decided"))]
        day = long_day(today())
    said = (
        f"{cast.finance.name} gave your plan back. It is a draft again.",
        f"{cast.finance.name} published your plan. It applies from {day}.",
    )
    assert found == [(cast.marketer.person_id, "Ladder", each, here) for each in said]
    assert said[1] in text_of(sign_in(client, cast.marketer).get("/notices").text)


def test_the_second_person_sees_what_was_and_the_year_after_follows_what_is_published(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    ladder = makers.definition(makers.REVENUE, Metric("deals"), gold={"revenue": 120_000 * RM, "deals": 3})
    member, silver, gold = makers.definition(gold={"revenue": 90_000 * RM}).levels
    lower = Definition(
        (makers.REVENUE,), (member, replace(silver, multiplier_bps=13_000, benefits=gold.benefits), gold)
    )
    with freeze(makers.NOW), app.app_context():
        plan_id = live(cast, ladder, name="2026 plan").plan_id
        draft = plans.start_version(plan_id, actor=cast.marketer)
        assert draft.name == "2027 plan"
        plans.save_draft(
            draft.id, name=draft.name, definition=replace(lower, grace_days=60), month=1, actor=cast.marketer
        )
        plans.send_for_sign_off(draft.id, actor=cast.marketer)
    with freeze(makers.NOW):
        sign_in(client, cast.finance)
        with count_statements(app) as asked:
            page = text_of(client.get("/admin/tiers").text)
        assert asked.count <= 8
        for said in ("RM 90k was RM 120k", "none was 3", "1.3 × was 1.25", "A named engineer was none"):
            assert said in page, said
        assert "What changes against 2026 plan is marked. " in page and "Before: A partner reaches" in page
        assert "2026 plan stays live until 1 January 2027" in page
        with app.app_context():
            plans.publish(draft.id, actor=cast.finance)
            after = plans.start_version(plan_id, actor=cast.marketer)
            assert (after.name, after.applies_from) == ("2028 plan", date(2028, 1, 1))
        page = text_of(client.get("/admin/tiers").text)
        assert "2028 plan, draft" in page and "follows 2027 plan on 1 January 2028" in page
        assert (
            "stays live" not in page and "No figure differs from 2027 plan." in page and " was " not in page
        )
        assert "2028 plan" in page and "See what it follows" in page
        coming = text_of(client.get("/admin/tiers?coming=2").text)
        assert "2027 plan, published" in coming and "2026 plan stays live until 1 January 2027" in coming
        edited = client.get("/admin/tiers?live=1").text
        assert "2027 plan follows on 1 January 2027" in edited
        assert 'class="was"' not in sign_in(client, cast.marketer).get("/admin/tiers").text


def test_a_further_plan_says_whom_it_is_for_and_a_second_one_for_everybody_is_refused(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        live(cast, name="2026 plan")
        indonesia = Audience(countries=("ID",))
        draft = plans.create_plan("Second", makers.definition(), actor=cast.marketer)
        with app.test_request_context(), pytest.raises(InvalidInput) as refused:
            plans.send_for_sign_off(draft.id, actor=cast.marketer)
        assert str(refused.value.fields["audience_countries"]).startswith(
            "2026 plan is for everybody already"
        )
        kept = makers.definition(audience=indonesia)
        less = replace(kept, levels=tuple(replace(level, multiplier_bps=10_000) for level in kept.levels))
        for made in (less, kept):
            plans.save_draft(draft.id, name="Second", definition=made, month=1, actor=cast.marketer)
            with app.test_request_context():
                if made is less:
                    with pytest.raises(InvalidInput) as refused:
                        plans.send_for_sign_off(draft.id, actor=cast.marketer)
                    assert "Silver earns 1.25 times in 2026 plan." in str(
                        refused.value.fields["level-1-multiplier"]
                    )
                    assert "level-2-multiplier" in refused.value.fields
        plans.send_for_sign_off(draft.id, actor=cast.marketer)
        here = f"/admin/tiers/plans/{next(row.public_id for row in list_plans() if row.name == 'Second')}"
    sign_in(client, cast.finance)
    with count_statements(app) as asked:
        page = text_of(client.get(here).text)
    assert asked.count <= 8
    assert "For: Indonesia. 1 company comes under it at once." in page
    with app.app_context():
        plans.publish(draft.id, actor=cast.finance)
        again = plans.start_version(draft.plan_id, actor=cast.marketer)
        malaysia = makers.definition(audience=Audience(countries=("MY",)))
        plans.save_draft(again.id, name="Second", definition=malaysia, month=1, actor=cast.marketer)
        plans.send_for_sign_off(again.id, actor=cast.marketer)
    page = text_of(client.get(here).text)
    assert "For: Malaysia was Indonesia" in page and "comes under" not in page
    form = sign_in(client, cast.marketer).get("/admin/leaderboards/new").text
    assert form.count('name="audience_tiers" value="silver"') == 1


def test_the_history_says_who_pinned_a_level_why_and_how_the_pin_ended(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    owner, manager = cast.owner.name, cast.manager.name
    here = f"/admin/tiers/companies/{cast.kinabalu.public_id}"
    with freeze(makers.NOW), app.app_context():
        live(cast)
        pin_level(
            cast.kinabalu.id, "gold", "Builds a <reference> site", date(2026, 11, 23), actor=cast.manager
        )
    with freeze(makers.NOW + timedelta(days=2)), app.app_context():
        run_review()
        pin = pin_level(cast.kinabalu.id, "silver", "A promise", date(2027, 1, 9), actor=cast.manager)
    with freeze(makers.NOW + timedelta(days=3)):
        with app.app_context():
            end_pin(pin.id, actor=cast.owner)
        sign_in(client, cast.manager)
        with count_statements(app) as asked:
            answer = client.get(here)
    assert asked.count <= 8 and "Builds a &lt;reference&gt; site" in answer.text
    page = text_of(answer.text).split("History")[1]
    lines = (
        f"{owner} ended the pin 25 Nov",
        f"Pinned by {manager} until 9 January 2027 A promise 24 Nov",
        "The pin ran out 24 Nov",
        f"Pinned by {manager} until 23 November 2026 Builds a",
    )
    found = [page.find(line) for line in lines]
    assert found == sorted(found) and found[0] >= 0, page
    assert "Set by the vendor" not in page


def test_a_draft_renamed_is_called_so_everywhere_and_a_live_plan_only_once_published(
    app: Flask, cast: Cast
) -> None:
    with app.app_context():
        draft = plans.create_plan("Resellers", makers.definition(), actor=cast.owner)

        def rename(version_id: int, name: str) -> list[str]:
            plans.save_draft(version_id, name=name, definition=makers.definition(), month=1, actor=cast.owner)
            return [plan.name for plan in list_plans()]

        assert "Resellers of Singapore" in rename(draft.id, "Resellers of Singapore")
        plans.send_for_sign_off(draft.id, actor=cast.owner)
        plans.publish(draft.id, actor=cast.finance)
        following = plans.start_version(draft.plan_id, actor=cast.owner)
        assert "Resellers of Singapore" in rename(following.id, "Another name")


def test_a_further_plan_without_a_name_is_refused_in_sight(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    """The fold that holds its form is open, and the draft beside it stands as it was."""
    public_id = begin_plan(app, sign_in(client, cast.marketer))
    key = {"idempotency_key": "level-0123456789abcdef"}
    assert client.post(f"/admin/tiers/plans/{public_id}", data={**MATRIX, **key}).status_code == 303
    answer = client.post("/admin/tiers", data={"name": " ", "idempotency_key": "blank-0123456789abcdef"})
    page = answer.text
    assert answer.status_code == 422 and "<title>Error: " in page
    assert '<a href="#new-name">Give the plan a name of up to 80 characters.</a>' in page
    assert '<details class="disclosure" open><summary>' in page and 'id="new-name-error"' in page
    assert 'value="Partner Day seats"' in page

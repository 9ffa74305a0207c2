"""Choosing whom something is for: only what is offered, counted alive, in one's own sight."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from app.core.db import db, transaction
from app.identity.actor import Actor
from app.identity.audience import count_reach, people_of
from app.partners import audience_form
from app.partners.audience import Audience
from app.partners.audience_form import AudienceForm, audience_parts, find_companies, tiers_from
from app.partners.models import Organisation, OrganisationManager
from tests.cast import Cast, add_company, sign_in
from tests.support.statements import count_statements

HTMX = {"HX-Request": "true"}


@pytest.fixture
def levels() -> Iterator[None]:
    before = list(audience_form._levels)
    tiers_from(lambda: [("member", "Member"), ("silver", "Silver"), ("gold", "Gold")])
    yield
    audience_form._levels[:] = before


def ticked(app: Flask, actor: Actor, audience: Audience | None = None, **fields: Any) -> AudienceForm:
    """A form as it comes in with these boxes."""
    with app.test_request_context("/"):
        form = AudienceForm(formdata=MultiDict(fields))
        form.offer_audience(actor, audience)
        form.validate()
        return form


def test_what_is_ticked_is_the_audience(app: Flask, cast: Cast, levels: None) -> None:
    form = ticked(
        app,
        cast.marketer,
        audience_tiers=["gold", "silver"],
        audience_countries=["MY"],
        audience_kinds=["reseller"],
        audience_companies=[cast.kinabalu.public_id],
    )
    assert not form.errors
    assert form.audience == Audience(("MY",), ("reseller",), (cast.kinabalu.id,), ("silver", "gold"))
    with app.app_context():
        assert audience_parts(form.audience) == ["Silver, Gold", "Reseller", "Malaysia", "1 company"]


@pytest.mark.parametrize(
    "fields",
    [
        {"audience_countries": ["MY", "XX"]},
        {"audience_kinds": ["<script>"]},
        {"audience_tiers": ["diamond"]},
        {"audience_companies": ["nobody"]},
        {"audience_names": "Nobody Sdn Bhd"},
        {"audience_names": "x" * 6000},
    ],
)
def test_what_was_not_offered_is_refused_with_a_sentence(
    app: Flask, cast: Cast, fields: dict[str, Any]
) -> None:
    assert ticked(app, cast.marketer, **fields).errors


def test_companies_by_name_or_number_without_javascript(app: Flask, cast: Cast) -> None:
    form = ticked(app, cast.marketer, audience_names="merapi solusi\n\n Kinabalu Networks ")
    assert form.audience.organisation_ids == tuple(sorted((cast.kinabalu.id, cast.merapi.id)))
    with app.app_context():
        twin = add_company("Merapi Solusi", "MY", "MYR", "en", "Asia/Kuala_Lumpur", "Ipoh")
        with transaction():
            row = db.session.get(Organisation, twin.id)
            assert row is not None
            row.registration_no = "2019-77"
    assert (
        "Several companies"
        in ticked(app, cast.marketer, audience_names="Merapi Solusi").errors["audience_names"][0]
    )
    assert ticked(app, cast.marketer, audience_names="2019-77").audience.organisation_ids == (twin.id,)


def test_a_fresh_form_ticks_what_stands(app: Flask, cast: Cast, levels: None) -> None:
    stands = Audience(("ID",), (), (cast.merapi.id,), ("gold",))
    with app.test_request_context("/"):
        form = AudienceForm()
        form.offer_audience(cast.owner, stands)
        assert form.audience == stands


def test_a_manager_sees_and_counts_the_own_partners_only(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        db.session.add(OrganisationManager(organisation_id=cast.merapi.id, person_id=cast.owner.person_id))
    assert ticked(app, cast.manager, audience_companies=[cast.merapi.public_id]).errors
    with app.app_context():
        assert find_companies(cast.manager, "merapi") == []
        assert find_companies(cast.owner, "MERAPI") == [(cast.merapi.public_id, "Merapi Solusi")]
        assert find_companies(cast.owner, "%") == []
        reach = count_reach(Audience(), cast.manager)
        assert (reach.people, reach.companies) == (2, 1)


def test_the_count_and_the_condition_agree_with_matches(app: Flask, cast: Cast) -> None:
    with app.app_context():
        for audience, people in (
            (Audience(), 4),
            (Audience(countries=("ID",)), 2),
            (Audience(kinds=("agent",)), 0),
            (Audience(tiers=("gold",)), 0),
        ):
            reach = count_reach(audience, cast.owner)
            assert reach.people == len(list(db.session.scalars(people_of(audience)))) == people


def test_the_live_count_answers_as_fragment_and_as_page(app: Flask, cast: Cast, client: FlaskClient) -> None:
    sign_in(client, cast.marketer)
    with count_statements(app) as seen:
        count = client.get("/admin/audience?audience_countries=MY", headers=HTMX)
    assert "2 people in 1 partner company." in count.text and "<html" not in count.text
    assert len(seen) <= 8
    found = client.get(
        "/admin/audience?audience_find=kina", headers={**HTMX, "HX-Target": "audience-companies"}
    )
    assert cast.kinabalu.public_id in found.text and "Merapi" not in found.text
    page = client.get("/admin/audience?audience_countries=QQ")
    assert page.status_code == 200 and "<html" in page.text
    assert sign_in(client, cast.aisyah).get("/admin/audience").status_code == 404

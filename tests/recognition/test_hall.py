"""The Hall of Fame: open to everybody, only who said yes, gone at once, never kept."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from app.core.db import db, transaction
from app.core.errors import NotFound
from app.identity.models import Person, PersonStatus
from app.partners.services import suspend_organisation
from app.recognition import services
from app.recognition.models import HallConsent
from app.recognition.queries import read_hall
from tests.cast import Cast, sign_in
from tests.recognition.support import begin, company, give, person


def names() -> list[str]:
    return [one.name for entry in read_hall().entries for one in entry.names]


def test_a_name_stands_there_only_after_a_yes_and_is_gone_with_the_next_request(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        begin(cast, budget=0)
        award = give(cast, citation="Drove out on a holiday.").public_id
    stranger = app.test_client()
    assert cast.aisyah.name not in stranger.get("/hall-of-fame").text
    sign_in(client, cast.aisyah)
    assert "May your name stand in the Hall of Fame?" in client.get(f"/recognition/{award}").text
    assert client.post(f"/recognition/{award}/consent", data={"answer": "yes"}).status_code == 303
    answer = stranger.get("/hall-of-fame")
    assert cast.aisyah.name in answer.text and "Drove out on a holiday." in answer.text
    assert "no-store" in answer.headers["Cache-Control"] and "ETag" not in answer.headers
    assert cast.kinabalu.name not in answer.text
    client.post(f"/recognition/{award}/consent", data={"answer": "no"})
    again = stranger.get("/hall-of-fame", headers={"If-None-Match": "*"})
    assert again.status_code == 200 and cast.aisyah.name not in again.text


def test_nobody_answers_for_somebody_else(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        begin(cast, budget=0)
        own, ours = give(cast).public_id, give(cast, company(cast.kinabalu)).public_id
    for actor, award in (
        (cast.kinabalu_admin, own),
        (cast.budi, own),
        (cast.aisyah, ours),
        (cast.merapi_admin, ours),
        (cast.owner, ours),
    ):
        answer = sign_in(client, actor).post(f"/recognition/{award}/consent", data={"answer": "yes"})
        assert answer.status_code == 404, actor.name
    sign_in(client, cast.kinabalu_admin).post(f"/recognition/{ours}/consent", data={"answer": "yes"})
    with app.app_context():
        assert names() == [cast.kinabalu.name]


def test_answers_are_a_log_that_nothing_erases(app: Flask, cast: Cast) -> None:
    with app.app_context():
        begin(cast, budget=0)
        award = give(cast).public_id
        for answer in (True, True, False, True):
            services.answer_consent(award, answer, actor=cast.aisyah)
        assert list(db.session.scalars(select(HallConsent.is_given).order_by(HallConsent.id))) == [
            True,
            False,
            True,
        ]
        with pytest.raises(DatabaseError), transaction():
            db.session.execute(HallConsent.__table__.delete())
        assert names() == [cast.aisyah.name]


def test_words_stand_there_only_where_all_of_whom_they_speak_said_yes(app: Flask, cast: Cast) -> None:
    with app.app_context():
        begin(cast, budget=0)
        award = give(
            cast, person(cast.aisyah), person(cast.budi), citation="Aisyah and Budi together."
        ).public_id
        services.answer_consent(award, True, actor=cast.budi)
        entry = read_hall().entries[0]
        assert [one.name for one in entry.names] == [cast.budi.name] and entry.citation == ""
        services.answer_consent(award, True, actor=cast.aisyah)
        assert read_hall().entries[0].citation == "Aisyah and Budi together."


def test_who_left_stays_until_the_name_is_taken_off(app: Flask, cast: Cast) -> None:
    from app.core.clock import utc_now
    from app.partners.models import Membership

    with app.app_context():
        begin(cast, budget=0)
        award = give(cast)
        services.answer_consent(award.public_id, True, actor=cast.aisyah)
        with transaction():
            person_row = db.session.get_one(Person, cast.aisyah.person_id)
            person_row.status = PersonStatus.DEACTIVATED
        assert names() == []  # shut out, with a place still open
        with transaction():
            place = db.session.scalars(
                select(Membership).where(Membership.person_id == cast.aisyah.person_id)
            ).one()
            place.ended_at = utc_now()
        assert names() == [cast.aisyah.name]
        from app.recognition.models import AwardRecipient

        recipient = db.session.scalars(select(AwardRecipient.public_id)).one()
        with pytest.raises(NotFound):
            services.take_off_hall(award.public_id, "unknown", actor=cast.marketer)
        services.take_off_hall(award.public_id, recipient, actor=cast.marketer)
        assert names() == []


def test_what_is_withdrawn_or_suspended_is_not_there(app: Flask, cast: Cast) -> None:
    with app.app_context():
        begin(cast, budget=0)
        mine, theirs = give(cast), give(cast, person(cast.budi))
        services.answer_consent(mine.public_id, True, actor=cast.aisyah)
        services.answer_consent(theirs.public_id, True, actor=cast.budi)
        services.withdraw(mine.public_id, "Another deal.", actor=cast.marketer)
        assert names() == [cast.budi.name]
        suspend_organisation(cast.merapi.id, actor=cast.owner, reason="Under review")
        assert names() == []


def test_who_is_named_with_the_company_answers_for_each_alone(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    admin = cast.kinabalu_admin
    with app.app_context():
        begin(cast, budget=0)
        award = give(cast, person(admin), company(cast.kinabalu)).public_id
    sign_in(client, admin)
    page = client.get(f"/recognition/{award}").text
    mine, ours = re.findall(r'name="for" value="(\w+)"', page)
    consent = f"/recognition/{award}/consent"
    client.post(consent, data={"for": ours, "answer": "yes"})
    assert "company’s name stands" in client.get(f"/recognition/{award}").text
    with app.app_context():
        assert names() == [cast.kinabalu.name]
    client.post(consent, data={"for": mine, "answer": "yes"})
    assert client.post(consent, data={"for": "another", "answer": "yes"}).status_code == 404
    with app.app_context():
        assert sorted(names()) == sorted([admin.name, cast.kinabalu.name])
    client.post("/recognition/consents/withdrawal")
    with app.app_context():
        assert names() == [cast.kinabalu.name]
    client.post(consent, data={"answer": "yes"})  # a page from before the question said for whom
    client.post(consent, data={"answer": "no"})
    with app.app_context():
        assert names() == [cast.kinabalu.name]


def test_one_button_takes_a_name_off_everywhere(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        begin(cast, budget=0)
        for award in (give(cast), give(cast)):
            services.answer_consent(award.public_id, True, actor=cast.aisyah)
    answer = sign_in(client, cast.aisyah).post("/recognition/consents/withdrawal")
    assert answer.status_code == 303
    with app.app_context():
        assert names() == []


def test_the_hall_is_read_by_year_and_category_and_strange_addresses_are_a_page(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    from datetime import timedelta

    from app.core.clock import travel, utc_now

    with app.app_context():
        begin(cast, budget=0)
        with travel(utc_now() - timedelta(days=400)):
            old = give(cast, category="bright-idea")
        new = give(cast, person(cast.budi))
        services.answer_consent(old.public_id, True, actor=cast.aisyah)
        services.answer_consent(new.public_id, True, actor=cast.budi)
        years = read_hall().years
    assert len(years) == 2
    page = client.get(f"/hall-of-fame?year={years[1]}").text
    assert cast.aisyah.name in page and cast.budi.name not in page
    page = client.get("/hall-of-fame?category=bright-idea").text
    assert cast.budi.name not in page
    for query in (
        "year=9999",
        "year=abc",
        "after=99999999999999999999999",
        "after=-1",
        "category=%F0%9F%98%80",
    ):
        assert client.get(f"/hall-of-fame?{query}").status_code == 200, query


def test_the_worker_of_the_phone_never_keeps_the_hall(client: FlaskClient) -> None:
    worker = client.get("/sw.js")
    assert worker.status_code == 200 and "hall-of-fame" not in worker.text

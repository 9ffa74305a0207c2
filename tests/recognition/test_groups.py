"""Years of service of one day: one card on the wall, each award its own, applause for all with one tap."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app.core.clock import freeze, utc_now
from app.core.db import db, transaction
from app.identity.models import Person
from app.partners.models import Membership, Role
from app.partners.services import suspend_organisation
from app.recognition import services
from app.recognition.models import Applause, Award
from app.recognition.queries import list_wall
from app.recognition.queries.wall import PAGE, Shelf
from tests.cast import Cast, add_person, sign_in
from tests.conftest import count_statements
from tests.recognition.support import begin, give

HTMX = {"HX-Request": "true"}
MANY = PAGE * 2


@pytest.fixture
def many(app: Flask, cast: Cast) -> None:
    """A company of thirty and more, and the four of the cast, whose first year was full ten days ago."""
    start = utc_now()
    with app.app_context():
        begin(cast, budget=0)
        for number in range(MANY):
            add_person(f"p{number}@kinabalu.example.com", f"Person {number:02}", Role.MEMBER, cast.kinabalu)
        with transaction():
            began = start - timedelta(days=375)
            db.session.execute(update(Membership).values(started_at=began))
        give(cast, citation="Before them all.")
        with freeze(start):
            services.record_service()


def counted(page: str) -> int:
    return page.count('class="card award"')


def test_many_milestones_of_one_day_are_one_card_with_its_own_page(
    app: Flask, client: FlaskClient, cast: Cast, many: None
) -> None:
    with app.app_context():
        wall = list_wall(cast.budi, Shelf())
        assert [row.others for row in wall.rows] == [0, MANY + 3] and wall.after is None
        country = list_wall(cast.budi, Shelf("country")).rows
        assert [row.others for row in country] == [1]  # the two of Merapi
        mine = list_wall(cast.budi, Shelf("mine")).rows
        assert [(row.others, row.service_years) for row in mine] == [(0, 1)]
        assert [row.others for row in list_wall(cast.budi, Shelf(category="service")).rows] == [MANY + 3]
        key = wall.rows[1].public_id
    sign_in(client, cast.budi)
    with count_statements(app) as seen:
        page = client.get("/recognition").text
    assert len(seen) <= 8 and counted(page) == 2
    assert f" dan {MANY + 3} lainnya" in page and f'href="/recognition?day={key}"' in page
    each, path = 0, f"/recognition?day={key}"
    while path:
        page = client.get(path).text
        each += counted(page)
        following = re.search(r'href="(/recognition[^"]+after=[^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert each == MANY + 4
    assert counted(client.get(f"/recognition?day={key}&view=country").text) == 2
    assert counted(client.get("/recognition?day=unknown").text) == 0
    assert client.get("/recognition?day=" + "x" * 500).status_code == 200


def test_one_tap_applauds_all_whom_the_card_names_and_takes_it_back(
    app: Flask, client: FlaskClient, cast: Cast, many: None
) -> None:
    with app.app_context():
        key = list_wall(cast.budi, Shelf()).rows[1].public_id
        near = list_wall(cast.budi, Shelf("country")).rows[0].public_id

    def applause() -> int:
        with app.app_context():
            return int(db.session.scalar(select(func.count()).select_from(Applause)) or 0)

    sign_in(client, cast.budi)
    for _twice in range(2):
        data = {"applaud": "1", "view": "country"}
        answer = client.post(f"/recognition/{near}/applause", data=data, headers=HTMX).text
        assert 'aria-pressed="true"' in answer and ">1<" in answer and 'name="view" value="country"' in answer
        assert applause() == 2
    with app.app_context():
        assert not list_wall(cast.budi, Shelf()).rows[1].applauded  # two of many
    data = {"applaud": "1", "view": "all"}
    assert client.post(f"/recognition/{key}/applause", data=data).status_code == 303
    assert applause() == MANY + 4
    with app.app_context():
        row = list_wall(cast.budi, Shelf()).rows[1]
        assert (row.applause, row.applauded) == (1, True)  # one person, however many they applaud
        other = list_wall(cast.aisyah, Shelf()).rows[1]
        assert (other.applause, other.applauded) == (1, False)
    assert client.post(f"/recognition/{key}/applause", data={"applaud": "0"}).status_code == 303
    assert applause() == MANY + 3
    client.post(f"/recognition/{key}/applause", data={"applaud": "0", "view": "all"})
    assert applause() == 0
    assert client.post(f"/recognition/{key}/applause", data={"view": "everybody"}).status_code == 404


def test_who_may_not_be_shown_does_not_hide_the_others(
    app: Flask, client: FlaskClient, cast: Cast, many: None
) -> None:
    with app.app_context():
        suspend_organisation(cast.kinabalu.id, actor=cast.owner, reason="Under review")
        rows = list_wall(cast.budi, Shelf()).rows
        assert [row.others for row in rows] == [1]
        names = set(db.session.scalars(select(Person.name).where(Person.email.like("%kinabalu%"))))
    page = sign_in(client, cast.budi).get(f"/recognition?day={rows[0].public_id}").text
    assert counted(page) == 2 and not any(name in page for name in names)
    with app.app_context():
        services.applaud(rows[0].public_id, True, actor=cast.budi, view="all")
        applauded = select(func.count(Applause.award_id)).join(Award, Award.id == Applause.award_id)
        assert db.session.scalar(applauded) == 2

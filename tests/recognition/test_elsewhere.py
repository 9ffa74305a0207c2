"""What other pages say of awards: home, more, today; and what is told when one is withdrawn."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core import jobs
from app.core.clock import freeze, utc_now
from app.core.db import db
from app.core.errors import InvalidInput
from app.core.feed import gather
from app.notices.models import Notice
from app.recognition import services
from app.recognition.models import AwardCategory
from app.recognition.queries import home_rows, more_fact, waiting_count, waiting_rows
from app.recognition.services.categories import USUAL
from tests.cast import Cast, sign_in
from tests.races import race, split
from tests.recognition.support import begin, give, person


def test_home_shows_the_newest_award_in_the_readers_language(app: Flask, cast: Cast) -> None:
    with app.app_context():
        begin(cast, budget=0)
        query = gather([home_rows(cast.budi)])
        assert query is not None and db.session.execute(query).all() == []
        give(cast)
        award = give(cast, person(cast.kinabalu_admin), citation="")
        give(cast, citation="Between us", is_on_wall=False)
        services.applaud(award.public_id, True, actor=cast.budi)
        row = db.session.execute(query).one()
        assert (row.part, row.ref, row.title) == ("award", award.public_id, cast.kinabalu_admin.name)
        assert (row.text, row.extra) == (
            "",
            "Pahlawan pelanggan",
        )  # words of the award itself alone are quoted
        assert (row.n1, row.n2) == (1, 1)
        assert more_fact(cast.budi) is None and more_fact(cast.aisyah) == "2 awards"


def test_today_shows_what_waits_for_a_second_person_but_not_to_who_asked(app: Flask, cast: Cast) -> None:
    with app.app_context():
        begin(cast, budget=None)
        award = give(cast, points=150_000, by=cast.owner)
        assert waiting_rows(cast.marketer) is None and waiting_count(cast.marketer) is None
        for actor, expected in ((cast.finance, 1), (cast.owner, 0)):
            query, count = gather([waiting_rows(actor)]), waiting_count(actor)
            assert query is not None and count is not None
            rows = db.session.execute(query).all()
            assert len(rows) == expected == db.session.scalar(count)
        row = db.session.execute(gather([waiting_rows(cast.finance)])).one()  # type: ignore[arg-type]
        assert row.ref == f"/admin/recognition/{award.public_id}" and row.text == cast.owner.name
        assert (row.title, row.n1, row.n2) == (cast.aisyah.name, 150_000, 750_000)


def test_home_and_today_open_with_awards_on_them(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        begin(cast, budget=None)
        award = give(cast, citation="Drove out on a holiday.")
        give(cast, points=150_000)
    assert "Drove out on a holiday." in sign_in(client, cast.kinabalu_admin).get("/").text
    client.post(f"/recognition/{award.public_id}/applause", data={"applaud": "1", "back": "/"})
    assert 'aria-pressed="true"' in client.get("/").text
    assert cast.aisyah.name in sign_in(client, cast.finance).get("/admin/today").text


def test_who_was_told_of_an_award_is_told_why_it_is_withdrawn(app: Flask, cast: Cast) -> None:
    with app.app_context():
        begin(cast)
        start = utc_now()
        with freeze(start):
            known, unknown = give(cast, points=50), give(cast, person(cast.budi), points=50)
        services.withdraw(unknown.public_id, "A slip.", actor=cast.marketer)
        with freeze(start + timedelta(seconds=61)):
            jobs.run_due()
            services.withdraw(known.public_id, "It was another deal.", actor=cast.marketer)
            jobs.run_due()
        told = list(db.session.scalars(select(Notice).order_by(Notice.id)))
        assert [row.person_id for row in told] == [cast.aisyah.person_id] * 2
        assert told[1].title == "Withdrawn: Customer hero" and told[1].body == "It was another deal."
        assert told[1].href == "/recognition"


def test_more_receivers_than_an_award_can_have_is_a_sentence(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    many = [f"p-{number}" for number in range(40_000)]
    with app.app_context():
        begin(cast, budget=0)
        with pytest.raises(InvalidInput) as refused:
            give(cast, *many)
        assert "to" in refused.value.fields
    sign_in(client, cast.marketer)
    data = {"to": many[:2_000], "category": "bright-idea", "points": "0", "idempotency_key": "many-receivers"}
    answer = client.post("/admin/recognition/new", data=data)
    assert answer.status_code == 422 and "Choose at most 50 people or companies." in answer.text


@pytest.mark.race
def test_categories_added_by_several_at_once_are_there_once(app: Flask, cast: Cast) -> None:
    usual = [lambda: services.add_usual_categories(actor=cast.marketer)] * 4
    done, errors = split(race(app, usual))
    assert errors == [] and sum(done) == len(USUAL)
    values = {"name_en": "Best newcomer"}
    own = [lambda: services.save_category(None, dict(values), actor=cast.marketer).slug] * 4
    done, errors = split(race(app, own))
    assert done == ["best-newcomer"] and [type(error) for error in errors] == [InvalidInput] * 3
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(AwardCategory)) == len(USUAL) + 1

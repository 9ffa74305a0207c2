"""A line for a passed course names the course in its reader's language."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app.core.db import db, transaction
from app.identity.models import Person
from tests.cast import Cast, sign_in
from tests.training.support import pays, publish, read_all, try_quiz


@pytest.mark.parametrize(("locale", "title"), [("en", "Zero Trust basics"), ("ms", "Asas Sifar Kepercayaan")])
def test_a_passed_course_has_its_name_in_the_readers_language(
    app: Flask, client: FlaskClient, cast: Cast, locale: str, title: str
) -> None:
    with app.app_context():
        pays(cast, 150)
        course = publish(questions=1)
        with transaction():
            course.title = {"en": "Zero Trust basics", "ms": "Asas Sifar Kepercayaan"}
            db.session.execute(update(Person).where(Person.id == cast.aisyah.person_id).values(locale=locale))
        read_all("zero-trust", cast.aisyah)
        assert try_quiz("zero-trust", cast.aisyah).outcome is not None
    assert title in sign_in(client, cast.aisyah).get("/wallet").text

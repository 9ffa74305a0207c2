"""Every certificate that ends or was taken back can be earned again, and only by passes that stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.clock import travel, utc_now
from app.core.db import db
from app.core.mail import Mail
from app.identity.actor import Actor
from app.training.models import Certificate
from app.training.services import assigning, authoring, catching_up, learning
from app.training.services.certificates import revoke
from tests.cast import Cast, sign_in
from tests.training.support import certify, publish, read_all

LATER = timedelta(days=330)


def read_through(slug: str, actor: Actor) -> tuple[str, ...]:
    """Go through a course without a quiz, from its beginning; serials of what that brought."""
    learning.enrol(slug, actor=actor)
    outcome = read_all(slug, actor, 1).outcome
    assert outcome is not None
    return outcome.serials


def plain(slug: str, **more: Any) -> Any:
    """A course of one part without a quiz."""
    return publish(slug, title=slug.title(), parts=1, questions=0, **more)


def take_again(client: FlaskClient, slug: str) -> None:
    """Press the page's button and finish the one part."""
    assert client.post(f"/training/{slug}/start").location == f"/training/{slug}/parts/1"
    assert client.post(f"/training/{slug}/parts/1").location == f"/training/{slug}/passed"


def test_a_certificate_of_a_course_without_a_quiz_is_renewed_from_its_page(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        plain("one", validity_months=12)
        (first,) = read_through("one", cast.aisyah)
    action = 'action="/training/one/start"'
    assert action not in sign_in(client, cast.aisyah).get("/training/one").text
    with travel(utc_now() + LATER):
        page = sign_in(client, cast.aisyah).get("/training/one").text
        assert "Your certificate ends on" in page and action in page and "Renew it" in page
        take_again(client, "one")
        assert action not in client.get("/training/one").text
    with app.app_context():
        rows = db.session.scalars(select(Certificate).order_by(Certificate.id)).all()
        assert rows[0].serial == first and [row.renews_id for row in rows] == [None, rows[0].id]


@pytest.mark.parametrize("how", ["ends", "taken back"])
def test_a_certification_with_a_course_without_a_quiz_is_earned_again(
    app: Flask, client: FlaskClient, cast: Cast, how: str
) -> None:
    with app.app_context():
        one, two = (plain(slug, gives_certificate=False) for slug in ("one", "two"))
        certify("Certified Seller", one, two, validity_months=12)
        assert read_through("one", cast.aisyah) == ()
        (serial,) = read_through("two", cast.aisyah)
        if how == "taken back":
            revoke(serial, "Somebody else read it", actor=cast.marketer)
    with travel(utc_now() + LATER):
        sign_in(client, cast.aisyah)
        for slug in ("one", "two"):
            page = client.get(f"/training/{slug}").text
            assert "or take it again" in page and "Take it again" in page
            take_again(client, slug)
            assert "Take it again" not in client.get(f"/training/{slug}").text
    with app.app_context():
        assert len(db.session.scalars(select(Certificate)).all()) == 2


def test_a_pass_whose_certificate_was_taken_back_completes_nothing(app: Flask, cast: Cast) -> None:
    with app.app_context():
        one, two = plain("one"), plain("two", gives_certificate=False)
        path = certify("Certified Seller", one, two)
        (serial,) = read_through("one", cast.aisyah)
        revoke(serial, "Somebody else read it", actor=cast.marketer)
        assert read_through("two", cast.aisyah) == ()
        assert catching_up.certify_batch(path.id, "run", 0) == 0
        assert len(read_through("one", cast.aisyah)) == 2, "a new pass brings both"


@pytest.mark.parametrize("is_closed", [False, True])
def test_the_warning_of_a_certification_says_to_pass_again_only_where_one_can(
    app: Flask, cast: Cast, is_closed: bool
) -> None:
    with app.app_context():
        one, two = (plain(slug, gives_certificate=False) for slug in ("one", "two"))
        certify("Certified Seller", one, two, validity_months=12)
        read_through("one", cast.aisyah)
        (serial,) = read_through("two", cast.aisyah)
        if is_closed:
            authoring.set_retired("two", True, actor=cast.marketer)
        with travel(utc_now() + LATER):
            assert assigning.warn_of_expiry() == 1
        text = db.session.scalars(select(Mail.text)).one()
        assert f"/certificates/{serial}" in text and ("Pass again" in text) is not is_closed

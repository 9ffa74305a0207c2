"""A form that is sent twice acts once: replay, refusal of another body, and waiting for a call under way."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask, Response
from sqlalchemy import func, select

from app.core.db import db, transaction
from app.core.errors import Conflict, InvalidInput
from app.core.http import IdempotentForm, idempotent, see_other
from app.core.rates import ExchangeRate
from tests.core.test_transactions import rate

KEY = "key-0123456789"


def post(app: Flask, view: Callable[[], Response], **form: str) -> Response:
    with app.test_request_context("/things", method="POST", data={"idempotency_key": KEY, **form}):
        try:
            return view()
        finally:
            db.session.remove()


def made(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(ExchangeRate)) or 0


@idempotent
def make() -> Response:
    with transaction():
        number = (db.session.scalar(select(func.count()).select_from(ExchangeRate)) or 0) + 1
        db.session.add(rate(f"X{number:02d}"))
    return see_other(f"/things/{number}")


def test_the_same_key_and_body_replays_the_first_answer(app: Flask) -> None:
    first = post(app, make, name="a", csrf_token="one")
    again = post(app, make, name="a", csrf_token="two")
    assert (first.status_code, first.location) == (again.status_code, again.location) == (303, "/things/1")
    assert made(app) == 1


def test_the_same_key_with_another_body_is_refused(app: Flask) -> None:
    post(app, make, name="a")
    with pytest.raises(InvalidInput):
        post(app, make, name="b")
    assert made(app) == 1


def test_a_form_without_a_key_is_refused(app: Flask) -> None:
    with app.test_request_context("/things", method="POST", data={}), pytest.raises(InvalidInput):
        make()
    assert made(app) == 0


def test_an_answer_of_400_or_more_keeps_nothing_so_the_form_can_be_corrected(app: Flask) -> None:
    @idempotent
    def bad() -> Response:
        with transaction():
            db.session.add(rate())
        return Response("no", 422)

    assert post(app, bad, name="wrong").status_code == 422
    assert made(app) == 0
    assert post(app, make, name="right").status_code == 303


def test_a_refusal_inside_keeps_nothing(app: Flask) -> None:
    @idempotent
    def refused() -> Response:
        with transaction():
            db.session.add(rate())
        raise Conflict()

    with pytest.raises(Conflict):
        post(app, refused)
    assert made(app) == 0
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(IdempotentForm)) == 0


def test_twenty_at_once_make_one_thing_and_all_get_its_address(app: Flask) -> None:
    gate = threading.Barrier(20)
    answers: list[object] = []

    def call() -> None:
        gate.wait()
        try:
            answers.append(post(app, make, name="a").location)
        except Exception as problem:
            answers.append(problem)

    threads = [threading.Thread(target=call) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["/things/1"] * 20
    assert made(app) == 1

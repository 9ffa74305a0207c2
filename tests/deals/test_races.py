"""Real connections against each other: one effect, the others a named refusal."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.db import db
from app.core.errors import AppError
from app.deals import services
from app.deals.conflicts import list_rivals
from app.deals.models import Deal, DealEvent
from app.deals.states import DealState, EventKind
from tests.cast import Cast, sign_in
from tests.deals.support import approved, fields, sent
from tests.deals.test_pages import body
from tests.ledger.support import clean


def race(app: Flask, *acts: Callable[[], Any]) -> list[Any]:
    """Run all at once, each with its own connection; results, or the refusal's code."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        with app.app_context():
            gate.wait()
            try:
                results[number] = act() or "done"
            except AppError as refused:
                results[number] = refused.code
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.race
def test_of_two_approvers_exactly_one_decides(app: Flask, cast: Cast, rounds: dict[str, int]) -> None:
    for number in range(rounds["race"]):
        with app.app_context():
            one = sent(cast, f"Customer {number} {chr(97 + number % 26) * 7}").public_id
        answers = race(
            app,
            lambda one=one: services.approve(one, actor=cast.manager).state.value,
            lambda one=one: services.approve(one, actor=cast.owner).state.value,
        )
        assert sorted(answers) == ["approved", "deal_state"], answers
    with app.app_context():
        count = db.session.scalar(select(func.count()).where(DealEvent.kind == EventKind.APPROVED))
        assert count == rounds["race"]
        clean()


@pytest.mark.race
def test_of_an_approval_and_a_refusal_exactly_one_stands(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    for number in range(rounds["race"] // 5):
        with app.app_context():
            one = sent(cast, f"Customer {number} {chr(97 + number % 26) * 7}").public_id
        answers = race(
            app,
            lambda one=one: services.approve(one, actor=cast.manager).state.value,
            lambda one=one: services.reject(one, "too_early", actor=cast.owner).state.value,
        )
        assert sorted(answers) in (["approved", "deal_state"], ["deal_state", "rejected"]), answers


@pytest.mark.race
def test_of_two_rivals_approved_at_once_the_second_needs_a_knowing_vendor(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    for number in range(rounds["race"] // 5):
        name = f"Customer {number} {chr(97 + number % 26) * 7}"
        with app.app_context():
            first, late = sent(cast, name), sent(cast, name, by=cast.budi)
        answers = race(
            app,
            lambda one=first.public_id: services.approve(one, actor=cast.manager).state.value,
            lambda one=late.public_id: services.approve(one, actor=cast.owner).state.value,
        )
        assert answers == ["approved", "customer_taken"]


@pytest.mark.race
def test_rivals_who_send_at_the_same_moment_see_each_other_and_one_is_first(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    for number in range(rounds["race"] // 5):
        name = f"Customer {number} {chr(97 + number % 26) * 7}"
        with app.app_context():
            mine, theirs = fields(cast, name), fields(cast, name)
        ids = race(
            app,
            lambda given=mine: services.submit(given, actor=cast.aisyah).id,
            lambda given=theirs: services.submit(given, actor=cast.budi).id,
        )
        with app.app_context():
            found = list_rivals(ids)
            assert sorted(one.is_earlier for rivals in found.values() for one in rivals) == [False, True]


@pytest.mark.race
def test_one_win_sent_by_two_people_earns_once(app: Flask, cast: Cast, rounds: dict[str, int]) -> None:
    from tests.deals.support import win

    for number in range(rounds["race"] // 5):
        with app.app_context():
            deal = approved(cast, f"Customer {number} {chr(97 + number % 26) * 7}")
        answers = race(
            app,
            lambda deal=deal: win(cast, deal).deal.state.value,
            lambda deal=deal: win(cast, deal, by=cast.kinabalu_admin).deal.state.value,
        )
        assert sorted(answers) == ["deal_state", "won"], answers


@pytest.mark.race
def test_twenty_times_one_key_at_once_is_one_deal(app: Flask, cast: Cast, rounds: dict[str, int]) -> None:
    for number in range(max(rounds["race"] // 25, 2)):
        client = sign_in(app.test_client(), cast.aisyah)
        cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
        clients = []
        for _each in range(20):
            other = app.test_client()
            other.environ_base.update(client.environ_base)
            assert cookie is not None
            other.set_cookie(cookie.key, cookie.value)
            clients.append(other)
        data = body(key=f"race-{number}", customer_name=f"Customer {number} {chr(97 + number % 26) * 7}")
        answers: list[Any] = [None] * 20
        gate = threading.Barrier(20)

        def send(
            place: int, clients: Any = clients, data: Any = data, answers: Any = answers, gate: Any = gate
        ) -> None:
            gate.wait()
            answer = clients[place].post("/deals", data=data)
            answers[place] = (answer.status_code, answer.location)

        threads = [threading.Thread(target=send, args=(place,)) for place in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert {status for status, _place in answers} <= {303, 409}
        assert len({place for status, place in answers if status == 303}) == 1
        with app.app_context():
            assert (
                db.session.scalar(select(func.count(Deal.id)).where(Deal.state == DealState.SUBMITTED))
                == number + 1
            )

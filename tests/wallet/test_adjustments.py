"""Points added or taken by hand: small ones at once, large ones by two people, never the same one."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import utc_now
from app.core.db import db, end_read
from app.core.errors import Conflict
from app.ledger.errors import CheckerNeeded, InsufficientPoints
from app.ledger.models import Adjustment, Owner
from app.ledger.services import adjust_or_propose, approve_adjustment, decline_adjustment, earn
from tests.cast import Cast, sign_in
from tests.ledger.support import clean, count_rows, member, wallet
from tests.races import race, split

URL = "/admin/ledger/adjustments"


def send(client: FlaskClient, **fields: str) -> tuple[int, str]:
    form = {"who": "aisyah@kinabalu.example.com", "direction": "add", "points": "500", "reason": "goodwill"}
    answer = client.post(URL, data={**form, "idempotency_key": "key-of-this-test", **fields})
    return answer.status_code, answer.headers.get("Location", answer.text)


def proposal(cast: Cast, points: int = 20_000) -> int:
    made = adjust_or_propose(
        "p",
        member(cast.aisyah),
        points,
        organisation_id=cast.kinabalu.id,
        actor=cast.finance,
        reason="goodwill",
    )
    assert isinstance(made, Adjustment)
    return made.id


def test_a_small_adjustment_happens_at_once_and_once(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.finance)
    first, second = send(client), send(client)
    assert first == second
    assert first[0] == 303
    assert client.get(first[1]).status_code == 200
    with app.app_context():
        assert wallet(member(cast.aisyah)) == {"available": 500}
        clean()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"who": "nobody@example.com"}, "No member has this email."),
        ({"who": "manager@vendor.example.com"}, "No member has this email."),
        ({"who": "No Such Company"}, "No company has this name."),
        ({"direction": "take", "points": "1"}, "There are not enough points"),
        ({"points": "0"}, "Enter a number from"),
        ({"points": "1.5"}, "Enter a whole number."),
        ({"reason": " "}, "Say why."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    app: Flask, client: FlaskClient, cast: Cast, fields: dict[str, str], sentence: str
) -> None:
    status, text = send(sign_in(client, cast.finance), **fields)
    assert status == 422
    assert sentence in text
    with app.app_context():
        assert count_rows()["postings"] == 0


def test_a_large_one_waits_for_somebody_else(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.finance)
    assert send(client, who="kinabalu networks", points="10,001") == (303, URL)
    with app.app_context():
        found = db.session.scalars(db.select(Adjustment)).one()
        assert count_rows()["postings"] == 0
    assert "You prepared this" in client.get(URL).text
    assert client.post(f"{URL}/{found.public_id}/approval").status_code == 403
    sign_in(client, cast.owner)
    assert client.post(f"{URL}/{found.public_id}/approval").status_code == 303
    with app.app_context():
        assert wallet(Owner("organisation", cast.kinabalu.id)) == {"available": 10_001}
        clean()
    text = client.get(URL).text
    assert "Approved" in text
    assert "Grace Wong" in text


def test_a_declined_one_stays_declined(app: Flask, cast: Cast) -> None:
    with app.app_context():
        number = proposal(cast)
        with pytest.raises(CheckerNeeded):
            approve_adjustment(number, actor=cast.finance)
        decline_adjustment(number, actor=cast.finance)
        with pytest.raises(Conflict):
            approve_adjustment(number, actor=cast.owner)
        assert count_rows()["postings"] == 0


def test_points_taken_must_still_be_there_when_the_second_person_says_yes(app: Flask, cast: Cast) -> None:
    with app.app_context():
        earn("a", member(cast.aisyah), 15_000, occurred_at=utc_now())
        number = proposal(cast, -20_000)
        with pytest.raises(InsufficientPoints):
            approve_adjustment(number, actor=cast.owner)
        end_read()
        assert wallet(member(cast.aisyah)) == {"available": 15_000}
        clean()


@pytest.mark.race
def test_approvers_and_decliners_at_once_leave_one_decision(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    expected = 0
    for _ in range(max(1, rounds["race"] // 5)):
        with app.app_context():
            number = proposal(cast)

        def decide(racer: int, number: int = number) -> object:
            if racer % 2:
                return decline_adjustment(number, actor=cast.finance)
            return approve_adjustment(number, actor=cast.owner).posting_id

        done, refused = split(race(app, [lambda racer=racer: decide(racer) for racer in range(10)]))
        assert {type(error) for error in refused} == {Conflict}
        approved = {value for value in done if value is not None}
        assert len(approved) <= 1
        expected += 20_000 * len(approved)
        with app.app_context():
            assert wallet(member(cast.aisyah)).get("available", 0) == expected
    with app.app_context():
        clean()

"""Many at once: tries, invitations, codes and sessions, over real connections."""

import re
import threading

import pytest
from sqlalchemy import func, select

from app.core import limits
from app.core.db import db
from app.core.errors import AppError, Conflict, RateLimited
from app.core.mail import Mail
from app.identity.models import Invitation, Person, UserSession
from app.identity.services import invitations, people
from app.identity.services.signing_in import (
    Browser,
    SignInRefused,
    request_code,
    sign_in_with_code,
    sign_in_with_password,
)
from app.partners.models import Role
from tests.cast import PASSWORD, add_person


def at_once(app, count, act):
    """Run `act(number)` in as many threads, each with its own session; returns what each answered or raised."""
    answers = [None] * count
    barrier = threading.Barrier(count)

    def run(number):
        with app.app_context():
            barrier.wait()
            try:
                answers[number] = act(number)
            except AppError as refused:
                answers[number] = type(refused)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.race
def test_of_twenty_wrong_passwords_at_once_ten_are_tried(app, cast):
    answers = at_once(
        app, 20, lambda _n: sign_in_with_password(cast.aisyah.email, "wrong", Browser(address="10.0.0.1"))
    )
    assert answers.count(SignInRefused) == 10 and answers.count(RateLimited) == 10


@pytest.mark.race
def test_eight_right_passwords_at_once_all_enter_and_none_is_counted(app, cast):
    for _round in range(3):
        answers = at_once(
            app, 8, lambda _n: sign_in_with_password(cast.aisyah.email, PASSWORD, Browser(address="10.0.0.1"))
        )
        assert all(isinstance(answer, str) for answer in answers) and len(set(answers)) == 8
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(UserSession)) == 24


@pytest.mark.race
def test_one_code_opens_one_session(app, client, cast):
    for number in range(3):
        with app.app_context():
            request_code(cast.budi.email, Browser(address="10.0.0.1"))
            text = db.session.scalar(select(Mail.text).order_by(Mail.id.desc()))
        code = re.search(r"\d{6}", text).group(0)
        answers = at_once(
            app,
            6,
            lambda _n, code=code: sign_in_with_code(cast.budi.email, code, Browser(address="10.0.0.1")),
        )
        assert sum(isinstance(answer, str) for answer in answers) == 1, (number, answers)
        with app.app_context():
            limits.forget("sign-in person", cast.budi.email, 10, 900)


@pytest.mark.race
def test_one_invitation_makes_one_account(app, cast):
    for number in range(5):
        email = f"new{number}@kinabalu.example.com"
        with app.app_context():
            invitations.invite(email, Role.MEMBER, cast.kinabalu.id, actor=cast.kinabalu_admin)
            text = db.session.scalar(select(Mail.text).where(Mail.recipient == email))
        token = re.search(r"/join/(\S+)", text).group(1)
        answers = at_once(
            app,
            6,
            lambda n, token=token: invitations.join(
                token, name=f"Person {n}", password=PASSWORD, locale="en", browser=Browser()
            ),
        )
        assert sum(isinstance(answer, str) for answer in answers) == 1
        with app.app_context():
            query = select(func.count()).select_from(Person).where(Person.email == email)
            assert db.session.scalar(query) == 1


@pytest.mark.race
@pytest.mark.parametrize("side", ["partner", "vendor"])
def test_the_same_address_is_invited_once(app, cast, side):
    place, role = (cast.kinabalu.id, Role.MEMBER) if side == "partner" else (None, Role.AUDITOR)
    answers = at_once(
        app, 8, lambda _n: invitations.invite("new@b.example", role, place, actor=cast.owner).email
    )
    assert answers.count("new@b.example") == 1 and answers.count(Conflict) == 7
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Invitation)) == 1


@pytest.mark.race
def test_two_owners_who_deactivate_each_other_leave_one(app, cast):
    with app.app_context():
        second = add_person("second@vendor.example.com", "Second Owner", Role.OWNER)
    pair = [(cast.owner, second), (second, cast.owner)]
    for _round in range(8):
        at_once(app, 2, lambda n: people.deactivate(pair[n][0].person_id, actor=pair[n][1]))
        with app.app_context():
            query = select(Person.id, Person.status).where(Person.id.in_([a.person_id for a, _b in pair]))
            states = {row.id: row.status for row in db.session.execute(query)}
            assert sorted(states.values()) == ["active", "deactivated"]
            out, staying = pair[0] if states[pair[0][0].person_id] == "deactivated" else pair[1]
            people.reactivate(out.person_id, actor=staying)


@pytest.mark.race
def test_two_companies_that_invite_one_address_get_one_account(app, cast):
    tokens = []
    with app.app_context():
        for company, admin in ((cast.kinabalu, cast.kinabalu_admin), (cast.merapi, cast.merapi_admin)):
            invitations.invite("both@b.example", Role.MEMBER, company.id, actor=admin)
            text = db.session.scalar(select(Mail.text).order_by(Mail.id.desc()))
            tokens.append(re.search(r"/join/(\S+)", text).group(1))
    answers = at_once(
        app,
        6,
        lambda n: invitations.join(
            tokens[n % 2], name="Both", password=PASSWORD, locale="en", browser=Browser()
        ),
    )
    assert sum(isinstance(answer, str) for answer in answers) == 1

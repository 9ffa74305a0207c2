"""Two tabs at once: answers follow each other, and exactly one is the last."""

import threading
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.activities.models import Activity
from app.core.db import db, lock
from app.core.errors import Conflict
from app.tiers.plans import Metric
from app.tiers.services.reviews import review_companies
from app.training.errors import AnsweredAlready, PassedMeanwhile
from app.training.models import Attempt, Certificate, CoursePass, Enrolment
from app.training.services import certificates, learning, quizzes
from app.training.services.catching_up import certify_batch
from tests.cast import Cast, add_company, add_person
from tests.ledger.support import clean
from tests.programs.makers import balance
from tests.races import race, split
from tests.tiers import makers as tiers
from tests.training.support import certify, drawn, pays, publish, read_all, right, try_quiz, wrong

pytestmark = pytest.mark.race


def test_two_last_answers_finish_once(app: Flask, cast: Cast, rounds: dict[str, int]) -> None:
    """Two tabs send the same last answer, and two more tabs another one; each round is a person of its own."""
    with app.app_context():
        pays(cast, 10)
        publish(parts=1, questions=2)
    for number in range(rounds["race"]):
        with app.app_context():
            person = add_person(f"p{number}@kinabalu.example.com", "P", cast.aisyah.role, cast.kinabalu)
            read_all("zero-trust", person, parts=1)
            attempt = quizzes.begin_attempt("zero-trust", actor=person)
            (_one, first), (_two, last) = drawn(attempt)
            quizzes.answer(attempt.public_id, 1, right(first), actor=person)
            chosen = [right(last), right(last), wrong(last)]
            db.session.remove()
        told = [
            lambda keys=keys, who=person, of=attempt.public_id: quizzes.answer(of, 2, keys, actor=who)
            for keys in chosen
        ]
        values, errors = split(race(app, told))
        with app.app_context():
            ended = db.session.get_one(Attempt, attempt.id)
            assert ended.finished_at is not None
            passed = bool(ended.is_passed)
            assert len(values) == (2 if passed else 1)
            assert all(isinstance(error, AnsweredAlready) for error in errors)
            assert balance("member", person.person_id) == (10 if passed else 0)
    with app.app_context():
        passes = db.session.scalar(select(func.count()).select_from(CoursePass))
        facts = dict(db.session.execute(select(Activity.kind, func.count()).group_by(Activity.kind)).all())
        assert facts == {"course_passed": passes, "certified": passes}
        assert passes == db.session.scalar(select(func.count(Certificate.id)))
        clean()


def test_two_tabs_begin_one_attempt(app: Flask, cast: Cast, rounds: dict[str, int]) -> None:
    with app.app_context():
        publish(parts=1, questions=3)
    for number in range(max(rounds["race"] // 5, 10)):
        with app.app_context():
            person = add_person(f"p{number}@kinabalu.example.com", "P", cast.aisyah.role, cast.kinabalu)
            read_all("zero-trust", person, parts=1)
            db.session.remove()
        begin = [lambda who=person: quizzes.begin_attempt("zero-trust", actor=who).public_id] * 3
        values, errors = split(race(app, begin))
        assert not errors and len(set(values)) == 1


def test_two_last_parts_pass_a_course_once(app: Flask, cast: Cast, rounds: dict[str, int]) -> None:
    with app.app_context():
        pays(cast, 10)
        publish("short", parts=2, questions=0)
    for number in range(max(rounds["race"] // 5, 10)):
        with app.app_context():
            person = add_person(f"p{number}@kinabalu.example.com", "P", cast.aisyah.role, cast.kinabalu)
            db.session.remove()
        finish = [
            lambda at=at, who=person: learning.finish_part("short", at, actor=who) for at in (1, 2, 1, 2)
        ]
        values, errors = split(race(app, finish))
        assert not errors
        assert sum(step.outcome is not None for step in values) == 1
        with app.app_context():
            assert balance("member", person.person_id) == 10
            clean()


def test_the_quiz_is_not_begun_again_while_its_last_answer_passes_it(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    """One tab sends the last answer, another goes on with the quiz: no attempt is left in a round that is closed."""
    with app.app_context():
        publish(parts=1, questions=1, validity_months=12)
    for number in range(rounds["race"]):
        with app.app_context():
            person = add_person(f"p{number}@kinabalu.example.com", "P", cast.aisyah.role, cast.kinabalu)
            read_all("zero-trust", person, parts=1)
            attempt = quizzes.begin_attempt("zero-trust", actor=person)
            [(_row, only)] = drawn(attempt)
            keys = right(only)
            db.session.remove()
        told = [
            lambda who=person, of=attempt.public_id, keys=keys: quizzes.answer(of, 1, keys, actor=who),
            lambda who=person: quizzes.begin_attempt("zero-trust", actor=who),
        ]
        _values, errors = split(race(app, told))
        assert all(isinstance(error, PassedMeanwhile) for error in errors)
    with app.app_context():
        left = select(func.count(Attempt.id)).join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        assert (
            db.session.scalar(left.where(Attempt.finished_at.is_(None), Enrolment.passed_at.is_not(None)))
            == 0
        )


def test_two_courses_passed_at_once_complete_a_certification(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    """Neither gives a certificate of its own, so nothing else lets the second wait for the first."""
    with app.app_context():
        courses = [publish(slug, parts=1, questions=0, gives_certificate=False) for slug in ("one", "two")]
        wanted = certify("Both", *courses).id
    for number in range(rounds["race"]):
        with app.app_context():
            person = add_person(f"p{number}@kinabalu.example.com", "P", cast.aisyah.role, cast.kinabalu)
            db.session.remove()
        finish = [
            lambda slug=slug, who=person: learning.finish_part(slug, 1, actor=who) for slug in ("one", "two")
        ]
        _values, errors = split(race(app, finish))
        assert not errors
    with app.app_context():
        given = select(func.count(Certificate.id)).where(Certificate.certification_id == wanted)
        assert db.session.scalar(given) == rounds["race"]


def test_catching_up_and_the_review_of_tiers_take_companies_in_one_order(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    """The people of a batch come by their own number, and the review goes through the companies by theirs."""
    with app.app_context():
        tiers.live(
            cast, tiers.definition(Metric("certified"), silver={"certified": 900}, gold={"certified": 990})
        )
        courses = [publish(slug, parts=1, questions=0, gives_certificate=False) for slug in ("one", "two")]
        companies = [
            add_company(f"C{number}", "MY", "MYR", "en", "Asia/Kuala_Lumpur", "Town") for number in range(20)
        ]
        for number, company in enumerate(reversed(companies)):
            person = add_person(f"c{number}@c{number}.example", "P", cast.aisyah.role, company)
            for slug in ("one", "two"):
                learning.finish_part(slug, 1, actor=person)
        ids = [company.id for company in companies]
    for number in range(rounds["race"] // 10):
        with app.app_context():
            wanted = certify(f"Both {number}", *courses, audience={}).id
        runners = [
            lambda wanted=wanted: certify_batch(wanted, "run", 0),
            lambda: [review_companies(ids) for _again in range(10)],
        ]
        values, errors = split(race(app, runners))
        assert not errors, errors[0]
        assert values[0] == len(companies)


def test_two_people_take_back_the_two_certificates_of_one_person(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Either takes back both: one does it, the other hears so, and they never wait for each other in a ring."""
    both_hold = threading.Barrier(2)

    def slowly(*what: Any) -> Any:
        held = lock(*what)
        with suppress(threading.BrokenBarrierError):  # as it should be: the other has to wait before
            both_hold.wait(0.2)
        both_hold.reset()
        return held

    monkeypatch.setattr(certificates, "lock", slowly)
    with app.app_context():
        publish(parts=1, questions=1, validity_months=12)
    for number in range(5):
        with app.app_context():
            person = add_person(f"r{number}@kinabalu.example.com", "R", cast.aisyah.role, cast.kinabalu)
            read_all("zero-trust", person, parts=1)
            serials = [try_quiz("zero-trust", person).outcome.serials[0] for _time in range(2)]  # type: ignore[union-attr]
        told = [
            lambda serial=serial, who=who: certificates.revoke(
                serial, "Somebody else sat the quiz", actor=who
            )
            for serial, who in zip(serials, (cast.marketer, cast.owner), strict=True)
        ]
        values, errors = split(race(app, told))
        assert len(values) == 1 and [type(error) for error in errors] == [Conflict]
    with app.app_context():
        assert not db.session.scalar(select(func.count()).where(Certificate.revoked_at.is_(None)))
        tiers.assert_proven()

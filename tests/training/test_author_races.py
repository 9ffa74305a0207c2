"""Two writers at once: one saves, the other keeps what was typed; one draft, one publication, one reminder each."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.core.clock import today
from app.core.db import db, transaction
from app.core.errors import Conflict
from app.core.mail import Mail
from app.notices.models import Notice
from app.partners.audience import Audience
from app.training import store
from app.training.content import CourseContent
from app.training.models import AssignmentPerson, CourseVersion, CourseVersionState
from app.training.queries import authoring as queries
from app.training.services import assigning, authoring, editing
from tests.cast import Cast
from tests.races import race, split
from tests.training.authoring import draft, published, words

pytestmark = pytest.mark.race


def test_of_two_who_save_the_same_part_one_is_told(app: Flask, cast: Cast, rounds: dict[str, int]) -> None:
    with app.test_request_context():
        draft(cast)
    for number in range(rounds["race"]):
        with app.test_request_context():
            part = queries.find_work("zero-trust").loaded.parts[0]
            seen = store.stamp_of(part)
            db.session.remove()
        mine = [replace(part, body=words(f"{who} {number}")) for who in ("One", "Two")]
        saves = [
            lambda one=one, seen=seen: editing.save_part("zero-trust", one, seen=seen, actor=cast.marketer)
            for one in mine
        ]
        values, errors = split(race(app, saves))
        assert len(values) == 1 and [type(error) for error in errors] == [authoring.EditedMeanwhile]


def test_a_draft_is_begun_once_and_published_once_while_others_write(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    with app.test_request_context():
        published(cast)
    for number in range(rounds["race"]):
        values, errors = split(
            race(app, [lambda: authoring.start_draft("zero-trust", actor=cast.marketer).id] * 3)
        )
        assert len(set(values)) == 1 and not errors
        with app.test_request_context():
            part = queries.find_work("zero-trust").loaded.parts[0]
            seen = store.stamp_of(part)
            db.session.remove()
        changed = replace(part, body=words(f"Round {number}"))
        acts = [
            lambda: authoring.publish("zero-trust", actor=cast.marketer),
            lambda: authoring.publish("zero-trust", actor=cast.owner),
            lambda one=changed, seen=seen: editing.save_part("zero-trust", one, seen=seen, actor=cast.owner),
        ]
        outcomes = race(app, acts)
        assert sum(outcome.is_done for outcome in outcomes[:2]) == 1
        assert all(isinstance(outcome.error, Conflict | None) for outcome in outcomes)
        with app.test_request_context():
            course = authoring.find_course("zero-trust")
            current = db.session.get_one(CourseVersion, course.current_version_id)
            said = store.load(current).parts[0].body["en"]
            # What was saved in time is in the version; what came too late was refused and is nowhere.
            assert (said == f"Round {number}") == outcomes[2].is_done
            drafts = select(func.count()).where(CourseVersion.state == CourseVersionState.DRAFT)
            assert db.session.scalar(drafts) == 0
            db.session.remove()


def test_two_workers_remind_once(app: Flask, cast: Cast, rounds: dict[str, int]) -> None:
    with app.test_request_context():
        published(cast)
    for number in range(min(rounds["race"], 15)):
        with app.test_request_context():
            made = assigning.assign(
                "zero-trust", audience=Audience(("MY",)), due_on=today() + timedelta(days=1), remind_days=(1,),
                actor=cast.marketer,
            )  # fmt: skip
            with transaction():
                db.session.execute(update(AssignmentPerson).values(reminded_days=None))
            key = f"training.reminder:{made.id}:1"
            db.session.remove()
        acts = [assigning.remind, assigning.remind, assigning.take_in_newcomers]
        _values, errors = split(race(app, acts))
        assert not errors, number
        with app.test_request_context():
            assert db.session.scalar(select(func.count()).where(Notice.dedupe == key)) == 2
            mailed = select(func.count()).where(Mail.subject.startswith("Finish"))
            # Each round clears the mark of the earlier assignments too, so that theirs are due once more.
            assert db.session.scalar(mailed) == (number + 1) * (number + 2)
            db.session.remove()


def test_an_import_settings_and_a_publication_of_one_course_at_once_do_not_quarrel(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    """Each takes the course and its draft, in one order; who comes too late hears so."""
    with app.test_request_context():
        published(cast)
        rules = store.rules_of(authoring.start_draft("zero-trust", actor=cast.marketer))
    content = CourseContent(slug="zero-trust", rules=rules)
    for _round in range(rounds["race"] // 2):
        with app.test_request_context():
            draft_now = authoring.start_draft("zero-trust", actor=cast.marketer)
            seen = store.stamp_of(store.rules_of(draft_now))
            db.session.remove()
        acts = [
            lambda: authoring.import_content(content, actor=cast.marketer),
            lambda seen=seen: authoring.save_settings(
                "zero-trust", rules, authoring.Place(), seen=seen, actor=cast.marketer
            ),
            lambda: authoring.publish("zero-trust", actor=cast.marketer),
        ]
        _values, errors = split(race(app, acts))
        assert all(isinstance(error, Conflict) for error in errors), errors[0]

"""Courses of the demo, who took them, and who must: made by the services, read from the files in seeds/courses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.core import storage
from app.core.clock import today
from app.core.db import db, end_read
from app.partners.audience import Audience
from app.programs import services as programs
from app.programs.rules import Definition, Reward, Rule
from app.training.course_file import parse_course
from app.training.models import AttemptQuestion, Certificate, Question
from app.training.services import assigning, authoring, certificates, certifying, learning, quizzes
from seeds.handout import one_page_quote
from seeds.people import Demo

Event = tuple[float, Callable[[], object]]
FOLDER = Path(__file__).parent / "courses"
WELCOME, NETWORK, BACKUP = "welcome", "network-core-for-smb", "backup-365-essentials"
ZERO_TRUST, PRICING, CLINICS = "zero-trust-basics", "pricing-and-quoting", "selling-backup-to-clinics"
# slug, place in the list, days ago it was published
COURSES = (
    (ZERO_TRUST, 10, 40), (PRICING, 20, 30), (BACKUP, 30, 120), (NETWORK, 40, 200), (WELCOME, 50, 380),
    (CLINICS, 60, 25),
)  # fmt: skip
MOST_QUESTIONS = 50
REWARDED_FROM = 52  # days ago: earlier passes earned nothing yet
QUOTE = "quote-on-one-page.pdf"
# what a course shows in its texts and hands out
FILES = {ZERO_TRUST: ("four-checks.png", "empat-semakan.png", "empat-pemeriksaan.png"), PRICING: (QUOTE,)}
# who passed what, days ago, how many wrong answers before they passed
PASSES = (
    ("kinabalu.admin", WELCOME, 340), ("kinabalu.aisyah", WELCOME, 50), ("merapi.admin", WELCOME, 300),
    ("borneo.bagus", WELCOME, 210), ("jaya.jason", WELCOME, 190), ("kinabalu.daniel", WELCOME, 160),
    ("merapi.budi", WELCOME, 150), ("kinabalu.admin", NETWORK, 170), ("kinabalu.aisyah", NETWORK, 31),
    ("merapi.budi", NETWORK, 88), ("selat.kavitha", NETWORK, 75), ("kinabalu.daniel", BACKUP, 60),
    ("kinabalu.aisyah", BACKUP, 13), ("rimba.faiz", BACKUP, 34), ("nusa.andi", BACKUP, 21),
    ("kinabalu.daniel", ZERO_TRUST, 5), ("merapi.admin", ZERO_TRUST, 4), ("borneo.bagus", ZERO_TRUST, 12),
    ("nusa.putri", CLINICS, 3), ("kinabalu.nurul", WELCOME, 6), ("jaya.jason", BACKUP, 30), ("kinabalu.admin", BACKUP, 18),
    # what stood for six months and has run out, what was renewed in time, every course of the certification
    ("kinabalu.daniel", NETWORK, 196), ("merapi.admin", NETWORK, 197), ("merapi.admin", NETWORK, 19),
    ("kinabalu.daniel", PRICING, 3.2), ("marina.weijie", BACKUP, 35), ("kranji.zul", BACKUP, 37),
)  # fmt: skip


def training_events(demo: Demo) -> list[Event]:
    """Courses as they were published, learnt, assigned."""
    writer = demo.actors["marketer"]
    found: list[Event] = [
        (days, lambda slug=slug, place=place: _publish(slug, place, writer)) for slug, place, days in COURSES
    ]
    found.append((29, lambda: _certification(writer)))
    found.append((REWARDED_FROM, lambda: _program(demo)))
    found += [(days, lambda who=who, slug=slug: _pass(slug, demo.actors[who])) for who, slug, days in PASSES]
    found.append((6.2, lambda: _assign(demo)))
    found += [
        (at, lambda number=number: learning.finish_part(ZERO_TRUST, number, actor=demo.actors["kinabalu.aisyah"]))
        for number, at in ((1, 2.2), (2, 1.1), (3, 1.05))
    ]  # fmt: skip
    found.append((1.4, lambda: _tried(ZERO_TRUST, demo.actors["kinabalu.nurul"])))
    found.append((0.2, lambda: _out_of_tries(WELCOME, demo.actors["sumber.dewi"])))
    found.append((0.6, lambda: _midway(PRICING, demo.actors["merapi.budi"])))
    found.append((26, lambda: _revoke(demo.actors["selat.kavitha"], writer)))
    found.append((0.3, lambda: _draft(writer)))
    return found


def _publish(slug: str, place: int, writer: Any) -> None:
    content = parse_course((FOLDER / f"{slug}.yaml").read_bytes())
    if slug in FILES:
        authoring.create_course(dict(content.rules.title), slug=slug, actor=writer)
    for name in FILES.get(slug, ()):
        page = one_page_quote() if name == QUOTE else BytesIO((FOLDER / name).read_bytes())
        authoring.attach_file(slug, storage.save(page, name), actor=writer)
    course = authoring.import_content(content, actor=writer)
    given = authoring.Place(content.category, course.family_id, place)
    authoring.place_course(slug, given, actor=writer)
    authoring.publish(slug, actor=writer)


def _certification(writer: Any) -> None:
    certifying.save_path(
        None,
        certifying.Path(
            name={"en": "Certified Seller", "ms": "Penjual Bersijil", "id": "Penjual Bersertifikat"},
            courses=[ZERO_TRUST, PRICING, BACKUP, NETWORK, WELCOME],
            opens={
                "en": "Gold deal registration",
                "ms": "pendaftaran peluang jualan Gold",
                "id": "pendaftaran deal Gold",
            },
            serial_prefix="CS",
            validity_months=12,
        ),
        actor=writer,
    )


def _program(demo: Demo) -> None:
    """Passing earns from now on: 150 points a course, 200 for the longest, 30 for a short read."""
    rules = tuple(
        Rule(key, "course_passed", (Reward(1, "fixed", points, hold_days=0),), courses=courses)
        for key, points, courses in (
            ("main", 150, (ZERO_TRUST, BACKUP, NETWORK)),
            ("long", 200, (PRICING,)),
            ("short", 30, (CLINICS,)),
            ("welcome", 50, (WELCOME,)),
        )
    )
    definition = Definition(rules, starts_on=today())
    draft = programs.create_program(
        "Learn and earn", definition, budget_points=60_000, slug="learn-and-earn", actor=demo.actors["marketer"]
    )  # fmt: skip
    programs.publish(draft.id, actor=demo.actors["finance"])


def _pass(slug: str, actor: Any) -> None:
    """Go through every part, then answer what is asked, all of it right."""
    enrolment = learning.enrol(slug, actor=actor)
    parts = learning.list_modules(enrolment.version_id)
    for number in range(1, len(parts) + 1):
        learning.finish_part(slug, number, actor=actor)
    if learning.quiz_size(enrolment.version_id):
        _answer(slug, actor, wrong=0)
    end_read()


def _tried(slug: str, actor: Any) -> None:
    """Two wrong answers of five: a try that did not pass."""
    for number in range(1, 5):
        learning.finish_part(slug, number, actor=actor)
    _answer(slug, actor, wrong=2)
    end_read()


def _out_of_tries(slug: str, actor: Any) -> None:
    """Nothing right in three tries: the next may begin after a day."""
    enrolment = learning.enrol(slug, actor=actor)
    for number in range(1, len(learning.list_modules(enrolment.version_id)) + 1):
        learning.finish_part(slug, number, actor=actor)
    for _try in range(3):
        _answer(slug, actor, wrong=MOST_QUESTIONS)
    end_read()


def _midway(slug: str, actor: Any) -> None:
    """In the middle of the quiz: one question is answered, the place is kept."""
    enrolment = learning.enrol(slug, actor=actor)
    for number in range(1, len(learning.list_modules(enrolment.version_id)) + 1):
        learning.finish_part(slug, number, actor=actor)
    _answer(slug, actor, wrong=0, most=1)
    end_read()


def _answer(slug: str, actor: Any, *, wrong: int, most: int = MOST_QUESTIONS) -> None:
    attempt = quizzes.begin_attempt(slug, actor=actor)
    rows = db.session.execute(
        select(AttemptQuestion.number, Question)
        .join(Question, Question.id == AttemptQuestion.question_id)
        .where(AttemptQuestion.attempt_id == attempt.id)
        .order_by(AttemptQuestion.number)
    ).all()
    for number, question in rows[:most]:
        right = sorted(question.right_keys)
        others = [str(option["key"]) for option in question.options if option["key"] not in right]
        chosen = others[:1] if number <= wrong else right
        quizzes.answer(attempt.public_id, number, chosen, actor=actor)


def _assign(demo: Demo) -> None:
    """Kinabalu must take Zero Trust by the end of next month's first half; everybody gets the welcome."""
    assigning.assign(
        ZERO_TRUST,
        audience=Audience(organisation_ids=(demo.companies["kinabalu"].id,)),
        due_on=today() + timedelta(days=32),
        remind_days=(7, 1),
        note="It comes up in every clinic now.",
        actor=demo.actors["marketer"],
    )
    assigning.assign(
        WELCOME,
        audience=Audience(countries=("ID",)),
        due_on=today() + timedelta(days=4),
        remind_days=(3, 1),
        actor=demo.actors["marketer"],
    )


def _revoke(holder: Any, writer: Any) -> None:
    """A certificate that no longer stands, and why."""
    serial = db.session.scalar(select(Certificate.serial).where(Certificate.person_id == holder.person_id))
    end_read()
    reason = "The quiz was answered on a shared account. Please take the course again yourself."
    certificates.revoke(serial or "", reason, actor=writer)


def _draft(writer: Any) -> None:
    """The next wording of Zero Trust is being written: one part has no Indonesian yet."""
    authoring.start_draft(ZERO_TRUST, actor=writer)
    content = parse_course((FOLDER / f"{ZERO_TRUST}.yaml").read_bytes())
    parts = [
        replace(part, title=_without_indonesian(part.title), body=_without_indonesian(part.body))
        if part.key in ("check-the-person-and-the-phone", "three-objections")
        else part
        for part in content.parts
    ]
    authoring.import_content(replace(content, parts=parts), actor=writer)


def _without_indonesian(words: Any) -> dict[str, str]:
    return {language: text for language, text in words.items() if language != "id"}

"""The demo's awards: what the vendor said thank you for in a year, who applauded, and who may be named in public."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from app.core import jobs
from app.core.clock import utc_now
from app.core.db import db, end_read, transaction
from app.programs import services as programs
from app.programs.rules import Definition, Reward, Rule
from app.recognition import notices, services
from app.recognition.models import Award
from app.recognition.pictures import keep_picture
from app.recognition.services.giving import notice_key
from app.recognition.services.years import NEWS_DAYS
from seeds.people import Demo
from seeds.pictures import ferry_on_the_strait, shop_at_night

Event = tuple[float, Callable[[], object]]
BUDGET_POINTS = 135_000
TOLD_AFTER_DAYS = 0.001  # a minute and a half: the time to undo is over
SERVICE_DAYS_AGO = 34.9  # everybody came 400 days ago; the first year is full

EVERYBODY = (
    "borneo.bagus", "jaya.jason", "rimba.faiz", "selat.kavitha", "nusa.putri", "nusa.andi", "sumber.dewi",
    "mutiara.siti", "kinabalu.admin", "kinabalu.nurul", "kinabalu.daniel", "merapi.budi", "merapi.admin",
    "manager", "marketer", "finance", "owner",
)  # fmt: skip


@dataclass(frozen=True)
class Story:
    """One award. `to` and `consents` are people's keys, or companies' with a star; `applause` how many applaud;
    `takes_back`: days ago, when they would rather not be named in public any more."""

    age: float
    giver: str
    category: str
    to: tuple[str, ...]
    citation: str
    points: int = 0
    lang: str = "en"
    applause: int = 0
    consents: tuple[str, ...] = ()
    takes_back: float | None = None
    picture: Callable[[], io.BytesIO] | None = None


STORIES = (
    Story(390, "manager", "bright-idea", ("selat.kavitha",),
          "Her price list for resellers fits on one page, and now ours does too.", applause=4,
          consents=("selat.kavitha",)),  # always of a year before this one
    Story(345, "marketer", "partner-of-the-quarter", ("*jaya",),
          "Nine sites moved in one quarter, and not one weekend lost.", 3_000, applause=9, consents=("jaya.jason",)),
    Story(340, "marketer", "fast-start", ("rimba.faiz",), "Two wins in his first three weeks.", 500,
          applause=7, consents=("rimba.faiz",)),
    Story(250, "manager", "great-teammate", ("nusa.andi",),
          "Membantu tim di Batam menyiapkan demo pertama mereka.", 250, "id", 6, ("nusa.andi",)),
    Story(185, "marketer", "bright-idea", ("jaya.jason",),
          "His one-page checklist for backup audits is now ours.", 500, applause=8, consents=("jaya.jason",),
          takes_back=60),
    Story(130, "marketer", "partner-of-the-quarter", ("*kinabalu",),
          "Three ministries, one rollout, no overtime.", 0, applause=11),
    Story(95, "manager", "fast-start", ("merapi.budi",), "Menang pertama 21 hari setelah bergabung.", 250, "id", 5,
          ("merapi.budi",)),
    Story(52, "manager", "great-teammate", ("kinabalu.aisyah", "kinabalu.daniel"),
          "Showed the new team in Tawau how to register a deal, on their day off.", 0, applause=8),
    Story(20, "manager", "customer-hero", ("nusa.putri",), "Turun ke toko di hari libur.", 250, "id", 7,
          picture=shop_at_night),
    Story(8, "marketer", "partner-of-the-quarter", ("*borneo",),
          "Eleven hospitals moved to backup they can trust, in one quarter.", 5_000, applause=16,
          consents=("borneo.bagus",)),
    Story(5, "marketer", "five-certifications", ("rimba.faiz",), "The first seller in Penang to hold all five.", 500,
          applause=8, consents=("rimba.faiz",)),
    Story(2, "manager", "first-cloud-deal", ("sumber.dewi",),
          "Took it from a cold call to a signed PO in 19 days.", 500, applause=12, consents=("sumber.dewi",)),
    Story(0.3, "marketer", "great-teammate", ("*selat",),
          "Trained thirty resellers across the strait before the new price list came.", 105_000,
          picture=ferry_on_the_strait),
)  # fmt: skip


def seed_recognition(demo: Demo) -> None:
    """What awards are given for, and the program that pays their points out of the award budget."""
    services.add_usual_categories(actor=demo.actors["marketer"])
    rewards = (Reward(1, "per_unit", 1, hold_days=0), Reward(2, "per_unit", 1, "organisation", hold_days=0))
    made = Definition((Rule("main", "recognition", rewards),))
    draft = programs.create_program(
        "Awards", made, budget_points=BUDGET_POINTS, slug="awards", actor=demo.actors["marketer"]
    )
    programs.publish(draft.id, actor=demo.actors["finance"])


def recognition_events(demo: Demo) -> Iterator[Event]:
    """Every award with its applause and answers, and the first full years of service."""
    for number, story in enumerate(STORIES):
        yield from _one(demo, story, number)
    yield SERVICE_DAYS_AGO, _years_of_service


def _years_of_service() -> None:
    """What is news is told; years that were full long ago stand on the wall at their date."""
    services.record_service()
    lately = utc_now() - timedelta(days=NEWS_DAYS)
    query = select(Award.id).where(Award.service_years.is_not(None), Award.happened_at > lately)
    ids = list(db.session.scalars(query.order_by(Award.id)))
    end_read()
    for award_id in ids:
        _tell(award_id, "given")


def _tell(award_id: int, what: str) -> None:
    """Tell people now, in place of the worker."""
    with transaction():
        jobs.cancel(notice_key(award_id, what))
    notices.tell(award_id, what)


def _one(demo: Demo, story: Story, number: int) -> Iterator[Event]:
    made: dict[str, str] = {}
    ids: dict[str, int] = {}

    def give() -> None:
        award = services.give(
            services.AwardFields(
                to=tuple(_key(demo, one) for one in story.to),
                category=story.category,
                citation=story.citation,
                citation_lang=story.lang,
                points=story.points,
                picture_key=keep_picture(story.picture()).key if story.picture else None,
            ),
            actor=demo.actors[story.giver],
        )
        made["id"], ids["id"], made["state"] = award.public_id, award.id, award.state.value

    def tell() -> None:
        _tell(ids["id"], "asked" if made["state"] == "waiting" else "given")

    def answer(is_given: bool) -> None:
        for key in story.consents:
            services.answer_consent(made["id"], is_given, actor=demo.actors[key])

    def applaud() -> None:
        chosen = [EVERYBODY[(number * 5 + step) % len(EVERYBODY)] for step in range(story.applause)]
        for key in chosen:
            services.applaud(made["id"], True, actor=demo.actors[key])

    yield story.age, give
    yield story.age - TOLD_AFTER_DAYS, tell
    if story.consents:
        yield story.age - 0.1, lambda: answer(True)
    if story.takes_back:
        yield story.takes_back, lambda: answer(False)
    if story.applause:
        yield story.age - 0.2, applaud


def _key(demo: Demo, name: str) -> str:
    """How the form names a person (`borneo.bagus`) or a company (`*borneo`)."""
    if name.startswith("*"):
        return f"c-{demo.companies[name[1:]].public_id}"
    return f"p-{demo.actors[name].public_id}"

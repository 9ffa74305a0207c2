"""Boards of the demo: points in Malaysia and Indonesia, companies by revenue and by deals won, courses, distributors, and
one for the upper tiers that is over; who stands there otherwise than by name; and the turn of its months."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from app.boards.closing import turn_day
from app.boards.filling import fill
from app.boards.models import Metric, NameMode, Participants, Period
from app.boards.names import choose_name
from app.boards.rules import Rule
from app.boards.services import Words, create_board, start_board
from app.core.clock import local, utc_now, zone
from app.core.settings import current_settings
from app.partners.audience import Audience
from seeds.people import Demo

PEOPLE, COMPANIES = Participants.PEOPLE, Participants.COMPANIES
MALAYSIA, INDONESIA = Audience(countries=("MY",)), Audience(countries=("ID",))

BOARDS = (
    (
        {"en": "Points in Malaysia this month", "ms": "Mata di Malaysia bulan ini", "id": "Poin di Malaysia bulan ini"},
        {}, Rule(Metric.POINTS, PEOPLE, Period.MONTH, MALAYSIA),
    ),
    (
        {"en": "Points in Malaysia", "ms": "Mata di Malaysia", "id": "Poin di Malaysia"},
        {"en": "Top 3 win a flight credit", "ms": "3 teratas: kredit penerbangan",
         "id": "3 teratas: kredit penerbangan"},
        Rule(Metric.POINTS, PEOPLE, Period.QUARTER, MALAYSIA),
    ),
    (
        {"en": "Points in Malaysia this year", "ms": "Mata di Malaysia tahun ini", "id": "Poin di Malaysia tahun ini"},
        {}, Rule(Metric.POINTS, PEOPLE, Period.YEAR, MALAYSIA),
    ),
    (
        {"en": "Points in Indonesia", "ms": "Mata di Indonesia", "id": "Poin di Indonesia"},
        {"en": "Top 3 win a flight credit", "ms": "3 teratas: kredit penerbangan",
         "id": "3 teratas: kredit penerbangan"},
        Rule(Metric.POINTS, PEOPLE, Period.QUARTER, INDONESIA),
    ),
    (
        {"en": "Companies by revenue", "ms": "Syarikat mengikut hasil", "id": "Perusahaan menurut pendapatan"},
        {}, Rule(Metric.REVENUE, COMPANIES, Period.YEAR),
    ),
    (
        {"en": "Courses passed", "ms": "Lulus kursus", "id": "Kursus yang diselesaikan"},
        {}, Rule(Metric.COURSES, PEOPLE, Period.YEAR),
    ),
    (
        {"en": "Deals won", "ms": "Peluang jualan dimenangi", "id": "Deal dimenangkan"},
        {}, Rule(Metric.DEALS, COMPANIES, Period.QUARTER),
    ),
    (
        {"en": "Deals won, all time", "ms": "Peluang jualan dimenangi, sepanjang masa",
         "id": "Deal dimenangkan, sepanjang waktu"},
        {}, Rule(Metric.DEALS, COMPANIES, Period.ALL),
    ),
    (
        {"en": "Distributors by revenue", "ms": "Pengedar mengikut hasil", "id": "Distributor menurut pendapatan"},
        {}, Rule(Metric.REVENUE, COMPANIES, Period.YEAR, Audience(kinds=("distributor",))),
    ),
)  # fmt: skip
# What ended yesterday.
SPRINT = (
    {"en": "Silver and up: the sprint", "ms": "Silver ke atas: pecutan", "id": "Silver ke atas: sprint"},
    {"en": "The first opens Partner Day", "ms": "Tempat pertama merasmikan Hari Rakan Niaga",
     "id": "Juara pertama membuka Hari Mitra"},
    Rule(Metric.POINTS, PEOPLE, Period.QUARTER, Audience(tiers=("silver", "gold", "platinum"))),
)  # fmt: skip
SPRINT_FROM, SPRINT_TO = 16, 1  # days ago


def seed_boards(demo: Demo) -> None:
    """Define and start the boards, before anything counts."""
    for board in BOARDS:
        _start(demo, *board)


def _start(
    demo: Demo, names: dict[str, str], prizes: dict[str, str], rule: Rule, closes_on: date | None = None
) -> None:
    board = create_board(Words(names, prizes), rule, closes_on=closes_on, actor=demo.actors["marketer"])
    start_board(board.id, actor=demo.actors["marketer"])
    fill(board.id)


def boards_events(demo: Demo) -> Iterator[tuple[float, Callable[[], object]]]:
    """What the worker does at midnight: at the turn of each month, and today, when a board has ended."""
    now = utc_now()
    name = current_settings().time_zone
    today = local(now, name).date()
    first = today.replace(day=1)
    last = today - timedelta(days=SPRINT_TO)
    days = {today}
    for _month in range(13):
        days.add(first)
        first = (first - timedelta(days=1)).replace(day=1)
    for day in sorted(days):
        yield (now - _midnight(day, name)) / timedelta(days=1) - 0.0005, turn_day
    yield SPRINT_FROM, lambda: _start(demo, *SPRINT, closes_on=last)
    yield 55, lambda: _appear(demo, "kinabalu.daniel", PEOPLE, NameMode.ALIAS, "Summit 4095")
    yield 48, lambda: _appear(demo, "mutiara.siti", COMPANIES, NameMode.REGION, None)


def _appear(demo: Demo, who: str, of: Participants, mode: NameMode, alias: str | None) -> None:
    """A person chooses how they stand on boards, or an admin how the company does."""
    actor = demo.actors[who]
    subject_id = actor.person_id if of is PEOPLE else actor.organisation_id
    choose_name(of, subject_id or 0, mode, alias, actor=actor)


def _midnight(day: date, name: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone(name))

"""Work that boards do by themselves."""

from __future__ import annotations

from typing import Any

from app.boards.closing import turn_day
from app.boards.filling import fill, fill_late
from app.boards.services import FILL, count_waiting_money
from app.core import jobs


@jobs.handler(FILL, lease=900)
def fill_board(payload: dict[str, Any]) -> None:
    """Count what has happened so far on a board that has just begun."""
    fill(int(payload["board_id"]))


@jobs.periodic("boards.turn_day", every_minutes=1)
def turn() -> object:
    """Close what is over at the vendor's midnight, and note the scores with which the day begins."""
    return turn_day()


@jobs.periodic("boards.rates", every_minutes=10)
def count_waiting() -> object:
    """Count what waited for an exchange rate that has come since."""
    return count_waiting_money()


@jobs.periodic("boards.fill", every_minutes=10)
def fill_what_waits() -> object:
    """Count what has happened so far on a board that still waits for it."""
    return fill_late()

"""What is named alike at the same moment gets an address of its own, whatever it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.boards import services as boards
from app.boards.models import Board, Metric, Participants, Period
from app.codes.services import CampaignDetails, add_campaign
from app.core.clock import today
from app.core.slugs import free_slug, slugify
from app.programs import services as programs
from app.programs.admin_queries import slug_of
from app.training.services import authoring
from tests.programs.makers import definition
from tests.races import race, split

TOGETHER = 4


def new_board(cast: Any, name: str) -> str:
    rule = boards.Rule(Metric.DEALS, Participants.PEOPLE, Period.MONTH)
    return boards.create_board(boards.Words({"en": name}, {}), rule, closes_on=None, actor=cast.marketer).slug


def new_campaign(cast: Any, name: str) -> str:
    last = today() + timedelta(days=9)
    return add_campaign(CampaignDetails(name, "Vendor", 100, today(), last), actor=cast.marketer).slug


def new_program(cast: Any, name: str) -> str:
    version = programs.create_program(name, definition(), actor=cast.marketer)
    return slug_of(version.program_id)


def new_course(cast: Any, name: str) -> str:
    return authoring.create_course({"en": name}, actor=cast.marketer).slug


@pytest.mark.race
@pytest.mark.parametrize("new", [new_board, new_campaign, new_program, new_course])
def test_things_of_one_name_at_once_get_addresses_of_their_own(
    app: Flask, cast: Any, new: Callable[[Any, str], str]
) -> None:
    for number in range(5):
        name = f"Spring {number}"
        slugs, errors = split(race(app, [lambda name=name: new(cast, name)] * TOGETHER))
        assert not errors, errors[0]
        assert sorted(slugs) == [f"spring-{number}", *(f"spring-{number}-{more}" for more in range(2, 5))]


def test_a_name_becomes_small_letters_figures_and_hyphens(app: Flask) -> None:
    assert slugify(" Café — 3 for 2! ", fallback="x") == "cafe-3-for-2"
    assert slugify("学习", fallback="board") == "board"
    assert slugify("a" * 49 + " b", fallback="x", longest=50) == "a" * 49
    with app.app_context():
        assert free_slug(Board.slug, "new", ("new", "new-2")) == "new-3"

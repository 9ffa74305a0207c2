"""Where you stand: one row for home, in one statement, and the words that follow from it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from app.boards import names, queries
from app.boards.models import Metric, NameMode, Period
from app.core.db import db, read
from app.core.feed import FeedRow, gather
from app.partners.audience import Audience
from tests.boards.makers import COMPANIES, PEOPLE, board
from tests.cast import sign_in
from tests.programs.makers import win


def rows_of(actor: Any) -> list[FeedRow]:
    db.session.expire_all()
    query = gather([queries.home_rows(actor)])
    assert query is not None
    return [FeedRow(*row) for row in read(query)]


def test_home_shows_the_board_that_fits_best_and_the_gap_to_the_next(ctx: Flask, cast: Any) -> None:
    board(cast, name="Everybody's year", period=Period.YEAR)
    board(cast, name="Malaysia", audience=Audience(countries=("MY",)))
    board(cast, name="Indonesia", audience=Audience(countries=("ID",)))
    for number in range(3):
        win(cast, f"D-{number}", 100_00, who=cast.kinabalu_admin)
    win(cast, "D-9", 100_00)
    assert queries.home_rows(cast.manager) is None
    stand = queries.read_stand(rows_of(cast.aisyah)[0])
    assert (stand.name, stand.rank, stand.participants, stand.was) == ("Malaysia", 2, 2, None)
    assert stand.sentence == "3 deals to pass Farid Hamzah in 1st"
    assert stand.among == "of 2 partners in Malaysia"
    assert queries.more_words(rows_of(cast.aisyah)) == "You are 2nd"
    admin = queries.read_stand(rows_of(cast.kinabalu_admin)[0])
    assert (admin.rank, admin.sentence) == (1, "You stand first")
    budi = queries.read_stand(rows_of(cast.budi)[0])
    assert (budi.name, budi.rank, budi.participants) == ("Indonesia", 0, 0)


def test_home_names_a_board_whose_companies_it_cannot_say_in_a_word(
    ctx: Flask, client: FlaskClient, cast: Any
) -> None:
    board(cast, Metric.DEALS, COMPANIES, name="Resellers by deals", audience=Audience(kinds=("reseller",)))
    win(cast, "D-1", 100_00)
    db.session.remove()
    page = sign_in(client, cast.aisyah).get("/").text
    section = " ".join(re.sub(r"<[^>]*>", " ", page.split("Where you stand")[1]).split())
    assert "1 st Resellers by deals of 1 on this board Your company stands first" in section


def test_a_board_for_a_tier_is_for_the_companies_of_that_tier(ctx: Flask, cast: Any) -> None:
    board(cast, Metric.DEALS, COMPANIES, name="Silver", audience=Audience(tiers=("silver",)))
    assert rows_of(replace(cast.aisyah, organisation_tier="gold")) == []
    assert [row.ref for row in rows_of(replace(cast.aisyah, organisation_tier="silver"))] == ["silver"]


def test_who_does_not_wish_to_be_named_is_a_partner_of_their_region(ctx: Flask, cast: Any) -> None:
    board(cast, Metric.DEALS, PEOPLE)
    win(cast, "D-1", 100_00, who=cast.budi)
    win(cast, "D-2", 100_00, who=cast.budi)
    win(cast, "D-3", 100_00)
    sentence = queries.read_stand(rows_of(cast.aisyah)[0]).sentence
    assert sentence == "2 deals to pass Budi Santoso in 1st"
    names.choose_name(PEOPLE, cast.budi.person_id, NameMode.REGION, None, actor=cast.budi)
    sentence = queries.read_stand(rows_of(cast.aisyah)[0]).sentence
    assert sentence == "2 deals to pass a partner in Indonesia, in 1st"
    names.choose_name(PEOPLE, cast.budi.person_id, NameMode.ALIAS, "Garuda 7", actor=cast.budi)
    assert queries.read_stand(rows_of(cast.aisyah)[0]).sentence == "2 deals to pass Garuda 7 in 1st"


def test_the_list_of_boards_knows_every_rank(ctx: Flask, cast: Any) -> None:
    board(cast, name="People")
    board(cast, Metric.DEALS, COMPANIES, Period.ALL, name="Companies")
    win(cast, "D-1", 100_00, who=cast.budi)
    stands = {stand.name: stand for stand in queries.list_stands(cast.merapi_admin)}
    assert (stands["People"].rank, stands["People"].participants) == (0, 1)
    assert (stands["Companies"].rank, stands["Companies"].participants) == (1, 1)

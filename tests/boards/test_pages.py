"""The pages: who sees which board, one's own place, names that are not told, and what a vendor does."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.boards import folding, names, scores
from app.boards.models import Board, BoardStatus, Metric, NameMode, Period
from app.boards.rules import Sum
from app.core import jobs
from app.core.db import db, transaction
from app.partners.audience import Audience
from app.partners.models import Organisation
from tests.boards.makers import COMPANIES, PEOPLE, assert_proven, board, period_of
from tests.cast import sign_in
from tests.programs.makers import win
from tests.support.statements import count_statements

KEY = {"idempotency_key": "a-key-of-a-board"}


@pytest.fixture
def made(app: Flask, cast: Any) -> dict[str, str]:
    """Slugs of a board for Malaysia, one for Indonesia, one of companies."""
    with app.app_context():
        found = {
            "my": board(cast, name="Malaysia", audience=Audience(countries=("MY",))).slug,
            "id": board(cast, name="Indonesia", audience=Audience(countries=("ID",))).slug,
            "all": board(cast, Metric.DEALS, COMPANIES, Period.ALL, name="Companies").slug,
        }
        for number in range(3):
            win(cast, f"F-{number}", 100_00, who=cast.kinabalu_admin)
        win(cast, "A-1", 100_00)
        win(cast, "B-1", 100_00, who=cast.budi)
    return found


def text_of(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True)))


def test_a_member_sees_own_place_and_the_gap(client: FlaskClient, cast: Any, made: dict[str, str]) -> None:
    sign_in(client, cast.aisyah)
    said = text_of(client, f"/leaderboards/{made['my']}")
    assert "Farid Hamzah" in said and "3 more to pass Farid Hamzah" in said
    listed = text_of(client, "/leaderboards")
    assert "of 2 partners in Malaysia" in listed and "Indonesia" not in listed


def test_a_board_for_others_is_not_there(client: FlaskClient, cast: Any, made: dict[str, str]) -> None:
    sign_in(client, cast.aisyah)
    for path in (
        f"/leaderboards/{made['id']}",
        f"/leaderboards/{made['id']}/me",
        "/leaderboards/nothing",
        f"/leaderboards/{made['my']}?period=2026-13",
        f"/leaderboards/{made['my']}?after=x",
        f"/leaderboards/{made['my']}?after=1.{'9' * 30}",
    ):
        text_of(client, path, 404)
    sign_in(client, cast.manager)
    assert "Budi Santoso" in text_of(client, f"/leaderboards/{made['id']}")
    text_of(client, f"/leaderboards/{made['id']}/me", 404)


def test_the_vendor_reads_how_many_stand_on_each_board_whoever_it_is_for(
    client: FlaskClient, cast: Any, made: dict[str, str]
) -> None:
    sign_in(client, cast.owner)
    listed = text_of(client, "/leaderboards")
    assert "Malaysia 2 on the board" in listed and "Indonesia 1 on the board" in listed
    assert "Nobody is on this board yet" not in listed and "More boards" not in listed


def test_a_name_that_is_not_told_stands_nowhere(
    app: Flask, client: FlaskClient, cast: Any, made: dict[str, str]
) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Organisation, cast.kinabalu.id).region = "Sabah"
    sign_in(client, cast.kinabalu_admin)
    path = f"/leaderboards/{made['my']}/me"
    assert "A partner in Sabah" in text_of(client, path)
    assert client.post(path, data={"mode": "region"}).status_code == 303
    assert client.post(path, data={"of": "company", "mode": "alias", "alias": "Team K"}).status_code == 303
    assert "You" in text_of(client, f"/leaderboards/{made['my']}")
    sign_in(client, cast.aisyah)
    said = text_of(client, f"/leaderboards/{made['my']}")
    assert "A partner in Sabah" in said and "Farid" not in said and "Malaysia:" not in said
    assert "3 more to pass a partner in Sabah" in said
    assert client.post(path, data={"of": "company", "mode": "name"}).status_code == 404
    sign_in(client, cast.budi)
    said = text_of(client, f"/leaderboards/{made['all']}")
    assert "Team K" in said and "Kinabalu" not in said
    sign_in(client, cast.marketer)
    said = text_of(client, f"/admin/leaderboards/{made['my']}")
    assert "Farid Hamzah" in said and "Shown as A partner in Sabah" in said


BAD_NAMES = (
    ({"mode": "alias", "alias": ""}, "Write an alias of 2 to 30 letters and figures."),
    ({"mode": "alias", "alias": "<script>"}, "Write an alias of 2 to 30 letters and figures."),
    ({"mode": "alias", "alias": "x" * 31}, "Write an alias of 2 to 30 letters and figures."),
    ({"mode": "alias", "alias": "x" * 5000}, "Write an alias of 2 to 30 letters and figures."),
    ({"mode": "alias", "alias": "budi santoso"}, "Somebody has this name already. Choose another alias."),
    ({"mode": "alias", "alias": "Garüda 7"}, "Somebody has this name already. Choose another alias."),
    ({"mode": "alias", "alias": "🎉🎉🎉"}, "Write an alias of 2 to 30 letters and figures."),
    ({"mode": "nothing"}, "Choose one of the answers offered."),
    ({}, "Choose one of the answers offered."),
)


def test_an_alias_is_refused_with_a_sentence_and_kept_as_typed(
    app: Flask, client: FlaskClient, cast: Any, made: dict[str, str]
) -> None:
    with app.app_context():
        names.choose_name(PEOPLE, cast.budi.person_id, NameMode.ALIAS, "Garuda 7", actor=cast.budi)
    sign_in(client, cast.aisyah)
    for data, sentence in BAD_NAMES:
        answer = client.post(f"/leaderboards/{made['my']}/me", data=data)
        page = html.unescape(answer.get_data(as_text=True))
        assert (answer.status_code, sentence in page, data.get("alias", "") in page) == (422, True, True), (
            data
        )


def test_a_long_board_pages_and_shows_those_around_one(
    app: Flask, client: FlaskClient, cast: Any, made: dict[str, str]
) -> None:
    with app.app_context():
        row = db.session.scalars(select(Board).where(Board.slug == made["my"])).one()
        period_id = period_of(row).id
        with transaction():
            crowd = {10_000 + n: Sum(500 - n // 2, 5_000 + n, cast.kinabalu.id) for n in range(200)}
            mine = {cast.aisyah.person_id or 0: Sum(449, 9_000, cast.kinabalu.id)}  # with the one won, 450
            scores.add({period_id: crowd | mine})
            folding.fold([period_id])
    sign_in(client, cast.aisyah)
    with count_statements(app) as found:
        page = client.get(f"/leaderboards/{made['my']}").get_data(as_text=True)
    assert len(found) <= 8, found
    numbers = [int(n) for n in re.findall(r"Rank </span>(\d+)", page)]
    assert numbers[:4] == [1, 1, 3, 3] and numbers[50:] == [
        101,
        101,
        101,
        104,
        104,
    ]  # two above, oneself, two below
    podium, below = page.split('<ol class="podium"')[1].split('<ol class="ranks"')
    assert podium.count('class="step-no"') == 3 and below.count('class="rank-no"') == 52
    around = below.split("</ol>")[0].split('class="rank-gap"')[1]
    assert [line.count("aria-current") for line in around.split('<li class="rank')[1:]] == [0, 0, 1, 0, 0]
    assert page.count('aria-current="true"') == 2  # the chip, and one's own line
    more = re.search(r'href="(/leaderboards/[^"]*after=[^"]*)"', page)
    assert more is not None
    path = more[1].replace("&amp;", "&")
    part = client.get(path, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "<html" not in part
    numbers = [int(n) for n in re.findall(r"Rank </span>(\d+)", part)]
    assert numbers == [51 + n // 2 * 2 for n in range(50)]
    whole = client.get(path).get_data(as_text=True)
    assert "<html" in whole and "podium" not in whole


def test_a_vendor_writes_previews_starts_and_ends_a_board(
    app: Flask, client: FlaskClient, cast: Any, made: dict[str, str]
) -> None:
    sign_in(client, cast.marketer)
    form = {"name_en": "Wins", "metric": "deals", "participants": "member", "period": "year", **KEY}
    answer = client.post("/admin/leaderboards", data={**form, "audience_countries": "MY", "action": "draft"})
    assert (answer.status_code, answer.location) == (303, "/admin/leaderboards/wins")
    said = text_of(client, "/admin/leaderboards/wins")
    assert "If it began now" in said and "Farid Hamzah" in said and "Budi" not in said
    assert client.post("/admin/leaderboards/wins/start").status_code == 303
    with app.app_context():
        assert jobs.run_due() >= 1
    assert "Farid Hamzah" in text_of(client, "/admin/leaderboards/wins")
    answer = client.post(
        "/admin/leaderboards/wins/edit", data={**form, "name_en": "Winners", "prize_en": "A cup", "metric": "points"}
    )  # fmt: skip
    assert answer.status_code == 303
    said = text_of(client, "/admin/leaderboards/wins")
    assert "Winners" in said and "A cup" in said and "Deals won" in said
    assert client.post("/admin/leaderboards/wins/end").status_code == 303
    assert client.post("/admin/leaderboards/wins/end").status_code == 303
    assert client.post("/admin/leaderboards/wins/discard").status_code == 409
    with app.app_context():
        assert db.session.scalar(select(Board.status).where(Board.slug == "wins")) is BoardStatus.ENDED
        assert_proven()


BAD_BOARDS = (
    ({"name_en": ""}, "Write a name in English; the other languages may follow."),
    ({"name_en": "x" * 5000}, "Use at most 60 characters."),
    ({"metric": "luck"}, "Choose one of the answers offered."),
    ({"period": "🎉"}, "Choose one of the answers offered."),
    ({"closes_on": "9999-12-31"}, "Choose a date between 1990 and 2100."),
    ({"closes_on": "2020-01-01"}, "The last day lies in the past."),
    ({"prize_ms": "Hadiah"}, "Write the prize in English too."),
    ({"audience_countries": "XX"}, "Choose one of the answers offered."),
    ({"metric": "revenue", "sources": "course_passed"}, "Choose one of the answers offered."),
)


def test_what_cannot_be_a_board_is_refused_and_kept(client: FlaskClient, cast: Any) -> None:
    sign_in(client, cast.marketer)
    form = {
        "name_en": "Wins",
        "name_ms": "Menang",
        "metric": "deals",
        "participants": "member",
        "period": "year",
    }
    for changed, sentence in BAD_BOARDS:
        answer = client.post("/admin/leaderboards", data={**form, **KEY, **changed})
        page = answer.get_data(as_text=True)
        assert (answer.status_code, sentence in page, "Menang" in page) == (422, True, True), changed


def test_the_same_form_twice_makes_one_board(app: Flask, client: FlaskClient, cast: Any) -> None:
    sign_in(client, cast.marketer)
    form = {"name_en": "Wins", "metric": "deals", "participants": "member", "period": "year", **KEY}
    first, second = (client.post("/admin/leaderboards", data=form) for _ in range(2))
    assert (first.status_code, first.location) == (303, second.location)
    with app.app_context():
        assert len(db.session.scalars(select(Board)).all()) == 1


def test_who_may_only_look_has_no_buttons(client: FlaskClient, cast: Any, made: dict[str, str]) -> None:
    sign_in(client, cast.auditor)
    said = text_of(client, f"/admin/leaderboards/{made['my']}")
    assert "End this board" not in said and "Edit" not in said
    assert "New board" not in text_of(client, "/admin/leaderboards")
    assert client.get("/admin/leaderboards/new").status_code == 403

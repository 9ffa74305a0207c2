"""Codes of one maker add up for a day: what would be the large batch that nobody looked at waits for a second person."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.codes import services
from app.codes.errors import SecondPersonNeeded
from app.codes.models import BatchState
from app.core.clock import today, travel
from app.core.db import db, execute_sql, transaction
from app.identity.actor import Actor
from tests.cast import Cast, sign_in
from tests.codes.conftest import Catcher, Gifts, build_gifts
from tests.codes.test_admin import make, run
from tests.codes.test_services import batch, ids_of
from tests.ledger.support import clean

HALF = 60_000  # points worth RM 3,000, of the RM 5,000 that one person may make alone


def issue(gifts: Gifts, actor: Actor | None, total: int = HALF, campaign_id: int | None = None) -> int:
    wanted = services.Wanted(1_000, total // 1_000)
    made = services.issue_batch(campaign_id or gifts.campaign_id, wanted, Catcher(), actor=actor)
    return made.id


def states(*batches: int) -> list[BatchState]:
    return [batch(batch_id).state for batch_id in batches]


def test_the_batch_that_takes_the_day_over_the_limit_and_all_after_it_wait(
    app: Flask, cast: Cast, gifts: Gifts
) -> None:
    other = build_gifts(app, cast).campaign_id
    with app.app_context():
        first = issue(gifts, cast.marketer)
        full = issue(gifts, cast.marketer, 40_000, other)  # RM 5,000 to the cent, in two campaigns
        assert states(first, full) == [BatchState.LIVE] * 2
        over, small = issue(gifts, cast.marketer, 1_000), issue(gifts, cast.marketer, 1_000, other)
        assert states(over, small) == [BatchState.WAITING] * 2
        with pytest.raises(SecondPersonNeeded):
            services.approve_batch(over, actor=cast.marketer)
        theirs = issue(gifts, cast.owner)
        assert states(theirs) == [BatchState.LIVE]  # what others made is theirs
        services.approve_batch(over, actor=cast.finance)
        assert states(over, small) == [BatchState.LIVE, BatchState.WAITING]
        clean()


def test_what_had_its_second_person_or_went_back_leaves_room(app: Flask, cast: Cast, gifts: Gifts) -> None:
    with app.app_context():
        large = issue(gifts, cast.marketer, 200_000)
        waits = issue(gifts, cast.marketer, 1_000)
        assert states(large, waits) == [BatchState.WAITING] * 2
        services.approve_batch(large, actor=cast.finance)
        services.decline_batch(waits, actor=cast.marketer)
        alone = issue(gifts, cast.marketer, 100_000)
        assert states(alone) == [BatchState.LIVE]
        services.void_batch(alone, actor=cast.marketer, reason="Printed twice")
        again = issue(gifts, cast.marketer, 100_000)
        assert states(again) == [BatchState.LIVE]
        assert states(issue(gifts, cast.marketer, 1_000)) == [BatchState.WAITING]
        clean()


def test_codes_of_a_voided_batch_that_were_used_count_still(app: Flask, cast: Cast, gifts: Gifts) -> None:
    batch_id, codes = gifts.make(50_000, 2)
    with app.app_context():
        services.claim("key-1", ids_of(codes[0]), actor=cast.aisyah)
        services.void_batch(batch_id, actor=cast.marketer, reason="Printed twice")
        assert states(issue(gifts, cast.marketer, 50_000)) == [BatchState.LIVE]
        assert states(issue(gifts, cast.marketer, 1_000)) == [BatchState.WAITING]


def test_the_day_is_one_of_the_vendor_s_calendar(app: Flask, cast: Cast, gifts: Gifts) -> None:
    with app.app_context():
        tomorrow = today() + timedelta(days=1)
    midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=UTC) - timedelta(
        hours=8
    )  # in Malaysia
    with app.app_context():
        with travel(midnight - timedelta(minutes=2)):
            late = issue(gifts, cast.marketer)
        with travel(midnight + timedelta(minutes=2)):
            early = issue(gifts, cast.marketer)
        with travel(midnight + timedelta(hours=23)):
            same = issue(gifts, cast.marketer)
        with travel(midnight + timedelta(hours=25)):
            after = issue(gifts, cast.marketer)
        assert states(late, early, same, after) == [
            BatchState.LIVE, BatchState.LIVE, BatchState.WAITING, BatchState.LIVE,
        ]  # fmt: skip


def test_the_page_says_before_that_a_second_half_waits_and_why(
    app: Flask, cast: Cast, gifts: Gifts, client: FlaskClient
) -> None:
    here = f"/admin/codes?points=1000&code_count=60&campaign={gifts.campaign}"
    sign_in(client, cast.marketer)
    assert "A second person approves." not in client.get(here).text
    assert make(client, gifts, 1_000, 60).status_code == 303
    page = client.get(here).text
    assert (
        "With the codes worth RM\xa03,000 that you made today it is over RM\xa05,000. A second person approves."
        in page
    )
    assert "Ask Grace Wong to approve" in page and "Codes stay locked until then." in page
    large = client.get(here.replace("=60", "=101")).text
    assert "Over RM\xa05,000 needs a second person." in large and "that you made today" not in large
    for locale, words in (("ms", "yang anda buat hari ini"), ("id", "yang Anda buat hari ini")):
        with app.app_context(), transaction():
            execute_sql(
                "UPDATE people SET locale = :locale WHERE id = :id",
                {"locale": locale, "id": cast.marketer.person_id},
            )
        assert words in client.get(here).text
    batch_page = make(client, gifts, 1_000, 60, key="again-again").headers["Location"]
    sign_in(client, cast.finance)
    page = client.get(batch_page).text
    assert f"With what {cast.marketer.name} made on the same day it is." in page
    assert "By itself it is not over RM\xa05,000." in page and "Approve the codes" in page
    sign_in(client, cast.owner)
    assert "that you made today" not in client.get(here).text


@pytest.mark.parametrize("by", ["marketer", None])
def test_the_command_says_before_that_a_second_half_waits_and_why(
    app: Flask, cast: Cast, gifts: Gifts, tmp_path: Path, by: str | None
) -> None:
    maker = getattr(cast, by) if by else None
    with app.app_context():
        issue(gifts, maker)
        if maker is not None:
            with transaction():
                execute_sql("UPDATE people SET locale = 'id' WHERE id = :id", {"id": maker.person_id})
        db.session.remove()
    command = ("issue", "--campaign", "partner-day-kl-guests", "--points", 1_000, "--json")
    named = ("--by", maker.email) if maker else ()
    refused = run(app, *command, "--count", 2_000_000, "--out", tmp_path / "a", *named)
    assert refused.exit_code == 1 and "RM" not in refused.output
    made = run(app, *command, "--count", 60, "--out", tmp_path / "a", *named)
    assert made.exit_code == 0 and json.loads(made.stdout)["state"] == "waiting"
    said = made.stderr.replace("\xa0", " ")
    if maker:
        assert "Bersama kode senilai RM 3.000 yang Anda buat hari ini, jumlahnya di atas RM 5.000." in said
    else:
        assert "With the codes worth RM 3,000 that you made today it is over RM 5,000." in said
        assert "Codes stay locked until then." in said
    other = ("--by", cast.owner.email)
    made = run(app, *command, "--count", 60, "--out", tmp_path / "b", *other)
    assert json.loads(made.stdout)["state"] == "live" and made.stderr == ""
    with app.app_context():
        assert execute_sql("SELECT count(*) FROM gift_code_batches WHERE state = 'waiting'").scalar() == 1
        clean()

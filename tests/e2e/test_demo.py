"""The demo shows what the portal can do: nobody has to make up data to look at it."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from app.core.clock import today
from app.core.db import db
from app.identity.queries import find_actor_by_email
from app.tiers.catalogue import load_catalogue
from app.tiers.plans import ALL, SCORE
from app.tiers.services.reviews import horizon, preview
from app.tiers.standing_page import read_page
from app.tiers.whatif import answer


@pytest.fixture(autouse=True)
def context(demo: Flask) -> Iterator[None]:
    with demo.app_context():
        yield
        db.session.remove()


def count(query: str) -> int:
    return int(db.session.execute(text(query)).scalar_one())


def company(name: str) -> int:
    return count(f"SELECT id FROM organisations WHERE name = '{name}'")


def test_tiers_are_joined_by_all_and_by_a_score(demo: Flask) -> None:
    """Distributors climb by a score: one deal away from Gold, and one whose returned goods cost it the level."""
    joins = {plan.versions[0].definition.join: plan for plan in load_catalogue().plans}
    assert set(joins) == {ALL, SCORE}
    assert sum(metric.weight for metric in joins[SCORE].versions[0].definition.metrics) == 100
    marina, selat = read_page(company("Marina Distribution")), read_page(company("Selat IT"))
    assert marina is not None and selat is not None
    assert (marina.level.slug, selat.level.slug) == ("silver", "member")
    assert 47 <= marina.score < 70 and 47 <= selat.score < 70  # near a border
    actor = find_actor_by_email("weijie@marina.example.com")
    said = answer(actor, marina.version, marina.own, marina.have, amount_minor=5_000_00, currency="SGD")
    assert said.is_up and said.aim == "Gold" and said.score is not None and said.score >= 70
    steps = [step for step in preview(horizon()) if step.organisation_id == company("Kranji Supply")]
    assert [(step.kind, step.lacks[0][0]) for step in steps] == [("grace", SCORE)]


@pytest.mark.parametrize("wanted", ["metric = 'deals'", "period = 'all'", "kinds <> ','", "tiers <> ','"])
def test_boards_of_each_metric_period_and_audience_have_somebody_on_them(demo: Flask, wanted: str) -> None:
    assert count(
        "SELECT count(*) FROM boards b JOIN board_periods p ON p.board_id = b.id JOIN board_scores s"
        f" ON s.period_id = p.id WHERE s.score > 0 AND b.{wanted}"
    )  # fmt: skip


def test_certificates_stand_run_out_are_renewed_and_revoked(demo: Flask) -> None:
    on = today().isoformat()
    states = (f"valid_until >= '{on}'", f"valid_until < '{on}'", "renews_id IS NOT NULL", "revoked_at IS NOT NULL",
              "certification_id IS NOT NULL")  # fmt: skip
    found = {state: count(f"SELECT count(*) FROM certificates WHERE {state}") for state in states}
    assert all(found.values()), found


def test_codes_are_used_whole_and_in_part_and_end_in_every_way(demo: Flask) -> None:
    for state in ("live", "waiting", "ended", "void"):
        assert count(f"SELECT count(*) FROM gift_code_batches WHERE state = '{state}'"), state
    assert count("SELECT count(*) FROM gift_codes WHERE voided_at IS NOT NULL")
    assert count("SELECT count(*) FROM gift_code_batches WHERE exported_at IS NOT NULL")
    partly = "SELECT count(*) FROM gift_code_batches WHERE used_points % points > 0"
    assert count(partly)


def test_what_was_taken_back_moved_people_down_again(demo: Flask) -> None:
    voided = "SELECT count(DISTINCT kind) FROM activities WHERE voided_at IS NOT NULL"
    assert count(voided) == 2  # a sale that was credited, a certificate
    assert count("SELECT count(*) FROM hall_consents WHERE NOT is_given")
    assert count("SELECT count(DISTINCT years) FROM service_milestones") == 4

"""Rises, warnings and falls also go to the company's admins as letters; and what the command says of a review."""

from __future__ import annotations

import io
import json
import sys
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import jobs
from app.core.db import db, end_read, transaction
from app.core.mail import Mail, list_outbox
from app.identity.models import Person, PersonStatus
from app.notices.models import Notice
from app.partners.models import Organisation, Role
from app.partners.services import reinstate_organisation, suspend_organisation
from app.tiers.cli import tiers_group
from app.tiers.models import TierChange, TierStanding
from app.tiers.services.reviews import run_review
from tests.cast import add_person
from tests.tiers import makers
from tests.tiers.makers import RM, live, win
from tests.tiers.test_review import AUTUMN, END, NEW_YEAR, gold_that_is_short, on


def letters() -> dict[str, list[str]]:
    """Subjects of all mails by reader, oldest first."""
    end_read()
    found: dict[str, list[str]] = {}
    for mail in db.session.scalars(select(Mail).order_by(Mail.id)):
        found.setdefault(mail.recipient.split("@")[0], []).append(mail.subject)
    return found


def test_admins_get_each_rise_warning_and_fall_once_in_their_language(app: Flask, cast: Any) -> None:
    with app.app_context():
        add_person("melayu@kinabalu.example.com", "Zainab Ali", Role.PARTNER_ADMIN, cast.kinabalu, "ms")
        add_person("indo@kinabalu.example.com", "Rina Putri", Role.PARTNER_ADMIN, cast.kinabalu, "id")
        gone = add_person("gone@kinabalu.example.com", "Left Early", Role.PARTNER_ADMIN, cast.kinabalu)
        with transaction():
            db.session.get_one(Person, gone.person_id).status = PersonStatus.DEACTIVATED
        gold_that_is_short(cast)
        for days_left in (90, 60, 45, 30, 7, 0):
            with on(END - timedelta(days=days_left)):
                run_review()
                assert run_review() == []
        assert letters() == {
            "admin": [
                "Your company has reached Silver", "Your company has reached Gold", "Gold needs more within 60 days",
                "Gold needs more within 30 days", "Gold needs more within 7 days", "Your company is Silver now",
            ],
            "melayu": [
                "Syarikat anda telah mencapai Silver", "Syarikat anda telah mencapai Gold",
                "Keperluan Gold perlu dicukupkan dalam 60 hari", "Keperluan Gold perlu dicukupkan dalam 30 hari",
                "Keperluan Gold perlu dicukupkan dalam 7 hari", "Syarikat anda kini Silver",
            ],
            "indo": [
                "Perusahaan Anda telah mencapai Silver", "Perusahaan Anda telah mencapai Gold",
                "Syarat Gold harus dilengkapi dalam 60 hari", "Syarat Gold harus dilengkapi dalam 30 hari",
                "Syarat Gold harus dilengkapi dalam 7 hari", "Perusahaan Anda kini Silver",
            ],
        }  # fmt: skip
        sent = {
            mail.subject: mail
            for mail in db.session.scalars(select(Mail))
            if mail.recipient.startswith("admin@")
        }
        rise, warning = sent["Your company has reached Gold"], sent["Gold needs more within 30 days"]
        for words in ("1.5 times the points", "A named engineer", "/tier"):
            assert words in rise.text and words in (rise.html or "")
        assert "becomes Silver on 1 April 2027" in " ".join(warning.text.split()) and "/tier" in warning.text
        with on(END):
            assert len(list_outbox()) == 18


def test_a_suspended_company_is_reviewed_and_nobody_of_it_is_written_to(app: Flask, cast: Any) -> None:
    with app.app_context():
        gold_that_is_short(cast)
        mails, notices = letters(), makers.told([cast.aisyah.person_id])
        suspend_organisation(cast.kinabalu.id, actor=cast.owner, reason="a check")
        for days_left in (90, 60, 0):
            with on(END - timedelta(days=days_left)):
                run_review()
        assert makers.level_of(cast.kinabalu.id) == "silver"
        assert (letters(), makers.told([cast.aisyah.person_id])) == (mails, notices)
        reinstate_organisation(cast.kinabalu.id, actor=cast.owner)
        with on(END):
            win(cast, 130_000 * RM, on=END)
        assert letters()["admin"] == [*mails["admin"], "Your company has reached Gold"]


def everything() -> list[Any]:
    """All rows that a review may write."""
    end_read()
    tables: list[Any] = [model.__table__ for model in (TierStanding, TierChange, Notice, Mail, jobs.Job)]
    return [sorted(map(repr, db.session.execute(select(table)))) for table in tables]


def test_the_dry_run_says_what_the_run_does_and_writes_nothing(app: Flask, cast: Any) -> None:
    def review(*words: str) -> str:
        done = app.test_cli_runner().invoke(tiers_group, ["review", *words])
        assert done.exit_code == 0, done.output
        return done.output

    with app.app_context():
        gold_that_is_short(cast)
        with on(NEW_YEAR):
            win(cast, 130_000 * RM, on=NEW_YEAR, who=cast.budi)
            before = everything()
            foreseen = json.loads(review("--dry-run", "--json"))
            said = review("--dry-run")
            assert everything() == before
            done = json.loads(review("--json"))
            assert everything() != before
            assert (foreseen["dry_run"], done["dry_run"]) == (True, False)
            assert foreseen["steps"] == done["steps"] and "coming" not in done
            assert [(step["step"], step["name"], step["until"]) for step in done["steps"]] == [
                ("grace", "Kinabalu Networks", END.isoformat())
            ]
            assert [step["step"] for step in foreseen["coming"]] == ["warned", "warned", "warned", "lowered"]
            assert said.splitlines()[:3] == [
                "Kinabalu Networks: Gold is short, grace until 2027-04-01",
                "1 step would be taken",
                "2027-01-31  Kinabalu Networks: Gold ends in 60 days, on 2027-04-01: warned",
            ]
            assert review().strip() == "0 steps"
        with on(END):
            assert "Kinabalu Networks: Gold to Silver" in review()


class Terminal(io.StringIO):
    """Somebody watches."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("words", [["review"], ["review", "--dry-run"]], ids=["run", "dry run"])
def test_on_a_terminal_the_review_says_how_far_it_is(
    app: Flask, cast: Any, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """Some companies at a time, on one line that ends when it is done; with --json nothing but the object."""
    monkeypatch.setattr("app.tiers.services.plans.CHUNK", 1)
    monkeypatch.setattr("app.tiers.reviewing.TOLD_EVERY", 1)
    with app.app_context(), on(AUTUMN):
        live(cast)
        total = db.session.scalar(select(func.count(Organisation.id))) or 0
        end_read()
        for more, said in (([], True), (["--json"], False)):
            watched = Terminal()
            monkeypatch.setattr(sys, "stderr", watched)
            tiers_group.main([*words, *more], standalone_mode=False)
            lines = "".join(f"\r{number} of {total} companies" for number in range(1, total + 1)) + "\n"
            assert watched.getvalue() == (lines if said else "")
        assert total > 1


def test_a_plan_that_begins_tells_those_it_lifts(app: Flask, cast: Any) -> None:
    with app.app_context(), on(AUTUMN):
        win(cast, 60_000 * RM)
        assert letters() == {}
        live(cast)
        assert letters() == {"admin": ["Your company has reached Silver"]}
        assert makers.told([cast.aisyah.person_id])[cast.aisyah.person_id] == [
            "Your company has reached Silver"
        ]

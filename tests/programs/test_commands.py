"""`tangga activities rebuild` proves awards from activities, and finds what was planted."""

import json

from sqlalchemy import text

from app.activities import pipeline
from app.core.db import db, transaction
from app.programs.cli import activities_group
from tests.programs.makers import definition, live, reward, set_rate, win


def run(app, *words):
    return app.test_cli_runner().invoke(activities_group, ["rebuild", *words])


def test_a_whole_log_is_proven(app, cast):
    with app.app_context():
        live(cast, definition(reward(cap_points=1000)), budget=1500)
        for number in range(3):
            win(cast, f"D-{number}", 20_000_00)
        win(cast, "D-1", 10_000_00)
    done = run(app, "--check", "--json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert (found["activities"], found["awards"], found["faults"]) == (4, 4, [])


def test_an_award_that_was_never_given_is_found(app, cast, monkeypatch):
    with app.app_context():
        live(cast)
        monkeypatch.setattr(pipeline, "react", lambda entries, actor: {})
        win(cast, "D-1", 20_000_00)
    done = run(app, "--check")
    assert done.exit_code == 1
    assert "800 points owed by program" in done.output


def test_a_wrong_counter_is_found_and_written_anew(app, cast):
    with app.app_context():
        live(cast, definition(reward(cap_points=1000)))
        win(cast, "D-1", 20_000_00)
        with transaction():
            db.session.execute(text("UPDATE program_uses SET points = 3"))
    assert run(app, "--check").exit_code == 1
    assert run(app).exit_code == 0
    assert run(app, "--check").exit_code == 0


def test_rebuilding_awards_what_waited_for_a_rate(app, cast):
    with app.app_context():
        live(cast)
        win(cast, "D-1", 10_000_00, currency="USD")
        assert "1 waiting for an exchange rate; 0 faults" in run(app, "--check").output
        from tests.programs.makers import DAY

        set_rate("USD", DAY, 400)
    done = run(app, "--json")
    assert json.loads(done.stdout)["awarded_now"] == 1
    assert json.loads(done.stdout)["points"] == 1600

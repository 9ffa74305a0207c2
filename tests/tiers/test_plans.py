"""A plan's life, and what it may say: a second person, what is final, ladders that climb."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.clock import freeze
from app.core.db import db, execute_sql, transaction
from app.core.errors import Forbidden, InvalidInput
from app.partners.audience import Audience
from app.tiers.models import VersionState
from app.tiers.plans import SCORE, Definition, Level, Metric
from app.tiers.queries import tier_on
from app.tiers.rebuilding import check_figures, rebuild
from app.tiers.services import plans
from app.tiers.windows import next_review, window_on
from tests.tiers import makers
from tests.tiers.makers import NOW, RM, definition, level_of, live, win


@pytest.fixture
def november(app: Flask) -> Iterator[None]:
    with app.app_context(), freeze(NOW):
        yield


@pytest.mark.usefixtures("november")
def test_whoever_wrote_a_plan_never_publishes_it(app: Flask, cast: Any) -> None:
    draft = plans.create_plan("Plan", definition(), actor=cast.owner)
    with pytest.raises(plans.SecondPersonNeeded):
        plans.publish(draft.id, actor=cast.owner)
    with pytest.raises(Forbidden):
        plans.publish(draft.id, actor=cast.marketer)
    with pytest.raises(plans.NotSent):
        plans.publish(draft.id, actor=cast.finance)
    plans.send_for_sign_off(draft.id, actor=cast.owner)
    assert plans.publish(draft.id, actor=cast.finance).state is VersionState.PUBLISHED
    with pytest.raises(plans.VersionIsFinal):
        plans.save_draft(draft.id, name="x", definition=definition(), month=1, actor=cast.marketer)


@pytest.mark.usefixtures("november")
def test_the_database_refuses_to_change_what_is_published(app: Flask, cast: Any) -> None:
    version = live(cast)
    for statement in (
        "UPDATE tier_versions SET name = 'x'",
        "DELETE FROM tier_versions",
        "DELETE FROM tier_changes",
    ):
        if "changes" in statement:
            win(cast, 50_000 * RM)
        with pytest.raises(DBAPIError), transaction():
            db.session.execute(text(statement))
    assert version.state is VersionState.PUBLISHED


@pytest.mark.usefixtures("november")
def test_the_live_year_never_changes_and_levels_stay(app: Flask, cast: Any) -> None:
    version = live(cast)
    draft = plans.start_version(version.plan_id, actor=cast.marketer)
    with pytest.raises(plans.VersionOpen):
        plans.start_version(version.plan_id, actor=cast.marketer)
    made = definition()
    with pytest.raises(InvalidInput):
        plans.save_draft(
            draft.id, name="x", definition=replace(made, levels=made.levels[:2]), month=1, actor=cast.marketer
        )
    platinum = Level("platinum", "Platinum", {"revenue": 300_000 * RM}, 20_000)
    more = replace(made, levels=(*made.levels, platinum))
    plans.save_draft(draft.id, name="Next", definition=more, month=1, actor=cast.marketer)
    plans.send_for_sign_off(draft.id, actor=cast.marketer)
    assert plans.publish(draft.id, actor=cast.finance).applies_from == date(2027, 1, 1)
    win(cast, 300_000 * RM)
    assert level_of(cast.kinabalu.id) == "gold"


@pytest.mark.usefixtures("november")
def test_a_plan_for_some_comes_before_the_plan_for_all(app: Flask, cast: Any) -> None:
    live(cast)
    names = ("starter", "Starter"), ("expert", "Expert")
    levels = (Level(*names[0]), Level(*names[1], {"revenue": 10 * RM}))
    live(cast, Definition((makers.REVENUE,), levels, audience=Audience(countries=("ID",))), name="Indonesia")
    makers.set_rate("IDR", date(2026, 1, 1), 1)
    win(cast, 1_000 * 100, who=cast.budi, currency="IDR")
    win(cast, 10 * RM)
    assert level_of(cast.merapi.id) == "expert"
    assert level_of(cast.kinabalu.id) == "member"
    days = [(cast.merapi.id, date(2026, 11, 1)), (cast.kinabalu.id, date(2026, 11, 1))]
    assert tier_on(days) == {days[0]: "starter", days[1]: "member"}


def test_what_could_not_be_lived_by_is_refused_at_its_cell(app: Flask) -> None:
    made = definition(silver={"revenue": 10}, gold={"revenue": 5})
    wrong = {
        "need-2-revenue": made,
        "levels": replace(made, levels=made.levels[:1]),
        "metrics": replace(made, metrics=()),
        "weight-revenue": replace(definition(), join=SCORE),
        "audience": replace(definition(), audience=Audience(tiers=("gold",))),
        "grace_days": replace(definition(), grace_days=400),
        "level-1-multiplier": replace(
            definition(), levels=tuple(replace(level, multiplier_bps=9_999) for level in definition().levels)
        ),
    }  # fmt: skip
    with app.test_request_context():
        for name, refused in wrong.items():
            with pytest.raises(InvalidInput) as problem:
                refused.check()
            assert name in problem.value.fields
        definition().check()
        assert Definition.from_record(definition().to_record()) == definition()


@pytest.mark.usefixtures("november")
def test_a_changed_figure_is_found_and_mended(app: Flask, cast: Any) -> None:
    live(cast)
    makers.set_rate("USD", date(2026, 1, 1), 450)
    win(cast, 20_000 * RM)
    win(cast, 1_000 * 100, currency="USD")
    makers.assert_proven()
    for statement in (
        "UPDATE tier_figures SET amount = amount + 1 WHERE measure = 'deals'",
        "UPDATE tier_figures SET worth = worth + 1 WHERE part = 'USD'",
        "DELETE FROM tier_figures WHERE part = 'MYR'",
        "INSERT INTO tier_figures (organisation_id, measure, day, part, amount, worth) "
        f"VALUES ({cast.merapi.id}, 'points', '2026-11-01', '', 7, 7)",
    ):
        with transaction():
            execute_sql(statement)
        assert len(check_figures().faults) >= 1, statement
        rebuild()
        makers.assert_proven()


@st.composite
def ladders(draw: st.DrawFn) -> tuple[Definition, dict[str, int], dict[str, int]]:
    """A valid ladder of any kind, and two states of a company of which the second has no less of anything."""
    keys = draw(
        st.lists(st.sampled_from(("revenue", "deals", "certified", "points")), min_size=1, unique=True)
    )
    join = draw(st.sampled_from(("all", "score")))
    parts = [100 // len(keys)] * len(keys)
    parts[0] += 100 - sum(parts)
    metrics = tuple(
        Metric(key, part if join == "score" else 0) for key, part in zip(keys, parts, strict=True)
    )
    needs = dict.fromkeys(keys, 0)
    levels = [Level("l0", "L0")]
    for place in range(1, draw(st.integers(2, 5))):
        low = 1 if join == "score" else 0
        needs = {key: max(need, low) + draw(st.integers(0, 50)) for key, need in needs.items()}
        needs[keys[0]] += 1
        levels.append(Level(f"l{place}", f"L{place}", {key: need for key, need in needs.items() if need}))
    have = {key: draw(st.integers(0, 200)) for key in keys}
    more = {key: value + draw(st.integers(0, 50)) for key, value in have.items()}
    return Definition(metrics, tuple(levels), join), have, more


@given(ladders())
def test_more_of_anything_never_lowers_and_levels_are_nested(drawn: Any) -> None:
    made, have, more = drawn
    made._check_levels() and pytest.fail("an invalid ladder was drawn")
    assert made.reached(more) >= made.reached(have)
    place = made.reached(have)
    assert all(made.meets(have, level) for level in made.levels[: place + 1])
    assert not any(made.meets(have, level) for level in made.levels[place + 1 :])
    for level in made.levels[1:]:
        assert made.meets(level.needs, level)


@given(st.integers(0, 12), st.dates(date(2000, 1, 1), date(2090, 12, 31)))
def test_windows_hold_their_day_and_reviews_come_after_it(month: int, on: date) -> None:
    window = window_on(month, on)
    assert window.start <= on <= window.end
    assert 364 <= (window.end - window.start).days <= 366
    following = next_review(month, on)
    assert on < following <= date(on.year + 1, on.month, 28 if on.day > 28 else on.day)
    if month:
        assert (following.month, following.day) == (month, 1) and (following - window.end).days == 1

"""The schema gate on both databases: in order as it stands, and a planted difference of each kind is found."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, text

from app.core import triggers
from app.core.db import db
from scripts.checks import schema
from tests.support.databases import DIALECTS, postgres_address


def lines_on(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return list(schema.on_sqlite())
    return list(schema.on_postgresql(postgres_address().render_as_string(hide_password=False)))


@contextmanager
def one_table_more() -> Iterator[None]:
    table = Table("planted", db.metadata, Column("id", Integer, primary_key=True))
    try:
        yield
    finally:
        db.metadata.remove(table)


@contextmanager
def one_check_more() -> Iterator[None]:
    table = db.metadata.tables["jobs"]
    check = CheckConstraint("attempts < 1000", name="planted")
    table.append_constraint(check)
    try:
        yield
    finally:
        table.constraints.discard(check)


@contextmanager
def one_index_over_an_expression_more() -> Iterator[None]:
    table = db.metadata.tables["jobs"]
    index = Index("ix_planted", text("lower(kind)"), _table=table)
    try:
        yield
    finally:
        table.indexes.discard(index)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_migrations_build_what_the_models_say(dialect: str) -> None:
    assert lines_on(dialect) == []


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("planted", "said"),
    [
        (one_table_more, "planted"),
        (one_check_more, "ck_jobs_planted"),
        (one_index_over_an_expression_more, "ix_planted"),
    ],
)
def test_a_planted_difference_is_found(planted, said: str, dialect: str) -> None:
    with planted():
        assert any(said in line for line in lines_on(dialect))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_trigger_that_the_upgrade_did_not_bring_is_found(
    dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triggers, "install", lambda connection: None)
    assert any("trigger" in line and "missing" in line for line in lines_on(dialect))

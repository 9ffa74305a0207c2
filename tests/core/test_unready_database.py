"""Commands whose database does not answer, or holds no schema, say so in one line; `doctor` still looks at the rest."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.core.test_run_command import environment, free_port, readiness, start, tangga
from tests.support.databases import libpq, postgres_address


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """An installation whose database is there, without a table."""
    env = environment(tmp_path, free_port())
    if request.param == "sqlite":
        yield env
        return
    name = sql.Identifier(f"tangga_bare_{uuid.uuid4().hex[:10]}")
    with psycopg.connect(libpq(postgres_address()), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
        url = postgres_address().set(database=name.as_string().strip('"'))
        yield {**env, "DATABASE_URL": url.render_as_string(hide_password=False)}
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture(params=["sqlite", "postgresql"])
def silent(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """An installation whose database does not answer."""
    urls = {
        "sqlite": f"sqlite:///{tmp_path / 'nowhere' / 'tangga.db'}",
        "postgresql": f"postgresql://tangga:secret@127.0.0.1:{free_port()}/tangga",
    }
    return {**environment(tmp_path, free_port()), "DATABASE_URL": urls[request.param]}


@pytest.mark.parametrize(
    "words", [("ledger", "verify"), ("boards", "rebuild", "--check"), ("tiers", "review")]
)
def test_a_missing_schema_is_told_in_one_line_that_names_the_command(
    bare: dict[str, str], words: tuple[str, ...]
) -> None:
    done = tangga(*words, env=bare)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "run tangga db upgrade" in done.stderr


def test_a_database_that_does_not_answer_is_told_in_one_line(silent: dict[str, str]) -> None:
    done = tangga("ledger", "verify", env=silent)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "the database does not answer" in done.stderr
    assert "secret" not in done.stderr


def test_doctor_names_everything_although_the_database_does_not_answer(silent: dict[str, str]) -> None:
    done = tangga("doctor", "--json", env=silent)
    assert done.returncode == 1
    found = {finding["name"]: finding for finding in json.loads(done.stdout)}
    assert not found["database"]["good"]
    assert found["time zone"]["good"]
    if "postgresql" in silent["DATABASE_URL"]:
        assert "does not answer" in found["queue"]["text"]


def test_a_database_of_another_kind_is_refused_in_one_line(tmp_path: Path) -> None:
    done = tangga("doctor", env={**environment(tmp_path, free_port()), "DATABASE_URL": "mysql://host/tangga"})
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "DATABASE_URL must begin with" in done.stderr


def test_the_queue_makes_its_tables_when_web_and_worker_start(bare: dict[str, str]) -> None:
    assert tangga("db", "upgrade", env=bare).returncode == 0
    process = start(bare)
    try:
        readiness(int(bare["PORT"]), 15)
    finally:
        process.terminate()
        _said, complained = process.communicate(timeout=20)
    assert process.returncode == 0, complained
    assert "Traceback" not in complained

"""A run may be killed at any moment and started again: the end is the same."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.core.db import db
from app.integrations.imports import runs
from app.integrations.imports.models import BatchStatus, ImportBatch, ImportKind, ImportShare
from tests.imports.conftest import SAMPLE, count, ledger, take, take_sample
from tests.ledger.support import clean


class Pulled(BaseException):
    """Somebody pulled the plug."""


def pull_after(chunks: int) -> Any:
    done = 0

    def progress(phase: str, _done: int, _total: int) -> None:
        nonlocal done
        if phase == "record":
            done += 1
            if done == chunks:
                raise Pulled()

    return progress


def test_a_run_that_was_interrupted_is_finished_by_the_next(
    purchases: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(runs.CHUNK, ImportKind.SALES, 40)
    take_sample("partners", "products")
    prepared = runs.prepare(ImportKind.SALES, SAMPLE / "sales.csv", source="erp", currency="USD")
    with pytest.raises(Pulled):
        runs.run(prepared, actor=None, progress=pull_after(2))
    assert count("sale_lines") == 80
    first = db.session.scalars(db.select(ImportBatch).where(ImportBatch.kind == "sales")).one()
    assert first.status is BatchStatus.INTERRUPTED
    (report,) = take_sample("sales")
    assert (report.imported, report.unchanged, count("sale_lines")) == (160, 80, 240)
    shares = db.session.execute(
        db.select(ImportShare.batch_id, db.func.sum(ImportShare.line_count)).group_by(ImportShare.batch_id)
    )
    assert [int(row[1]) for row in shares] == [240], (
        "the next run took over what the first one owed in notices"
    )
    clean()


def test_an_interrupted_run_leaves_the_ledger_of_an_undisturbed_one(
    app: Flask, cast: Any, databases: Any, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.imports.test_same_ledger import make_programs

    monkeypatch.setitem(runs.CHUNK, ImportKind.SALES, 40)
    found = []
    for is_disturbed in (True, False):
        name = request.node.callspec.params["app"]
        databases.release(name)
        with databases.fresh(name).app_context():
            make_programs(cap_points=900)
            if is_disturbed:
                prepared = runs.prepare(ImportKind.SALES, SAMPLE / "sales.csv", source="erp", currency="USD")
                with pytest.raises(Pulled):
                    runs.run(prepared, actor=None, progress=pull_after(3))
            take("sales", SAMPLE / "sales.csv", source="erp", currency="USD")
            found.append(ledger())
    assert found[0] == found[1]


@pytest.mark.kill
def test_a_killed_process_loses_nothing_that_the_next_run_does_not_bring(
    app: Flask, cast: Any, tmp_path: Path
) -> None:
    """kill -9 in the middle, at a moment of chance, three times; then one run to the end."""
    lines = (SAMPLE / "sales.csv").read_text(encoding="utf-8-sig").splitlines()
    path = tmp_path / "long.csv"
    copies = [line.replace("SO", f"S{n}-", 1) for n in range(25) for line in lines[1:]]
    path.write_text("\n".join([lines[0], *copies]) + "\n", encoding="utf-8")
    with app.app_context():
        take_sample("partners", "products")
        db.session.remove()
    command = [
        sys.executable,
        "-m",
        "app.cli",
        "import",
        "sales",
        str(path),
        "--source",
        "erp",
        "--currency",
        "USD",
    ]
    settings = app.extensions["tangga_settings"]
    environ = {
        **os.environ, "DATABASE_URL": settings.database_url, "TANGGA_DATA_DIR": settings.data_dir,
        "SECRET_KEY": settings.secret_key, "SQLITE_SYNCHRONOUS": "OFF", "TANGGA_ENV": "test",
    }  # fmt: skip
    for _round in range(3):
        with app.app_context():
            before = count("sale_lines")
            db.session.remove()
        process = subprocess.Popen([*command, "--json"], env=environ, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < deadline:
            with app.app_context():
                is_moving = count("sale_lines") > before
                db.session.remove()
            if is_moving:
                break
        process.kill()
        process.wait()
    done = subprocess.run([*command, "--json"], env=environ, capture_output=True, text=True, check=True)
    assert '"refused": 0' in done.stdout
    with app.app_context():
        assert count("sale_lines") == count("activities") == len(copies)
        assert count("import_batches", "status = 'running'") == 0
        clean()

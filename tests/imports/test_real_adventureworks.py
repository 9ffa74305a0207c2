"""The real files: 701 resellers, 397 products, 57,851 sale lines. Collected only where the files are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.core.db import db
from app.integrations.imports.report import sentences
from tests.imports.conftest import REAL, count, fingerprint, ledger, per_usd_10, take
from tests.imports.test_same_ledger import one_by_one, shuffled, twice
from tests.ledger.support import clean
from tests.programs.makers import live

__all__ = ["twice"]
SALES = REAL / "reseller_sales.csv"
LINES = 57_851


def take_parties() -> None:
    take("partners", REAL / "resellers.csv")
    take("products", REAL / "products.csv")


def test_the_real_files_come_in_whole_earn_and_come_in_once(purchases: Any) -> None:
    partners = take("partners", REAL / "resellers.csv").as_json()
    products = take("products", REAL / "products.csv").as_json()
    assert (partners["lines"], partners["imported"], products["imported"]) == (701, 701, 397)
    assert "5 rows say `Ware House`; they were read as warehouse." in sentences(partners)
    assert count("organisations", "kind = 'warehouse'") == 232
    sales = take("sales", SALES).as_json()
    assert (sales["lines"], sales["imported"], sales["refused"], sales["parked"]) == (LINES, LINES, 0, 0)
    assert sales["sum"] == sales["imported_sum"] == "77548570.20"
    assert sentences(sales) == ["76 rows hold `NULL` in the column TotalProductCost, which is not used."]
    assert sales["points"] == sum(row[0] for row in db.session.execute(db.text("SELECT amount FROM lots")))
    assert count("activities") == count("sale_lines") == LINES
    assert db.session.execute(db.text("SELECT MIN(sold_on), MAX(sold_on) FROM sale_lines")).one() != (
        None,
        None,
    )
    clean()
    before = fingerprint()
    again = take("sales", SALES).as_json()
    assert (again["imported"], again["unchanged"], again["sum"]) == (0, LINES, "77548570.20")
    assert fingerprint() == before
    # far below what a quiet machine reaches (see make bench); a plan gone wrong falls below it
    assert sales["lines_per_second"] > 1000


def test_two_thousand_lines_shuffled_give_one_ledger_either_way(
    twice: Callable[..., tuple[str, str]], tmp_path: Path
) -> None:
    mixed = shuffled(SALES, tmp_path / "mixed.csv", lines=2000)

    def prepare() -> None:
        from tests.cast import build_cast

        live(build_cast(), per_usd_10(cap_points=40_000), name="Purchases")
        take_parties()

    bulk, single = twice(
        prepare,
        lambda: take("sales", mixed) and None,
        lambda: one_by_one(mixed, "adventureworks"),
    )
    assert bulk == single


MEASURE = """
import json, re, sys
from app import create_app
from app.identity.actor import SYSTEM
from app.integrations.imports import runs
from app.integrations.imports.models import ImportKind
from pathlib import Path
app = create_app()
with app.app_context():
    report = runs.run(runs.prepare(ImportKind.SALES, Path(sys.argv[1])), actor=SYSTEM)
# the high-water mark of this program alone: ru_maxrss would count the parent that started it
peak = int(re.search(r"VmHWM:\\s+([0-9]+)", Path("/proc/self/status").read_text())[1])
print(json.dumps({"lines": report.imported, "peak_kb": peak}))
"""


def peak_of(app: Flask, path: Path) -> dict[str, int]:
    """Peak memory of a process that imports one file."""
    settings = app.extensions["tangga_settings"]
    environ = {
        **os.environ, "DATABASE_URL": settings.database_url, "TANGGA_DATA_DIR": settings.data_dir,
        "SECRET_KEY": settings.secret_key, "SQLITE_SYNCHRONOUS": "OFF", "TANGGA_ENV": "test",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def write_repeated(path: Path, lines: list[str], copies: int) -> Path:
    """The same lines under new document numbers, so often."""
    header, *rest = lines
    with path.open("w", encoding="utf-8") as handle:
        handle.write(header)
        for copy in range(copies):
            handle.writelines(line.replace("SO", f"T{copies}{copy}-", 1) for line in rest)
    return path


@pytest.mark.parametrize("lines", [8_000, pytest.param(LINES, marks=pytest.mark.soak)])
def test_four_times_the_lines_take_hardly_more_memory(
    purchases: Any, ctx: Flask, tmp_path: Path, lines: int
) -> None:
    take_parties()
    db.session.remove()
    given = SALES.read_text(encoding="utf-8").splitlines(keepends=True)[: lines + 1]
    one = peak_of(ctx, write_repeated(tmp_path / "one.csv", given, 1))
    four = peak_of(ctx, write_repeated(tmp_path / "four.csv", given, 4))
    assert (one["lines"], four["lines"]) == (lines, 4 * lines)
    print(f"peak of {lines} lines {one['peak_kb']} KB, of four times as many {four['peak_kb']} KB")
    assert four["peak_kb"] <= 1.2 * one["peak_kb"], (one, four)


def test_ledgers_of_the_real_files_are_told_apart(purchases: Any, tmp_path: Path) -> None:
    """The comparison above can fail: a ledger with one line more is another ledger."""
    take_parties()
    take("sales", shuffled(SALES, tmp_path / "a.csv", lines=50))
    before = ledger()
    take("sales", shuffled(SALES, tmp_path / "b.csv", lines=51))
    assert ledger() != before


if not SALES.is_file():  # pragma: no cover - conftest does not collect this file then
    pytest.fail("collected without the real files")

"""One by one and in bulk: the same lines give the same log and the same ledger, whatever order the file has."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.identity.actor import SYSTEM
from app.integrations.imports import runs
from app.integrations.imports.lines import ReadLine
from app.integrations.imports.models import ImportKind
from app.integrations.imports.report import ErrorFile, Report
from app.integrations.imports.sales import Resolver
from app.integrations.imports.staging import stage
from app.sales.services import record_sale
from tests.imports.conftest import SAMPLE, count, ledger, per_usd_10, take, take_sample
from tests.ledger.support import clean
from tests.programs.makers import live


def one_by_one(path: Path, source: str) -> None:
    """Record a file's lines through the verb for one line, in the order that programs judge."""
    prepared = runs.prepare(ImportKind.SALES, path, source=source, currency="USD")
    report = Report.of(ImportKind.SALES, source, prepared.facts, name="", is_dry_run=False)
    resolver = Resolver(source)
    with stage(prepared.facts, prepared.mapping, report, ErrorFile(None), runs.silent) as scratch:
        for rows in scratch.chunks(500):
            lines = [ReadLine(*row) for row in rows]
            resolver.learn(lines)
            for line in lines:
                record_sale(resolver.fact(line), actor=SYSTEM)


def shuffled(path: Path, target: Path, *, lines: int, seed: int = 5) -> Path:
    """The header and the first lines of a file, in another order."""
    header, *rest = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    rest = rest[:lines]
    random.Random(seed).shuffle(rest)
    target.write_text(header + "".join(rest), encoding="utf-8")
    return target


@pytest.fixture
def twice(app: Flask, databases: Any, request: pytest.FixtureRequest) -> Callable[..., tuple[str, str]]:
    """Run two ways of recording, each over an empty database of the same kind; their ledgers."""

    def run(
        prepare: Callable[[], None], first: Callable[[], None], second: Callable[[], None]
    ) -> tuple[str, str]:
        found = []
        for way in (first, second):
            name = request.node.callspec.params["app"]
            databases.release(name)
            fresh = databases.fresh(name)
            with fresh.app_context():
                prepare()
                way()
                clean()
                found.append(ledger())
        return found[0], found[1]

    return run


def make_programs(**limits: Any) -> None:
    from tests.cast import build_cast

    cast = build_cast()
    budget = limits.pop("budget", None)
    live(cast, per_usd_10(**limits), name="Purchases", budget=budget)
    take_sample("partners", "products")


@pytest.mark.parametrize("limits", [{}, {"hold_days": 14}, {"cap_points": 800}, {"budget": 9_000}])
def test_the_sample_gives_one_ledger_either_way(
    twice: Callable[..., tuple[str, str]],
    tmp_path: Path,
    limits: dict[str, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(runs.CHUNK, ImportKind.SALES, 17)
    mixed = shuffled(SAMPLE / "sales.csv", tmp_path / "mixed.csv", lines=80)
    bulk, single = twice(
        lambda: make_programs(**limits),
        lambda: take("sales", mixed, source="erp", currency="USD") and None,
        lambda: one_by_one(mixed, "erp"),
    )
    assert bulk == single


def test_corrections_and_credits_between_new_lines_give_one_ledger_either_way(
    twice: Callable[..., tuple[str, str]], tmp_path: Path
) -> None:
    header = "Order No;Order Date;Product No;Partner No;Quantity;Amount;Original Invoice\n"
    first = header + "A1;2025-03-01;FW-100;P101;2;1280.00;\nA2;2025-03-02;SW-24;P101;1;389.00;\n"
    second = (
        header + "A0;2025-02-01;FW-100;P101;1;640.00;\nA1;2025-03-01;FW-100;P101;2;1180.00;\n"
        "C1;2025-03-05;FW-100;P101;-1;-180.00;A1\nA3;2025-03-06;CL-1;P101;9;500.00;\n"
    )
    files = []
    for name, content in (("first.csv", first), ("second.csv", second)):
        files.append(tmp_path / name)
        files[-1].write_text(content, encoding="utf-8")

    def bulk() -> None:
        for path in files:
            assert take("sales", path, source="erp", currency="USD").refused == 0

    found = twice(
        lambda: make_programs(cap_points=200),
        bulk,
        lambda: [one_by_one(path, "erp") for path in files] and None,
    )
    assert found[0] == found[1]


def test_a_line_counts_for_a_program_once_however_it_came(purchases: Any) -> None:
    take_sample("partners", "products", "sales")
    before = ledger()
    one_by_one(SAMPLE / "sales.csv", "erp")
    assert (ledger(), count("sale_lines")) == (before, 240)

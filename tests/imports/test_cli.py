"""`tangga import`: what a script and a person get from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from app.core.errors import AppError
from app.integrations.cli import import_group
from tests.imports.conftest import SAMPLE, count

Write = Callable[..., Path]
KEYS = {
    "lines",
    "imported",
    "unchanged",
    "revised",
    "refused",
    "parked",
    "lines_per_second",
    "sum",
    "oddities",
    "encoding",
}


def run(app: Flask, *arguments: Any) -> Any:
    return app.test_cli_runner().invoke(import_group, [str(each) for each in arguments])


def test_the_three_imports_answer_in_json(app: Flask, cast: Any) -> None:
    for kind in ("partners", "products"):
        result = run(app, kind, SAMPLE / f"{kind}.csv", "--source", "erp", "--json")
        assert result.exit_code == 0, result.output
        assert set(json.loads(result.stdout)) >= KEYS
    sales = ("sales", SAMPLE / "sales.csv", "--source", "erp", "--currency", "usd", "--json")
    dry = json.loads(run(app, *sales, "--dry-run").stdout)
    real = json.loads(run(app, *sales).stdout)
    again = json.loads(run(app, *sales).stdout)
    assert (dry["imported"], dry["dry_run"]) == (240, True)
    assert (real["imported"], real["sum"], real["lines_per_second"] > 0) == (240, "938205.80", True)
    assert (again["imported"], again["unchanged"], again["sum"]) == (0, 240, "938205.80")


def test_a_person_reads_figures_and_oddities(app: Flask, cast: Any) -> None:
    text = run(app, "partners", SAMPLE / "partners.csv", "--source", "erp").stdout
    assert "8 lines, UTF-8 (BOM), separated by comma" in text
    assert "2 rows say `Ware House`; they were read as warehouse." in text


def test_a_mapping_may_be_given_in_three_ways(app: Flask, cast: Any, write: Write, tmp_path: Path) -> None:
    path = write("Ref,Kunde,Wo", "1,Eins GmbH,DE", "2,Zwei GmbH,DE")
    columns = {"key": "Ref", "name": "Kunde", "country": "Wo"}
    saved = tmp_path / "mapping.json"
    saved.write_text(json.dumps({"columns": columns, "source": "sap"}), encoding="utf-8")
    for given in (saved, json.dumps(columns), "key=Ref,name=Kunde,country=Wo"):
        result = run(app, "partners", path, "--mapping", given, "--json", "--dry-run")
        assert json.loads(result.stdout)["imported"] == 2
    fixed = run(app, "partners", path, "--mapping", "key=Ref,name=Kunde,country:=MY,kind:=retailer", "--json")
    assert json.loads(fixed.stdout)["imported"] == 2
    with app.app_context():
        assert count("organisations", "kind = 'retailer' AND country = 'MY'") == 2


def test_refused_rows_are_shown_and_kept_in_a_file(
    app: Flask, cast: Any, write: Write, tmp_path: Path
) -> None:
    path = write("Partner No,Name,Country", "1,One,Atlantis", "2,Two,MY")
    errors = tmp_path / "errors.csv"
    text = run(app, "partners", path, "--errors", errors).stdout
    assert "line 2, Country: We do not know this country." in text
    assert errors.read_text(encoding="utf-8-sig").splitlines()[1].startswith("2,Country,Atlantis,")


def test_a_file_that_cannot_be_taken_ends_in_one_sentence_and_no_row(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    whole = (SAMPLE / "sales.csv").read_bytes()
    for content in (b"", b"\x00\x01\x02", b"PK\x03\x04zip", whole[:5000], b"hello\nworld\n"):
        path.write_bytes(content)
        result = run(app, "sales", path, "--currency", "USD")
        assert result.exit_code != 0
        assert isinstance(result.exception, AppError)
        assert "\n" not in str(result.exception.message)
        with app.app_context():
            assert count("import_batches") == count("sale_lines") == 0


def test_help_names_every_option(app: Flask) -> None:
    text = run(app, "sales", "--help").output
    for option in ("--dry-run", "--json", "--mapping", "--source", "--currency", "--errors", "--no-notices"):
        assert option in text

"""The sample of our own with the oddities of real files: from first import to correction, credit and repetition."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.core.db import db
from app.integrations.imports import runs
from app.integrations.imports.models import ImportKind
from app.integrations.imports.reader import FileRefused
from app.integrations.imports.report import sentences
from tests.imports.conftest import SAMPLE, count, fingerprint, ledger, take, take_sample
from tests.ledger.support import clean

Write = Callable[..., Path]


def sample_rows(name: str, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with (SAMPLE / name).open(encoding=encoding, newline="") as handle:
        return list(csv.DictReader(handle, delimiter="," if name == "partners.csv" else ";"))


def test_partners_are_known_by_number_and_odd_types_are_reported(ctx: Any) -> None:
    report = take("partners", SAMPLE / "partners.csv", source="erp").as_json()
    assert (report["lines"], report["imported"], report["refused"]) == (8, 8, 0)
    assert {"what": "type_read_as", "value": "Ware House", "read_as": "warehouse", "rows": 2} in report[
        "oddities"
    ]
    assert {"what": "shared_name", "rows": 4} in report["oddities"]
    assert "2 rows say `Ware House`; they were read as warehouse." in sentences(report)
    assert count("organisations", "kind = 'warehouse'") == 5
    assert count("organisations", "name = 'Nusantara Trading'") == 2
    assert count("organisations", "name = 'Müller Netzwerke' AND country = 'DE' AND currency = 'EUR'") == 1
    again = take("partners", SAMPLE / "partners.csv", source="erp")
    assert (again.imported, again.unchanged, again.revised) == (0, 8, 0)
    assert count("external_ids", "kind = 'organisation'") == 8


def test_products_in_windows_1252_keep_their_letters(ctx: Any) -> None:
    report = take("products", SAMPLE / "products.csv", source="erp").as_json()
    assert (report["encoding"], report["encoding_guessed"], report["imported"]) == ("Windows-1252", True, 6)
    assert any("guess" in sentence for sentence in sentences(report))
    assert count("products", "name = 'Access point “Café”'") == 1
    assert count("product_families") == 4


def test_sales_add_up_and_earn(purchases: Any) -> None:
    take_sample("partners", "products")
    (report,) = take_sample("sales")
    rows = sample_rows("sales.csv")
    total = sum(Decimal(row["Sales Amount"]) for row in rows)
    points = sum(int(Decimal(row["Sales Amount"]) // 10) for row in rows)
    assert (report.lines, report.imported, report.refused, report.parked) == (240, 240, 0, 0)
    assert report.as_json()["sum"] == report.as_json()["imported_sum"] == f"{total:.2f}" == "938205.80"
    assert {"what": "unused_empty", "column": "Salesperson", "value": "NULL", "rows": 7} in report.oddities
    assert "7 rows hold `NULL` in the column Salesperson, which is not used." in sentences(report.as_json())
    assert report.points == points > 0
    assert count("sale_lines") == count("activities") == 240
    assert int(db.session.execute(db.text("SELECT SUM(amount) FROM lots")).scalar_one()) == points
    clean()


def test_a_second_import_writes_the_batch_row_alone(purchases: Any) -> None:
    take_sample("partners", "products", "sales")
    before, rows = (
        fingerprint(),
        {name: count(name) for name in ("audit_events", "sale_lines", "mails", "jobs")},
    )
    (report,) = take_sample("sales")
    assert (report.imported, report.unchanged, report.revised) == (0, 240, 0)
    assert fingerprint() == before
    assert {name: count(name) for name in rows} == rows
    assert count("import_batches", "kind = 'sales'") == 2


def test_a_dry_run_says_the_same_and_writes_nothing(purchases: Any) -> None:
    take_sample("partners", "products")
    before = fingerprint(), count("import_batches"), count("audit_events")
    prepared = runs.prepare(ImportKind.SALES, SAMPLE / "sales.csv", source="erp", currency="USD")
    report = runs.check(prepared)
    assert (report.imported, report.as_json()["sum"], report.as_json()["dry_run"]) == (240, "938205.80", True)
    assert (fingerprint(), count("import_batches"), count("audit_events")) == before
    assert count("sale_lines") == 0


def test_lines_of_unknown_partners_and_products_wait_and_go_through_once_fixed(purchases: Any) -> None:
    (early,) = take_sample("sales")
    assert (early.imported, early.parked, early.parked_for) == (0, 240, {"partner": 240})
    assert count("import_parked_lines", "replayed_at IS NULL") == 240
    (again,) = take_sample("sales")
    assert (again.parked, count("import_parked_lines")) == (240, 240)
    (partners,) = take_sample("partners")
    assert partners.replayed == 0, "the products are still unknown"
    assert count("import_parked_lines", "reason = 'product' AND replayed_at IS NULL") == 240
    (products,) = take_sample("products")
    assert products.replayed == 240
    assert count("import_parked_lines", "replayed_at IS NULL") == 0
    late = ledger()
    (report,) = take_sample("sales")
    assert (report.unchanged, report.parked, ledger()) == (240, 0, late)
    clean()


def test_parked_lines_that_go_through_by_the_file_wait_no_longer(purchases: Any) -> None:
    take_sample("products", "sales")
    assert count("import_parked_lines", "reason = 'partner'") == 240
    from app.partners.bulk import OrganisationRow, save_organisations

    save_organisations("erp", [OrganisationRow(f"P10{n}", f"Partner {n}", "MY", "MYR") for n in range(8)])
    (report,) = take_sample("sales")
    assert (report.imported, report.parked, report.replayed) == (240, 0, 0)
    assert count("import_parked_lines", "replayed_at IS NULL") == 0


LINES = ("Order No;Order Date;Product No;Partner No;Quantity;Amount;Original Invoice",)


def test_a_correction_revises_and_a_credit_note_reverses(purchases: Any, write: Write) -> None:
    take_sample("partners", "products")
    first = (*LINES, "A1;2025-03-01;FW-100;P101;2;1280.00;", "A2;2025-03-01;SW-24;P101;1;389.00;")
    take("sales", write(*first), source="erp", currency="USD")
    assert balance() == 128 + 38
    revised = take(
        "sales", write(*first[:1], first[1].replace("1280", "1180"), first[2]), source="erp", currency="USD"
    )
    assert (revised.revised, revised.unchanged, balance()) == (1, 1, 118 + 38)
    credit = write(*LINES, "C1;2025-04-01;FW-100;P101;-1;-180.00;A1")
    report = take("sales", credit, source="erp", currency="USD")
    assert (report.imported, report.as_json()["sum"], balance()) == (1, "-180.00", 100 + 38)
    assert take("sales", credit, source="erp", currency="USD").unchanged == 1
    rest = write(*LINES, "C2;2025-04-02;FW-100;P101;-1;-1000.00;A1")
    take("sales", rest, source="erp", currency="USD")
    assert balance() == 38
    assert count("activities", "source_ref = 'A1/FW-100' AND voided_at IS NULL") == 0
    clean()


def balance() -> int:
    query = "SELECT COALESCE(SUM(balance), 0) FROM accounts WHERE owner_kind = 'organisation' AND kind = 'available'"
    return int(db.session.execute(db.text(query)).scalar_one())


def test_a_credit_note_that_comes_first_waits_for_its_line(purchases: Any, write: Write) -> None:
    take_sample("partners", "products")
    credit = write(*LINES, "C1;2025-04-01;FW-100;P101;-1;-640.00;A1")
    assert take("sales", credit, source="erp", currency="USD").parked_for == {"credited_line": 1}
    line = write(*LINES, "A1;2025-03-01;FW-100;P101;2;1280.00;")
    report = take("sales", line, source="erp", currency="USD")
    assert (report.imported, report.replayed, balance()) == (1, 1, 64)


def test_rows_with_faults_go_to_a_file_with_their_line_and_the_rest_is_recorded(
    purchases: Any, write: Write, tmp_path: Path
) -> None:
    take_sample("partners", "products")
    path = write(
        *LINES,
        "A1;2025-03-01;FW-100;P101;2;1280.00;",
        "A2;2025-13-01;FW-100;P101;2;1.234,50;",
        "A3;2025-03-01;FW-100;P101;2;12.345;",
        "A4;2025-03-01;FW-100;P101;1.5;10.00;",
        "A5;2025-03-01;;P101;1;10.00;",
        "A6;2025-03-01;FW-100;P101;1;=1+1;",
        "A7;2025-03-01;FW-100;P101;1;-10.00;",
        "A8;2999-03-01;FW-100;P101;1;10.00;",
        "A9;2025-03-01;FW-100;P101;1",
        "A1;2025-03-01;FW-100;P101;2;1280.00;",
        "A1;2025-03-01;FW-100;P101;3;1280.00;",
    )
    errors = tmp_path / "errors.csv"
    report = take("sales", path, source="erp", currency="USD", errors=errors)
    assert (report.lines, report.imported, report.unchanged, report.refused) == (11, 1, 1, 9)
    with errors.open(encoding="utf-8-sig", newline="") as handle:
        found = list(csv.DictReader(handle))
    assert [(row["line"], row["column"]) for row in found] == [
        ("3", "Order Date"), ("3", "Amount"), ("4", "Amount"), ("5", "Quantity"), ("6", "Product No"),
        ("7", "Amount"), ("8", "Amount"), ("9", "Order Date"), ("10", ""), ("12", "Order No"),
    ]  # fmt: skip
    assert found[5]["value"] == "'=1+1"
    assert "Line 2 has the same number with other values." in found[-1]["sentence"]
    assert all(row["sentence"].endswith(".") for row in found)


@pytest.mark.parametrize(
    ("kind", "name", "sentence"),
    [
        ("sales", "partners.csv", "This looks like a file of partners."),
        ("sales", "products.csv", "This looks like a file of products."),
        ("partners", "sales.csv", "This looks like a file of sales."),
        ("products", "partners.csv", "This looks like a file of partners."),
    ],
)
def test_a_file_of_another_kind_is_refused_and_leaves_no_row(
    ctx: Any, kind: str, name: str, sentence: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        take(kind, SAMPLE / name, source="erp", **({"currency": "USD"} if kind == "sales" else {}))
    assert str(refused.value.message) == sentence
    assert count("import_batches") == 0


def test_amounts_without_a_currency_are_refused(ctx: Any) -> None:
    with pytest.raises(FileRefused, match="no currency"):
        take("sales", SAMPLE / "sales.csv", source="erp")
    with pytest.raises(FileRefused, match="not a currency code"):
        take("sales", SAMPLE / "sales.csv", source="erp", currency="XQZ")

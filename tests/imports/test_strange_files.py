"""Whatever the file holds: it is refused in one sentence, or every line is accounted for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.integrations.imports import reader, runs
from app.integrations.imports.models import ImportKind
from app.integrations.imports.reader import FileRefused
from tests.cast import sign_in
from tests.e2e.test_bad_input import STRANGE
from tests.imports.conftest import count, take_sample
from tests.imports.test_pages import form_of, upload_sample

HEADER = "Order No;Order Date;Product No;Partner No;Quantity;Amount;Original Invoice"
VALUES = st.one_of(
    st.sampled_from([
        "SO1", "2025-03-01", "FW-100", "P101", "1", "10.00", "", "NULL", "-1", "-5.00", "9" * 20, "1e9", "NaN", "0", "0.00",
        "2025-02-30", "0001-01-01", "=1+1", "x" * 300, "1,234.50", "Ünïcödé", "数字", '"quoted"', "a\rb", "/", "%2F",
    ]),
    st.text(max_size=12),
)  # fmt: skip


def check(path: Path) -> None:
    """A dry run and a real run of the file: a sentence, or figures that add up."""
    try:
        prepared = runs.prepare(ImportKind.SALES, path, source="erp", currency="USD")
    except FileRefused as refused:
        assert "\n" not in str(refused.message) and str(refused.message)
        return
    for report in (runs.check(prepared), runs.run(prepared, actor=None)):
        parts = report.imported + report.unchanged + report.revised + report.refused + report.parked
        assert report.lines == parts == prepared.facts.line_count


@settings(max_examples=200)
@given(
    content=st.one_of(
        st.binary(max_size=400), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
    )
)
@example(content=b"\r\n" * 30)
@example(content=b'"' * 31)
@example(content=b"a;b\r1;2\r")
@example(content="a,b\n1,2\n".encode("utf-16")[:-1])
@example(content=b"\xff\xfe")
@example(content=b"sep=;")
def test_any_bytes_are_a_file_or_a_sentence(ctx: Flask, tmp_path_factory: Any, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "strange.csv"
    path.write_bytes(content)
    try:
        facts = reader.inspect(path)
    except FileRefused as refused:
        assert "\n" not in str(refused.message)
        return
    assert len(list(reader.records(facts))) == facts.line_count > 0


@settings(max_examples=60)
@given(rows=st.lists(st.lists(VALUES, min_size=5, max_size=8), min_size=1, max_size=6))
def test_any_rows_are_accounted_for(purchases: Any, tmp_path_factory: Any, rows: list[list[str]]) -> None:
    if not count("products", "sku = 'FW-100'"):
        take_sample("partners", "products")
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    lines = [";".join(value.replace(";", "").replace("\n", " ") for value in row) for row in rows]
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8", errors="replace", newline="")
    check(path)


def test_strange_mappings_are_refused_and_kept(app: Flask, cast: Any) -> None:
    """Two hundred forms with something strange in them: only known answers, and the batch stays open."""
    client = sign_in(app.test_client(), cast.finance)
    address = upload_sample(client, "sales")
    form = form_of(client.get(address).get_data(as_text=True))
    strange = st.one_of(
        st.sampled_from([value for value in STRANGE if "\x00" not in value]), st.text(max_size=60)
    )
    changes = st.dictionaries(st.sampled_from([*form, "action"]), strange, min_size=1, max_size=4)
    seen = set()

    @settings(max_examples=200)
    @given(change=changes)
    def send(change: dict[str, str]) -> None:
        answer = client.post(address, data={**form, "currency": "USD", "action": "save", **change})
        seen.add(answer.status_code)
        assert answer.status_code in {303, 404, 422}
        if answer.status_code == 422 and change.get("source", "").isalnum() and change["source"].isascii():
            assert change["source"] in answer.get_data(as_text=True)

    send()
    assert 422 in seen

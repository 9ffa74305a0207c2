"""Imports on screen: upload, preview, dry run, import in the background, report, parked lines."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import jobs
from app.core.storage import upload_folder
from app.integrations.imports import parked
from tests.cast import Cast, sign_in
from tests.imports.conftest import SAMPLE, count, fingerprint, take_sample


def upload(
    client: FlaskClient, kind: str, content: bytes, name: str = "file.csv", source: str = "erp"
) -> Any:
    data = {"kind": kind, "source": source, "file": (io.BytesIO(content), name)}
    return client.post("/admin/imports", data=data, content_type="multipart/form-data")


def upload_sample(client: FlaskClient, kind: str) -> str:
    answer = upload(client, kind, (SAMPLE / f"{kind}.csv").read_bytes(), f"{kind}.csv")
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def form_of(page: str) -> dict[str, str]:
    """What the mapping form would send: the chosen option of every select and every text."""
    found: dict[str, str] = {}
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(
            r'<option[^>]*selected[^>]*value="([^"]*)"|<option[^>]*value="([^"]*)"[^>]*selected', body
        )
        found[name] = (chosen.group(1) or chosen.group(2) or "") if chosen else ""
    for name in ("source", "currency"):
        value = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
        if value:
            found[name] = value.group(1)
    return found


def act(client: FlaskClient, address: str, action: str, **changes: str) -> Any:
    page = client.get(address).get_data(as_text=True)
    return client.post(address, data={**form_of(page), "action": action, **changes})


def kept_files(app: Flask) -> set[str]:
    with app.app_context():
        return {path.name for path in upload_folder().iterdir()}


def work(app: Flask) -> None:
    with app.app_context():
        jobs.run_due()


def test_a_file_is_looked_at_checked_and_imported(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.finance)
    for kind in ("partners", "products"):
        address = upload_sample(client, kind)
        assert act(client, address, "run").status_code == 303
        work(app)
        assert "What was done" in client.get(address).get_data(as_text=True)
    address = upload_sample(client, "sales")
    page = client.get(address).get_data(as_text=True)
    assert "UTF-8 (BOM)" in page and "semicolon" in page and "SO5001" in page
    assert form_of(page)["column_document"] == "Order No"
    assert form_of(page)["column_amount"] == "Sales Amount"
    assert act(client, address, "check", currency="usd").status_code == 303
    assert "Waiting for its turn" in client.get(address).get_data(as_text=True)
    work(app)
    page = client.get(address).get_data(as_text=True)
    assert "What an import would do" in page and "938,205.80" in page
    with app.app_context():
        assert count("sale_lines") == 0
    assert act(client, address, "run").status_code == 303
    work(app)
    page = client.get(address).get_data(as_text=True)
    assert "What was done" in page
    assert "7 rows hold `NULL` in the column Salesperson, which is not used." in page
    with app.app_context():
        assert count("sale_lines") == 240
    history = client.get("/admin/imports").get_data(as_text=True)
    assert "240 new of 240" in history
    assert client.post(address, data={"action": "run"}).status_code in (409, 422), (
        "a finished import is finished"
    )
    assert "2025" in client.get("/admin/sales").get_data(as_text=True)


def test_the_progress_is_a_fragment_that_ends_in_the_report(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    sign_in(client, cast.finance)
    address = upload_sample(client, "partners")
    act(client, address, "run")
    asked = {"HX-Request": "true", "HX-Target": "progress"}
    fragment = client.get(address, headers=asked).get_data(as_text=True)
    assert "<progress" in fragment and "<html" not in fragment
    work(app)
    assert client.get(address, headers=asked).headers["HX-Redirect"] == address


def test_the_mapping_of_a_source_is_kept_for_its_next_file(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    sign_in(client, cast.finance)
    content = b"Ref;Kunde;Wo\n1;Eins;DE\n"
    address = upload(client, "partners", content).headers["Location"]
    refused = act(client, address, "run")
    assert refused.status_code == 422
    assert "no column was found for" in refused.get_data(as_text=True)
    chosen = {"column_key": "Ref", "column_name": "Kunde", "column_country": "Wo"}
    assert act(client, address, "save", **chosen).status_code == 303
    again = upload(client, "partners", content + b"2;Zwei;DE\n").headers["Location"]
    assert form_of(client.get(again).get_data(as_text=True)) | chosen == form_of(
        client.get(again).get_data(as_text=True)
    )
    assert act(client, again, "run").status_code == 303
    work(app)
    with app.app_context():
        assert count("external_ids", "source = 'erp'") == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01binary",
        b"PK\x03\x04zip",
        b"a,b\n",
        b'Order No;x\n1;"half',
        (SAMPLE / "partners.csv").read_bytes(),
    ],
)
def test_a_file_that_cannot_be_taken_is_one_sentence_and_no_row(
    app: Flask, client: FlaskClient, cast: Cast, content: bytes
) -> None:
    sign_in(client, cast.finance)
    before = kept_files(app)
    answer = upload(client, "sales", content)
    assert answer.status_code == 422
    assert "errsummary" in answer.get_data(as_text=True)
    with app.app_context():
        assert count("import_batches") == 0
    assert kept_files(app) == before


def test_no_file_and_too_large_a_file_are_refused(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.finance)
    assert client.post("/admin/imports", data={"kind": "sales"}).status_code == 422
    huge = b"a,b\n" + b"1,2\n" * (10 * 1024 * 1024 // 4 + 10)
    answer = upload(client, "sales", huge)
    assert answer.status_code == 422
    assert "larger than 10 MB" in answer.get_data(as_text=True)
    assert upload(client, "sales", huge + huge).status_code == 413


def test_refused_rows_can_be_fetched(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.finance)
    address = upload(client, "partners", b"Partner No,Name,Country\n1,One,Atlantis\n2,Two,MY\n").headers[
        "Location"
    ]
    act(client, address, "check")
    work(app)
    page = client.get(address).get_data(as_text=True)
    assert "Atlantis" in page
    file = client.get(f"{address}/errors.csv")
    assert "attachment" in file.headers["Content-Disposition"]
    assert "2,Country,Atlantis,We do not know this country." in file.get_data(as_text=True)


def test_a_formula_in_a_column_name_is_no_formula_in_the_file_of_refused_rows(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    sign_in(client, cast.finance)
    content = b"Partner No,Name,=1+country\n1,One,@Atlantis\n2,Two,MY\n"
    address = upload(client, "partners", content).headers["Location"]
    act(client, address, "check", column_country="=1+country")
    work(app)
    text = client.get(f"{address}/errors.csv").get_data(as_text=True)
    assert "2,'=1+country,'@Atlantis,We do not know this country." in text


def test_waiting_lines_are_said_and_can_be_tried_again(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        take_sample("products", "sales")
    sign_in(client, cast.finance)
    page = client.get("/admin/imports").get_data(as_text=True)
    assert "240 lines of erp name partners that are not known here, such as P100." in page
    with app.app_context():
        from app.partners.bulk import OrganisationRow, save_organisations

        save_organisations("erp", [OrganisationRow(f"P10{n}", f"Partner {n}", "MY", "MYR") for n in range(8)])
    assert client.post("/admin/imports/parked").status_code == 303
    work(app)
    with app.app_context():
        assert (parked.count_waiting(), count("sale_lines")) == (0, 240)
    assert "240 lines went through" in client.get("/admin/imports").get_data(as_text=True)


def test_a_file_imported_before_is_said_to_be(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.finance)
    address = upload_sample(client, "partners")
    act(client, address, "run")
    work(app)
    with app.app_context():
        before = fingerprint()
    again = upload_sample(client, "partners")
    assert "This very file was imported before." in client.get(again).get_data(as_text=True)
    act(client, again, "run")
    work(app)
    with app.app_context():
        assert fingerprint() == before


def test_an_auditor_reads_and_runs_nothing(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.auditor)
    page = client.get("/admin/imports")
    assert page.status_code == 200
    assert "Import a file" not in page.get_data(as_text=True)
    assert upload(client, "partners", b"a,b\n1,2\n").status_code == 403

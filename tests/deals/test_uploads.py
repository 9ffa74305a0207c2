"""Uploads of a deal: names that try to break headers, and files that find no row."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.storage import upload_folder
from app.deals.services import talking
from tests.cast import Cast, sign_in
from tests.deals.support import sent

PNG = b"\x89PNG\r\n\x1a\n<svg onload=alert(1)>"


def _deal(app: Flask, cast: Cast) -> str:
    with app.app_context():
        return sent(cast).public_id


def test_a_name_with_hidden_characters_can_be_kept_and_fetched(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    deal = _deal(app, cast)
    sign_in(client, cast.aisyah)
    body = (
        b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''a%00b%0Ac.png\r\n"
        b"Content-Type: text/html\r\n\r\n" + PNG + b"\r\n--x--\r\n"
    )
    answer = client.post(f"/deals/{deal}/files", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 303
    page = client.get(f"/deals/{deal}").get_data(as_text=True)
    address = page.split(f'href="/deals/{deal}/files/')[1].split('"')[0]
    file = client.get(f"/deals/{deal}/files/{address}")
    assert (file.status_code, file.mimetype) == (200, "application/octet-stream")
    assert file.headers["Content-Disposition"] == "attachment; filename=abc.png"


def test_a_file_that_a_deal_does_not_take_is_thrown_away(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = _deal(app, cast)
    sign_in(client, cast.aisyah)
    monkeypatch.setattr(talking, "FILES_MAX", 0)
    with app.app_context():
        before = len(list(upload_folder().iterdir()))
    answer = client.post(f"/deals/{deal}/files", data={"file": (BytesIO(PNG), "a.png")})
    assert answer.status_code == 422
    with app.app_context():
        assert len(list(upload_folder().iterdir())) == before

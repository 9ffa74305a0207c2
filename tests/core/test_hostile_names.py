"""Names that no file system, header or spreadsheet should meet as they were given."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.core.csvs import neutral
from app.core.settings import DEVELOPMENT_SECRET, SettingsError, load_settings
from app.core.storage import clean_name


@pytest.mark.parametrize("name", ["%00", "js/%00.js", "a" * 300, "a" * 300 + "/b.css", "a/" * 900])
def test_a_static_name_that_no_file_system_takes_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get("/static/" + name).status_code == 404


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\x00b.png", "ab.png"),
        ("a\r\nX-Evil: 1.png", "aX-Evil: 1.png"),
        ("invoice\u202egnp.exe.png", "invoicegnp.exe.png"),
        ("..\\..\\etc/x.png", "x.png"),
        ("\u2066", ""),
    ],
)
def test_a_file_name_keeps_only_what_people_see(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize("text", ["=1+1", "\uff1d1+1", "\uff20SUM(1)", " +cmd", "\uff0d1", "@x"])
def test_a_formula_gets_an_apostrophe_also_in_wide_letters(text: str) -> None:
    assert neutral(text) == "'" + text


def test_production_refuses_the_secret_that_stands_in_the_source() -> None:
    given = {"TANGGA_ENV": "production", "EXTERNAL_URL": "https://p.example.com"}
    with pytest.raises(SettingsError, match="everybody knows"):
        load_settings({**given, "SECRET_KEY": DEVELOPMENT_SECRET}, dotenv=None)
    assert load_settings({**given, "SECRET_KEY": "r" * 40}, dotenv=None).is_production

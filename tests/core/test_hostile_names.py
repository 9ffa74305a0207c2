"""Names, numbers and settings that would do harm if they were taken as they were given."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from app.core import doctor
from app.core.csvs import neutral
from app.core.db import execute_sql
from app.core.money import InvalidNumber, parse_amount, parse_int
from app.core.settings import DEVELOPMENT_SECRET, SettingsError, load_settings
from app.core.storage import clean_name
from app.ledger.services.sql import Sql, Wire


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


@pytest.mark.parametrize("env", ["production", "test"])
def test_an_error_of_the_database_names_values_only_where_developers_read_it(
    make_app: Callable[..., Flask], env: str
) -> None:
    app = make_app(env=env, external_url="https://portal.example.com", secret_key="s" * 40)
    with app.app_context():
        for run in (execute_sql, lambda text, values: Wire().run(Sql(text), values)):
            with pytest.raises(DBAPIError) as caught:
                run("INSERT INTO no_such_table VALUES (:value)", {"value": "token-of-somebody"})
            assert ("token-of-somebody" in str(caught.value)) is (env == "test")


def test_a_number_without_end_is_no_number() -> None:
    for text in ("1" + ",111" * 2000, "1" * 5000):
        with pytest.raises(InvalidNumber):
            parse_int(text, "en")
        with pytest.raises(InvalidNumber):
            parse_amount(text, "MYR", "en")


def test_production_does_not_start_with_debug_on(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(SettingsError, match="FLASK_DEBUG"):
        make_app(env="production", external_url="https://portal.example.com", secret_key="s" * 40)
    assert make_app(env="development").debug


@pytest.mark.parametrize(
    ("given", "good"),
    [
        ({}, True),
        ({"host": "0.0.0.0"}, False),
        ({"external_url": "https://portal.example.com"}, False),
        ({"env": "production", "external_url": "https://portal.example.com"}, True),
    ],
)
def test_doctor_says_when_a_development_portal_can_be_reached(
    make_app: Callable[..., Flask], given: dict[str, str], good: bool
) -> None:
    with make_app(**{"env": "development", "secret_key": "s" * 40, **given}).app_context():
        assert {one.name: one.good for one in doctor.examine()}["exposure"] is good

"""Every field of every form under Hypothesis: bad input is refused with a status of its own, and what was typed stays.

The demo's partner company and the vendor's people send each of their forms many times: with one field made strange, and
with several at once.
"""

import io
import os
import re
import secrets
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from markupsafe import escape
from sqlalchemy import text

from app.core.db import db, transaction
from app.core.limits import RateCounter
from tests.cast import let_post, sign_in
from tests.e2e.crawl import Field, Form, Found, Visitor, may_send, visitors
from tests.support.databases import Databases

ANSWERS = {303, 403, 404, 409, 413, 422, 429}
SHOWN = {200}  # what writes nothing shows the page again: a preview, or the button that only works out a cost
SHOWS = (".preview", "codes_admin.issue")
SOAK = bool(os.environ.get("TANGGA_SOAK"))
EXAMPLES = {"sqlite": 40, "postgresql": 25}  # a form, several fields strange at once
# Drawn for a field, the rest in order, after every value of STRANGE (of STRICT on PostgreSQL) was sent to it.
A_FIELD = {"sqlite": 160 if SOAK else 6, "postgresql": 160 if SOAK else 4}
FEW = 10  # of a form that is a button: there is nothing to type into it
PARTS = 4
FREE = ("text", "textarea", "email", "search", "tel", "url", "number", "date")
PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ]{2,40}[A-Za-z0-9]")

STRANGE = [
    "", " ", "0", "-1", "1", "007", "1e9", "9" * 15, "9" * 30, "1.5", "1,5", "48.000", "48,000.005", "NaN", "Infinity",
    "=1+1", "@SUM(A1)", "' OR 1=1 --", "<script>alert(1)</script>", "../../etc/passwd", "\x00", "a\x00b", "\ud7ff",
    "\u202e\u200fabc", "Ünïcödé", "数字公司", "شركة", "x" * 301, "y" * 5000, "2026-02-30", "2026-02-28", "0000-00-00",
    "9999-12-31", "10000-01-01", "31/12/2026", "a@b", "a@b.example.com", "ALL@CAPS.EXAMPLE.COM", "on", "true", "None",
    "%s%n", "{{7*7}}", "%(name)s", "\r\n.\r\n", "line\nline", "plain words", "A quite plain sentence 42",
]  # fmt: skip
# What PostgreSQL reads otherwise than SQLite: zeros, sizes, dates and numbers that its types do not hold.
STRICT = [
    "",
    "-1",
    "9" * 15,
    "9" * 30,
    "NaN",
    "Infinity",
    "\x00",
    "\ud7ff",
    "y" * 5000,
    "0000-00-00",
    "10000-01-01",
]


def strange(field: Field) -> st.SearchStrategy[str]:
    """Anything that a person, a script or a broken phone might send for a field."""
    ways = [
        st.sampled_from(STRANGE),
        st.text(max_size=80),
        st.integers(-(10**20), 10**20).map(str),
        st.from_regex(PLAIN, fullmatch=True),
        st.dates().map(str),
    ]
    if field.options:
        ways.append(st.sampled_from(field.options))
    if field.value:
        ways.append(st.just(field.value))
    return st.one_of(ways)


def examples_for(form: Form) -> st.SearchStrategy[dict[str, Any]]:
    """Some fields strange, some left out, the rest as the page has them."""
    fields = [
        one for one in form.fields if one.name not in ("csrf_token", "idempotency_key") and one.kind != "file"
    ]
    names = sorted({one.name for one in fields})
    by_name = {one.name: one for one in fields}
    if not names:
        return st.just({})
    changed = st.dictionaries(
        st.sampled_from(names), st.booleans(), min_size=1, max_size=min(len(names), 4)
    ).flatmap(lambda chosen: st.fixed_dictionaries({name: strange(by_name[name]) for name in chosen}))
    return st.tuples(changed, st.sets(st.sampled_from(names), max_size=2)).map(
        lambda pair: {**dict.fromkeys(pair[1]), **pair[0]}
    )


def examples_of(field: Field) -> st.SearchStrategy[dict[str, Any]]:
    """This field strange, the rest as the page has them."""
    return strange(field).map(lambda value: {field.name: value})


def sent(form: Form, change: dict[str, Any], blob: bytes) -> dict[str, Any]:
    data: dict[str, Any] = {name: value for name, value in form.data.items() if name != "csrf_token"}
    for name, value in change.items():
        if value is None:
            data.pop(name, None)
        else:
            data[name] = value
    if "idempotency_key" in form.data:
        data["idempotency_key"] = secrets.token_hex(12)
    for one in form.fields:
        if one.kind == "file":
            data[one.name] = (io.BytesIO(blob), "upload.csv")
    return data


def kept(form: Form, change: dict[str, Any], page: str) -> list[str]:
    """Plain words that were typed into a free field and are gone from the page that refuses them.

    A zero character, which nobody can type, is refused before the form is read.
    """
    if any("\x00" in value for value in change.values() if value):
        return []
    kinds = {one.name: one.kind for one in form.fields}
    return [
        f"{name}={value!r}"
        for name, value in change.items()
        if value and kinds[name] in FREE and PLAIN.fullmatch(value) and str(escape(value)) not in page
    ]


def forget_limits(app: Flask) -> None:
    """Rate limits have tests of their own; here they would answer in place of the form."""
    with app.app_context(), transaction():
        db.session.execute(text(f"DELETE FROM {RateCounter.__tablename__}"))


def attack(
    app: Flask,
    form: Form,
    enter: Callable[[], FlaskClient],
    examples: int,
    field: Field | None = None,
    first: Sequence[str] = (),
) -> list[str]:
    """Send the form `examples` times; the first wrong answer of each kind is told.

    With `field`, only that is strange, and each value of `first` is sent before any is drawn.
    """
    client = enter()
    wrong: dict[str, str] = {}

    def send(change: dict[str, Any], blob: bytes) -> None:
        nonlocal client
        answer = client.post(form.action, data=sent(form, change, blob))
        if answer.status_code == 429:
            forget_limits(app)
            answer = client.post(form.action, data=sent(form, change, blob))
        if answer.status_code not in (ANSWERS | SHOWN if form.endpoint.endswith(SHOWS) else ANSWERS):
            wrong.setdefault(str(answer.status_code), f"{answer.status_code} for {change!r}"[:400])
        elif answer.status_code == 422 and (gone := kept(form, change, answer.get_data(as_text=True))):
            wrong.setdefault("gone", f"typed text is gone: {gone}")
        elif answer.status_code == 303 and "/sign-in" in answer.headers.get("Location", ""):
            client = enter()

    for value in first if field else ():
        send({field.name: value}, b"a,b\n1,2\n")  # type: ignore[union-attr]
    # Told as it was found: making a failing example smaller takes minutes and says no more.
    drawn = settings(max_examples=examples if form.typed else FEW, phases=(Phase.explicit, Phase.generate))
    drawn(
        given(change=examples_of(field) if field else examples_for(form), blob=st.binary(max_size=300))(send)
    )()
    return [f"{form.role or 'stranger'} {form.action} on {form.page}: {line}" for line in wrong.values()]


def entrance(app: Flask, people: dict[str, Visitor], role: str) -> Callable[[], FlaskClient]:
    def enter() -> FlaskClient:
        client = app.test_client()
        if role:
            return sign_in(client, people[role])
        let_post(client)
        return client

    return enter


def one_each(app: Flask, found: Found) -> list[Form]:
    """Each form once: by where it is sent and what it carries, from somebody who may send it."""
    kept_forms: dict[tuple[str, tuple[str, ...]], Form] = {}
    for form in found.forms:
        if not form.role.startswith("rival") and may_send(app, form):
            kept_forms.setdefault((form.endpoint, tuple(sorted({one.name for one in form.fields}))), form)
    return list(kept_forms.values())


@pytest.mark.parametrize("part", range(PARTS))
def test_strange_input_is_refused_in_a_named_way(
    demo: Flask, found: Found, dialect: str, part: int, databases: Databases
) -> None:
    problems: list[str] = []
    people = visitors(demo)
    for form in one_each(demo, found):
        if zlib.crc32(form.endpoint.encode()) % PARTS == part:
            databases.release(dialect)
            app = databases.fresh(dialect, "demo")
            problems += attack(app, form, entrance(app, people, form.role), EXAMPLES[dialect])
    assert not problems, f"{len(problems)} problems\n" + "\n".join(problems)


@pytest.mark.parametrize("part", range(PARTS))
def test_each_field_alone_is_refused_in_a_named_way(
    demo: Flask, found: Found, dialect: str, part: int, databases: Databases
) -> None:
    """Every strange value there is for every kind of field that is typed into, and some drawn; more in `make soak`.

    Cells of one table are read by one rule: on SQLite the first gets everything and the others the strict ones, on
    PostgreSQL, where a fresh copy of the demo takes longest, the first alone is sent.
    """
    problems: list[str] = []
    alike: set[tuple[str, str]] = set()
    people = visitors(demo)
    for form in one_each(demo, found):
        if zlib.crc32(form.endpoint.encode()) % PARTS != part:
            continue
        for field in {one.name: one for one in form.fields if one.kind in FREE}.values():
            kind = (form.endpoint, re.sub(r"\d+", "#", field.name))
            is_new = kind not in alike
            alike.add(kind)
            if dialect == "postgresql" and not (SOAK or is_new):
                continue
            whole = SOAK or (dialect == "sqlite" and is_new)
            databases.release(dialect)
            app = databases.fresh(dialect, "demo")
            drawn, values = (A_FIELD["sqlite"], STRANGE) if whole else (A_FIELD["postgresql"], STRICT)
            problems += attack(app, form, entrance(app, people, form.role), drawn, field, values)
    assert not problems, f"{len(problems)} problems\n" + "\n".join(problems)


def test_there_are_forms_to_attack(demo: Flask, found: Found) -> None:
    assert len(one_each(demo, found)) > 40

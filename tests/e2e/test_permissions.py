"""Every route x every role x own, foreign and missing object. A stranger is asked to sign in."""

import re
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app.identity.guard import OPEN_ENDPOINTS, needed_by
from app.identity.permissions import PERMISSIONS, answer_for
from app.partners.models import PARTNER_ROLES, Role
from tests.cast import let_post, sign_in
from tests.e2e.crawl import Found, Visitor, may_send, rivals, visitors

ROOT = Path(__file__).resolve().parent.parent.parent
MISSING = {"int": "999999999", "default": "zzzzzzzzzzzzzz"}
# Routes whose object belongs to nobody in particular: everyone who may open the page may open each of them.
NOT_OBJECTS = ("/sign-in/", "/static/", "/files/brand/")
SHARED = (
    "/programs/", "/rewards/", "/join/", "/leaderboards/", "/training/", "/recognition/", "/certificates/",
    *NOT_OBJECTS,
)  # fmt: skip
REFUSALS = (400, 401, 405, 415)


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if rule.endpoint not in OPEN_ENDPOINTS:
                yield rule, method


def prefix(rule: Rule) -> str:
    """What stands before the first argument: `/deals/`."""
    return rule.rule.split("<", 1)[0]


def values_of(app: Flask, found: Found, roles: set[str]) -> dict[str, list[str]]:
    """Prefix -> first arguments that these roles came across by links and forms."""
    known: dict[str, list[str]] = {}
    paths = [page.path for page in found.pages if page.role in roles and page.status == 200]
    paths += [form.action for form in found.forms if form.role in roles]
    prefixes = {prefix(rule) for rule, _method in rules(app) if "<" in rule.rule}
    words = {rule.rule for rule, _method in rules(app)}  # /admin/training/certifications is a page, no course
    for path in paths:
        plain = path.split("?", 1)[0]
        for start in prefixes:
            if plain.startswith(start) and len(plain) > len(start):
                value = plain[len(start) :].split("/", 1)[0]
                if any(rule == start + value or rule.startswith(f"{start}{value}/") for rule in words):
                    continue
                if value not in known.setdefault(start, []):
                    known[start].append(value)
    return known


def address(rule: Rule, first: str | None) -> str:
    """A path for the rule: the first argument as given, the others missing."""
    number = iter(range(10))

    def fill(match: re.Match[str]) -> str:
        if next(number) == 0 and first is not None:
            return first
        return MISSING["int" if match[0].startswith("<int") else "default"]

    return re.sub(r"<[^>]+>", fill, rule.rule)


def ask(client: FlaskClient, method: str, path: str) -> int:
    if method == "GET":
        return client.get(path).status_code
    return client.open(path, method=method, data={"idempotency_key": "permission-walk-key"}).status_code


def clients(app: Flask, people: dict[str, Visitor]) -> dict[str, FlaskClient]:
    return {role: sign_in(app.test_client(), visitor) for role, visitor in people.items()}


def test_every_role_is_in_the_demo(demo: Flask) -> None:
    assert set(visitors(demo)) == {role.value for role in Role}


def test_a_stranger_is_asked_to_sign_in_everywhere(demo: Flask) -> None:
    wrong = []
    client = demo.test_client()
    let_post(client)
    for rule, method in rules(demo):
        if needed_by(demo, rule.endpoint) != ():
            answer = client.open(address(rule, None), method=method)
            if answer.status_code != 303 or not answer.location.startswith("/sign-in"):
                wrong.append(f"{method} {rule.rule}: {answer.status_code} {answer.location}")
    assert not wrong, "\n".join(wrong)


def test_a_role_without_the_permission_is_refused_everywhere(demo: Flask, found: Found) -> None:
    wrong, asked = [], clients(demo, visitors(demo))
    values = values_of(demo, found, set(asked))
    for rule, method in rules(demo):
        needed = needed_by(demo, rule.endpoint) or ()
        for role, client in asked.items():
            expected = answer_for(Role(role), needed) if needed else 200
            for first in [None, *values.get(prefix(rule), [])[:1]] if expected != 200 else []:
                status = ask(client, method, address(rule, first))
                if status != expected:
                    wrong.append(f"{role} {method} {address(rule, first)}: {status}, expected {expected}")
    assert not wrong, "\n".join(wrong)


def test_what_does_not_exist_is_404_for_everybody_who_may_look(demo: Flask) -> None:
    wrong, asked = [], clients(demo, visitors(demo))
    for rule, method in rules(demo):
        needed = needed_by(demo, rule.endpoint) or ()
        if "<" not in rule.rule or rule.rule.startswith(NOT_OBJECTS):
            continue
        for role, client in asked.items():
            if needed and answer_for(Role(role), needed) == 200:
                status = ask(client, method, address(rule, None))
                if status != 404:
                    wrong.append(f"{role} {method} {address(rule, None)}: {status}")
    assert not wrong, "\n".join(wrong)


def test_a_foreign_object_is_404_for_partners(demo: Flask, found: Found) -> None:
    """What the rival reaches and this company does not: neither its member nor its admin may see or touch it."""
    wrong, tried = [], 0
    people = {role.value: visitors(demo)[role.value] for role in PARTNER_ROLES}
    asked = clients(demo, people)
    mine, theirs = values_of(demo, found, set(people)), values_of(demo, found, set(rivals(demo)))
    for rule, method in rules(demo):
        needed = needed_by(demo, rule.endpoint) or ()
        start = prefix(rule)
        if "<" not in rule.rule or start.startswith(SHARED) or not needed:
            continue
        foreign = [value for value in theirs.get(start, []) if value not in mine.get(start, [])]
        for role, client in asked.items():
            if not PERMISSIONS[Role(role)].intersection(needed):
                continue
            for value in foreign[:2]:
                tried += 1
                status = ask(client, method, address(rule, value))
                if status != 404:
                    wrong.append(f"{role} {method} {address(rule, value)}: {status}")
    assert not wrong, "\n".join(wrong)
    assert tried > 0


def test_the_own_object_answers_whoever_may(demo: Flask, found: Found) -> None:
    """A GET of what was reached by links is 200 or a redirect; an empty POST is refused in a named way or goes through."""
    wrong = []
    for page in found.pages:
        if page.status not in (200, 303, 304):
            wrong.append(f"{page.role} GET {page.path}: {page.status}")
    people = visitors(demo)
    for form in found.forms:
        if form.role not in people or "sign_out" in form.endpoint:
            continue
        client = sign_in(demo.test_client(), people[form.role])
        status = ask(client, "POST", form.action)
        shows = form.endpoint.endswith(".preview")  # it writes nothing
        if status >= 500 or status in REFUSALS or (200 <= status < 300 and not shows):
            wrong.append(f"{form.role} POST {form.action}: {status}")
    assert not wrong, "\n".join(wrong)


def test_nobody_is_shown_a_form_that_they_may_not_send(demo: Flask, found: Found) -> None:
    dead = [f"{form.role} {form.page}: {form.action}" for form in found.forms if not may_send(demo, form)]
    assert not dead, "\n".join(dead)


def test_every_permission_is_asked_for_somewhere() -> None:
    """What nothing asks for is a promise without a page; those that wait for theirs are listed here."""
    early = {"settings.view", "audit.view"}
    table = ROOT / "app" / "identity" / "permissions.py"
    code = "".join(
        path.read_text()
        for path in (ROOT / "app").rglob("*.*")
        if path.suffix in (".py", ".html") and path != table
    )
    granted = set().union(*PERMISSIONS.values())
    assert {name for name in granted - early if f'"{name}"' not in code and f"'{name}'" not in code} == set()

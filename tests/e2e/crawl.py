"""What a person of each role can reach: every page by its links, every form with its fields.

Nothing is listed by hand: a page that is linked from somewhere is walked, fuzzed and measured from its first day.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.core.db import db
from app.identity.guard import needed_by
from app.identity.permissions import answer_for
from app.partners.models import Role
from tests.cast import sign_in

ROLES = tuple(role.value for role in Role)
START = ("/sign-in", "/sign-in/code", "/offline", "/no-such-page", "/dev/outbox")
SIGNED_IN = ("/", "/sign-out", "/no-such-page")
PER_ENDPOINT = 2
LIMIT = 5000  # known addresses; a crawl that meets it fails


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    value: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """A form that writes: where it is sent, what it carries, and the page that shows it."""

    role: str
    page: str
    action: str
    endpoint: str
    fields: tuple[Field, ...]
    has_file: bool = False

    @property
    def typed(self) -> bool:
        """Whether there is anything to fill in."""
        return any(
            one.name not in ("csrf_token", "idempotency_key") and one.kind != "fixed" for one in self.fields
        )

    @property
    def data(self) -> dict[str, str]:
        return {one.name: one.value for one in self.fields if one.kind not in ("file", "unchecked")}


@dataclass(frozen=True)
class Seen:
    """A page: who, where, which view, and its size."""

    role: str
    path: str
    endpoint: str
    status: int
    kind: str


@dataclass
class Found:
    pages: list[Seen] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)

    def html(self) -> list[Seen]:
        return [page for page in self.pages if page.status == 200 and page.kind == "text/html"]

    def one_each(self, rivals: bool = False) -> list[Seen]:
        """One page for each view and role that reaches it."""
        kept: dict[tuple[str, str], Seen] = {}
        for page in self.html():
            if rivals or not page.role.startswith("rival"):
                kept.setdefault((page.endpoint, page.role), page)
        return list(kept.values())

    def endpoints(self) -> set[str]:
        return {page.endpoint for page in self.pages}


@dataclass(frozen=True)
class Visitor:
    person_id: int
    role: str


def visitors(app: Flask) -> dict[str, Visitor]:
    """One person for each role: the first, as the demo introduces them."""
    query = text(
        "SELECT m.role, min(m.person_id) FROM memberships m JOIN people p ON p.id = m.person_id "
        "WHERE m.ended_at IS NULL GROUP BY m.role"
    )
    with app.app_context():
        rows = db.session.execute(query).all()
    return {str(role): Visitor(int(person), str(role)) for role, person in rows}


def rivals(app: Flask) -> dict[str, Visitor]:
    """The first member and the first admin of another company than the member that `visitors` gives."""
    query = text(
        "SELECT m.role, min(m.person_id) FROM memberships m WHERE m.ended_at IS NULL AND m.organisation_id <> "
        "(SELECT organisation_id FROM memberships WHERE person_id = :person AND ended_at IS NULL) GROUP BY m.role"
    )
    member = visitors(app)["member"]
    with app.app_context():
        rows = db.session.execute(query, {"person": member.person_id}).all()
    return {f"rival {role}": Visitor(int(person), str(role)) for role, person in rows}


class Reader(HTMLParser):
    """Links and forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.links: list[str] = []
        self.forms: list[tuple[str, list[Field], bool]] = []
        self.form: list[Field] | None = None
        self.elsewhere: list[str] = []
        self.select: tuple[str, list[str], str] | None = None
        self.area: str | None = None
        self.written = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for name in ("href", "hx-get"):
            if name in given and tag != "link":
                self.links.append(given[name])
        if tag == "img" and "src" in given:
            self.links.append(given["src"])
        if tag == "form":
            action = given.get("action") or self.page
            if given.get("method", "get").lower() == "post":
                self.form, self.elsewhere = [], []
                self.forms.append((action, self.form, "multipart" in given.get("enctype", "")))
            else:
                self.links.append(action)
        elif tag == "option" and self.select is not None:
            self.option(given)
        elif self.form is not None and given.get("formaction"):
            self.elsewhere.append(given["formaction"])
        elif self.form is not None and given.get("name"):
            self.control(tag, given)

    def control(self, tag: str, given: dict[str, str]) -> None:
        assert self.form is not None
        name, kind = given["name"], given.get("type", "text")
        if tag == "select":
            self.select = (name, [], "")
        elif tag == "textarea":
            self.area, self.written = name, ""
        elif tag == "button" and given.get("type", "submit") == "submit":
            self.form.append(Field(name, "submit", given.get("value", "")))
        elif tag == "input":
            if kind in ("checkbox", "radio") and "checked" not in given:
                kind = "unchecked"
            if {"readonly", "disabled", "hidden"} & given.keys():
                kind = "fixed"
            self.form.append(Field(name, kind, given.get("value", "")))

    def option(self, given: dict[str, str]) -> None:
        assert self.select is not None
        name, options, chosen = self.select
        value = given.get("value", "")
        if value not in options:
            options.append(value)
        self.select = (name, options, value if "selected" in given else chosen or options[0])

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.written += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self.select is not None and self.form is not None:
            name, options, chosen = self.select
            self.form.append(Field(name, "select", chosen, tuple(options)))
            self.select = None
        elif tag == "textarea" and self.area is not None and self.form is not None:
            self.form.append(Field(self.area, "textarea", self.written.strip()))
            self.area = None
        elif tag == "form" and self.form is not None:
            self.forms += [(action, self.form, self.forms[-1][2]) for action in self.elsewhere]
            self.form = None


def endpoint_of(app: Flask, path: str, method: str = "GET") -> str | None:
    adapter = app.url_map.bind("127.0.0.1", url_scheme="http")
    try:
        found, _arguments = adapter.match(urlsplit(path).path, method)
    except (HTTPException, RequestRedirect):
        return None
    return str(found)


def local(link: str, page: str) -> str | None:
    parts = urlsplit(urljoin("http://127.0.0.1" + page, link))
    if parts.hostname != "127.0.0.1" or parts.scheme != "http":
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


def shape(path: str) -> tuple[str, ...]:
    """The names of a query, without values: two pages of one list look alike."""
    return tuple(sorted(name for name, _value in parse_qsl(urlsplit(path).query)))


def may_send(app: Flask, form: Form) -> bool:
    """Whether the form's reader may send it, by the table of permissions."""
    needed = needed_by(app, form.endpoint)
    return not needed or (bool(form.role) and answer_for(Role(form.role.split()[-1]), needed) == 200)


class Crawler:
    def __init__(self, app: Flask) -> None:
        self.app, self.found = app, Found()
        self.forms: set[tuple[str, str, tuple[str, ...]]] = set()

    def walk(self, role: str, client: FlaskClient, start: tuple[str, ...]) -> None:
        waiting, known = list(start), set(start)
        counts: dict[tuple[str, tuple[str, ...]], int] = {}
        while waiting and len(known) < LIMIT:
            path = waiting.pop(0)
            endpoint = endpoint_of(self.app, path)
            if endpoint is None or endpoint == "static":
                continue
            key = (endpoint, shape(path))
            counts[key] = counts.get(key, 0) + 1
            if counts[key] > PER_ENDPOINT:
                continue
            for link in self.visit(role, client, path, endpoint):
                if link not in known:
                    known.add(link)
                    waiting.append(link)
        assert not waiting, f"{role}: more than {LIMIT} addresses, the walk would be cut short"

    def visit(self, role: str, client: FlaskClient, path: str, endpoint: str) -> Iterator[str]:
        answer = client.get(path)
        self.found.pages.append(Seen(role, path, endpoint, answer.status_code, answer.mimetype))
        if answer.status_code in (301, 302, 303, 307, 308):
            if link := local(answer.headers["Location"], path):
                yield link
        elif answer.mimetype == "text/html":
            reader = Reader(path)
            reader.feed(answer.get_data(as_text=True))
            self.note_forms(role, path, reader)
            for raw in reader.links:
                if not raw.startswith(("#", "mailto:", "tel:")) and (link := local(raw, path)):
                    yield link.split("#")[0]

    def note_forms(self, role: str, path: str, reader: Reader) -> None:
        for action, fields, has_file in reader.forms:
            target = local(action, path)
            endpoint = endpoint_of(self.app, target, "POST") if target else None
            if target is None or endpoint is None:
                continue
            key = (role, endpoint, tuple(sorted(one.name for one in fields)))
            if key not in self.forms:
                self.forms.add(key)
                self.found.forms.append(Form(role, path, target, endpoint, tuple(fields), has_file))


def crawl(app: Flask) -> Found:
    """Walk the portal as a stranger, as each role, and as a rival company."""
    crawler = Crawler(app)
    crawler.walk("", app.test_client(), START)
    for role, visitor in {**visitors(app), **rivals(app)}.items():
        client = sign_in(app.test_client(), visitor)
        crawler.walk(role, client, SIGNED_IN)
    return crawler.found

"""At most 8 statements a GET, 10 for home, the session's load included; as many at a thousand rows as at ten."""

from flask import Flask
from flask.testing import FlaskClient

from tests.cast import sign_in
from tests.e2e.crawl import Found, Seen, rivals, visitors
from tests.e2e.growth import counts, grow
from tests.support.statements import count_statements

MOST, MOST_HOME = 8, 10
HOMES = ("/", "/home")
GROWN = 1000
Asked = dict[tuple[str, str], list[str]]  # by role and path
# What a person's lists are made of; each of these must really have grown.
LISTS = (
    "deals",
    "orders",
    "postings",
    "transfers",
    "organisations",
    "people",
    "products",
    "rewards",
    "activities",
    "announcements",
    "announcement_texts",
    "award_recipients",
    "boards",
    "board_scores",
    "certificates",
    "courses",
    "course_versions",
    "course_assignment_people",
    "gift_campaigns",
    "gift_codes",
    "notices",
    "recognition_awards",
    "tier_figures",
    "tier_standings",
)


def measured(app: Flask, pages: list[Seen], before: Asked | None = None) -> Asked:
    """The statements of each page once what is cached in the process is warm: asked twice, or once if it was asked
    `before`, and once more if that took more than it did then."""
    clients: dict[str, FlaskClient] = {}
    people = {**visitors(app), **rivals(app)}
    found: Asked = {}

    def ask(page: Seen) -> list[str]:
        with count_statements(app) as seen:
            answer = clients[page.role].get(page.path)
        assert answer.status_code == 200, f"{page.role} {page.path}: {answer.status_code}"
        return list(seen)

    for page in pages:
        if page.role not in clients:
            client = app.test_client()
            clients[page.role] = sign_in(client, people[page.role]) if page.role else client
        key = (page.role, page.path)
        found[key] = ask(page)
        if before is None or len(found[key]) > len(before[key]):
            found[key] = ask(page)
    return found


def test_every_page_asks_little_and_no_more_with_a_thousand_rows(demo: Flask, found: Found) -> None:
    pages = found.one_each(rivals=True)
    few = measured(demo, pages)
    greedy = [
        f"{role} {path}: {len(seen)} statements"
        for (role, path), seen in few.items()
        if len(seen) > (MOST_HOME if path in HOMES else MOST)
    ]
    refused = grow(demo, GROWN)
    grown = counts(demo)
    small = [name for name in LISTS if grown.get(name, 0) < GROWN]
    assert not small, f"{small} did not grow:\n" + "\n".join(refused)
    many = measured(demo, pages, few)
    for key, seen in many.items():
        if len(seen) > len(few[key]):
            extra = [line for line in seen if line not in few[key]] or seen
            greedy.append(
                f"{key[0]} {key[1]}: {len(few[key])} became {len(seen)}: {' '.join(extra[0].split())[:200]}"
            )
    assert not greedy, f"{len(greedy)}\n" + "\n".join(greedy)

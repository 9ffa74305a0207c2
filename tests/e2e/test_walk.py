"""A walk over every page: size, theme and language pairwise; axe clean, silent, no sideways scroll, 44 px targets."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.e2e.crawl import Found, Seen, Visitor, visitors
from tests.e2e.looking import enter, look, speak
from tests.support.browser import Visit

pytestmark = pytest.mark.browser

LANGUAGES = ("en", "ms", "id")
SIZES = ("phone", "desktop")
THEMES = ("light", "dark")
VENDORS = ("channel_manager", "marketer", "finance", "auditor", "owner")
BEST = ("member", "owner", "channel_manager", "partner_admin", "marketer", "finance", "auditor", "")


def pages_to_walk(found: Found) -> list[Seen]:
    """Each view once for partners, once for the vendor's people, once for strangers."""
    kept: dict[tuple[str, str], Seen] = {}
    for seen in sorted(found.one_each(), key=lambda one: BEST.index(one.role)):
        side = "vendor" if seen.role in VENDORS else "partner" if seen.role else "stranger"
        kept.setdefault((seen.endpoint, side), seen)
    return sorted(kept.values(), key=lambda one: (one.role, one.path))


def combination(index: int, language: int) -> tuple[str, str]:
    """Over its three languages a page is seen in both sizes and both themes; over four pages every pair comes up."""
    return SIZES[(index + language) % 2], THEMES[(index // 2 + language // 2) % 2]


def test_the_combinations_cover_every_pair() -> None:
    rows = [(index, *combination(index, number), number) for index in range(8) for number in range(3)]
    for index in range(8):
        mine = [row for row in rows if row[0] == index]
        assert {row[1] for row in mine} == set(SIZES) and {row[2] for row in mine} == set(THEMES)
    assert len({row[1:3] for row in rows}) == 4
    assert len({(row[1], row[3]) for row in rows}) == 6 and len({row[2:] for row in rows}) == 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_in_order(
    demo: Flask, found: Found, dialect: str, language: str, visit: Callable[..., Visit]
) -> None:
    """The databases share the pages between them: each page is walked in every language on one of the two."""
    people = visitors(demo)
    speak(demo, language)
    half = ("sqlite", "postgresql").index(dialect)
    problems: list[str] = []
    opened: dict[tuple[str, str, str], Visit] = {}
    for index, seen in enumerate(pages_to_walk(found)):
        if (index // 4 + LANGUAGES.index(language)) % 2 != half:
            continue
        size, theme = combination(index, LANGUAGES.index(language))
        key = (seen.role, size, theme)
        if key not in opened:
            opened[key] = visit(size, language, theme)
            enter(opened[key], demo, person(people, seen.role), language)
        problems += [f"{size} {theme} {language} {line}" for line in look(opened[key], seen)]
    assert not problems, report(problems)


def report(problems: list[str]) -> str:
    return f"{len(problems)} problems\n" + "\n".join(problems)


def person(people: dict[str, Visitor], role: str) -> Visitor | None:
    return people[role] if role else None

"""Titles of courses, from whoever holds courses: programs name them in sentences and offer them in the editor."""

from __future__ import annotations

from collections.abc import Callable, Iterable

_sources: list[Callable[[], dict[str, str]]] = []


def courses_from(source: Callable[[], dict[str, str]]) -> None:
    """Register what answers {slug: title}, in the reader's language, with one statement."""
    if source not in _sources:
        _sources.append(source)


def course_titles() -> dict[str, str]:
    """All courses that a rule may name, title by slug."""
    found: dict[str, str] = {}
    for source in _sources:
        found |= source()
    return found


def titles_of(slugs: Iterable[str]) -> dict[str, str]:
    """Titles of these courses; a slug that nobody knows any more is read as words. No statement for none."""
    wanted = list(slugs)
    if not wanted:
        return {}
    known = course_titles()
    return {slug: known.get(slug) or slug.replace("-", " ").capitalize() for slug in wanted}

"""Titles of courses, from whoever holds courses: programs name them in sentences and offer them in the editor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

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


class Titles(Mapping[str, str]):
    """Titles of these courses, read when the first of them is asked for: most pages show no such rule."""

    def __init__(self, slugs: Iterable[str]) -> None:
        self._slugs = list(slugs)
        self._found: dict[str, str] | None = None

    def _read(self) -> dict[str, str]:
        if self._found is None:
            self._found = titles_of(self._slugs)
        return self._found

    def __getitem__(self, slug: str) -> str:
        return self._read()[slug]

    def __iter__(self) -> Iterator[str]:
        return iter(self._slugs)

    def __len__(self) -> int:
        return len(self._slugs)


def titles_of(slugs: Iterable[str]) -> dict[str, str]:
    """Titles of these courses; a slug that nobody knows any more is read as words. No statement for none."""
    wanted = list(slugs)
    if not wanted:
        return {}
    known = course_titles()
    return {slug: known.get(slug) or slug.replace("-", " ").capitalize() for slug in wanted}

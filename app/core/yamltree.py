"""A YAML file as a tree whose every node knows its line: for files that people write by hand and others may forge.

Nothing is built from tags, nothing is repeated by anchors, and values stay text: what `yes`, `012` or `2026-01-01` mean
is for the format to say. Size, depth and number of nodes are limited before anything is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from flask_babel import gettext as _

from app.core.errors import InvalidInput

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 8
MAX_NODES = 20_000
# libyaml reads a megabyte in a fraction of a second; without it the same loader in Python does.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """Text on a line. `is_plain`: written without quotes, so that an empty one means nothing at all."""

    text: str
    line: int
    is_plain: bool = True

    @property
    def is_nothing(self) -> bool:
        return self.is_plain and self.text in ("", "~", "null")


@dataclass(frozen=True, slots=True)
class Sequence:
    """Items in their order."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Named values; `lines` has the line of each name."""

    items: dict[str, Node]
    lines: dict[str, int]
    line: int


Node = Scalar | Sequence | Mapping


class UnreadableFile(InvalidInput):
    """The file cannot be taken; the message names the line. Nothing was changed."""

    code = "unreadable_file"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, fields={"file": sentence})


def at_line(line: int, sentence: object) -> str:
    """Line 12: what is wrong there."""
    return _("Line %(line)s: %(fault)s", line=line, fault=sentence)


def read_tree(content: bytes) -> Node:
    """The one document of a file. Raises UnreadableFile with a sentence that names the line."""
    if len(content) > MAX_BYTES:
        raise UnreadableFile(_("This file is over %(size)s MB.", size=MAX_BYTES // (1024 * 1024)))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise UnreadableFile(at_line(line, _("this is not UTF-8 text."))) from None
    if not text.strip():
        raise UnreadableFile(_("The file is empty."))
    try:
        return _Builder(yaml.parse(text, Loader=_LOADER)).document()
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        fault = _("this cannot be read as YAML. Look at the indentation, quotes and colons around it.")
        raise UnreadableFile(at_line(mark.line + 1 if mark else 1, fault)) from None
    except yaml.reader.ReaderError as problem:
        where = problem.position if isinstance(problem.position, int) else 0
        fault = _("a character stands here that no text has.")
        raise UnreadableFile(at_line(text.count("\n", 0, where) + 1, fault)) from None


class _Builder:
    """Makes the tree from the parser's events, and stops at the first that goes too far."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events, self.count = events, 0

    def document(self) -> Node:
        found: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if found is not None:
                    raise UnreadableFile(
                        at_line(_line(event), _("a second document begins. Use one file for each."))
                    )
                found = self.node(next(self.events), 1)
        if found is None:
            raise UnreadableFile(_("The file is empty."))
        return found

    def node(self, event: Any, depth: int) -> Node:
        line = _line(event)
        self.count += 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise UnreadableFile(
                at_line(line, _("anchors and aliases (& and *) are not taken. Write the text out."))
            )
        if getattr(event, "tag", None):
            raise UnreadableFile(at_line(line, _("tags (!) are not taken.")))
        if depth > MAX_DEPTH:
            raise UnreadableFile(at_line(line, _("this is nested too deeply.")))
        if self.count > MAX_NODES:
            raise UnreadableFile(at_line(line, _("the file has too many entries.")))
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, line, event.style in (None, ""))
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(line, depth)
        return self.mapping(line, depth)

    def sequence(self, line: int, depth: int) -> Sequence:
        items: list[Node] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self.node(event, depth + 1))
        return Sequence(tuple(items), line)

    def mapping(self, line: int, depth: int) -> Mapping:
        items: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self.node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise UnreadableFile(at_line(key.line, _("a name must be one word.")))
            if key.text in items:
                raise UnreadableFile(
                    at_line(key.line, _("“%(name)s” stands here a second time.", name=key.text[:60]))
                )
            items[key.text] = self.node(next(self.events), depth + 1)
            lines[key.text] = key.line
        return Mapping(items, lines, line)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1

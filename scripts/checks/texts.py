"""Committed files name no package registry and no place of one machine; .env.example and the settings agree."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from scripts.checks.source import committed

# Spelled in parts, so that this file does not contain what it looks for.
HOSTS = ("pypi" + r"\.org", "python" + r"hosted\.org", "npm" + r"js\.(org|com)", "deb" + r"\.debian\.org")
PLACES = (
    "work/" + "(main|shared|plan)",
    "ro" + "ot/",
    "ho" + r"me/\w+/\.",
    "Us" + "ers/",
    "opt/" + "(pypi|wheels)",
)
HOST = re.compile("|".join(HOSTS), re.IGNORECASE)
PLACE = re.compile(r"(?<![\w./-])/(" + "|".join(PLACES) + ")")
NAME = re.compile(r"^#? ?([A-Z][A-Z0-9_]+)=", re.MULTILINE)


def places(root: Path) -> Iterator[str]:
    for path in committed(root):
        try:
            text = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if found := HOST.search(line) or PLACE.search(line):
                yield f"{path.relative_to(root)}:{number}: names {found[0]}"


def settings(root: Path) -> Iterator[str]:
    from app.core.settings import Settings, environment_name

    example = root / ".env.example"
    said = set(NAME.findall(example.read_text(encoding="utf-8"))) if example.exists() else set()
    known = {environment_name(item.name) for item in fields(Settings)}
    for name in sorted(known - said):
        yield f".env.example: lacks {name}"
    for name in sorted(said - known):
        yield f".env.example: {name} is not a setting"


def findings(root: Path) -> Iterator[str]:
    yield from places(root)
    yield from settings(root)

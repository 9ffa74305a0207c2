"""Fonts of printed pages: which font has which letters, ours first, then those of the system.

Latin, Tamil and Arabic come with the portal. What they lack (Chinese, Japanese, Korean, Cyrillic, Thai, ...) is looked
for in PDF_FONT_DIR and in the places where systems keep fonts. A letter that no font has is never drawn as a box: it is
left out, and the page says so.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError

from app.core.settings import current_settings

BUNDLED = Path(__file__).resolve().parent.parent / "static" / "fonts" / "print"
REGULAR = ("figtree-latin-400-normal", "figtree-latin-ext-400-normal")
STRONG = ("figtree-latin-600-normal", "figtree-latin-ext-600-normal")
SCRIPTS = ("noto-sans-tamil-tamil-600-normal", "noto-sans-arabic-arabic-600-normal")
SUFFIXES = (".ttf", ".otf", ".ttc", ".otc", ".woff2")
# Names of files that are likely to have what ours lack; they are looked into first.
LIKELY = (
    "notosanscjk", "notosanssc", "notosanstc", "notosanshans", "sourcehan", "wqy", "droidsansfallback", "pingfang",
    "hiragino", "stheiti", "msyh", "simsun", "simhei", "malgun", "notosanskr", "notosansjp", "notosans-", "dejavusans.",
    "notosansthai-", "notosansdevanagari-", "arialuni", "unifont",
)  # fmt: skip
UNLIKELY = ("emoji", "symbol", "mono", "italic", "oblique", "condensed")
PLACES = {
    "linux": ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts"),
    "darwin": ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
    "win32": ("C:/Windows/Fonts",),
}
MOST_FILES = 600  # a folder of thousands of fonts is not read through for one name
JOINERS = frozenset("\u200c\u200d")


@dataclass(frozen=True, slots=True)
class Face:
    """One font: its file, its number inside a collection, and the letters that it draws."""

    path: Path
    number: int
    letters: frozenset[int]

    @property
    def family(self) -> str:
        return f"{self.path.stem}-{self.number}".lower()


@dataclass(frozen=True, slots=True)
class Printable:
    """A text as it can be printed: `text` without what no font has, `missing` what was left out, `faces` to draw it."""

    text: str
    missing: tuple[str, ...]
    faces: tuple[Face, ...]


def printable(text: str) -> Printable:
    """Find fonts for every letter. Control and direction marks are dropped; letters are composed first (NFC)."""
    clean = _clean(text)
    faces = [bundled(name) for name in (*STRONG, *SCRIPTS)]
    wanted = {ord(letter) for letter in clean if letter not in JOINERS}
    lacking = wanted.difference(*(face.letters for face in faces))
    faces += _system_faces(lacking)
    has: frozenset[int] = frozenset().union(*(face.letters for face in faces))
    kept = "".join(letter for letter in clean if ord(letter) in has)
    missing = tuple(sorted({chr(code) for code in wanted - has}))
    used = tuple(face for face in faces if face.letters & {ord(letter) for letter in kept})
    return Printable(" ".join(kept.split()), missing, used)


def bundled(name: str) -> Face:
    """A font that comes with the portal."""
    path = BUNDLED / f"{name}.ttf"
    return Face(path, 0, _letters(str(path), 0))


def _clean(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    spaced = "".join(" " if letter.isspace() else letter for letter in composed)
    return "".join(
        letter for letter in spaced if letter in JOINERS or not unicodedata.category(letter).startswith("C")
    )


def _system_faces(lacking: set[int]) -> list[Face]:
    """The fewest faces of the system, in the order found, that have some of what is lacking."""
    found: list[Face] = []
    left = set(lacking)
    for path in _candidates():
        if not left:
            break
        for number in _numbers(str(path)):
            letters = _letters(str(path), number)
            if letters & left:
                found.append(Face(path, number, letters))
                left -= letters
                break
    return found


def _candidates() -> Iterator[Path]:
    files = list(_files(_folders()))
    likely = {path: rank for rank, name in enumerate(LIKELY) for path in files if name in path.name.lower()}
    yield from sorted(likely, key=lambda path: (likely[path], path.name))
    rest = [
        path
        for path in files
        if path not in likely and not any(word in path.name.lower() for word in UNLIKELY)
    ]
    yield from rest[:MOST_FILES]


def _folders() -> Iterable[Path]:
    own = current_settings().pdf_font_dir
    places = PLACES.get(sys.platform, PLACES["linux"])
    return [Path(place).expanduser() for place in ((own, *places) if own else places)]


@lru_cache(maxsize=16)
def _listed(folder: str, _changed: int) -> tuple[Path, ...]:
    found = [
        Path(at) / name
        for at, _folders, names in os.walk(folder)
        for name in sorted(names)
        if name.lower().endswith(SUFFIXES)
    ]
    return tuple(found)


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_dir():
            yield from _listed(str(folder), folder.stat().st_mtime_ns)


@lru_cache(maxsize=2048)
def _numbers(path: str) -> tuple[int, ...]:
    """Numbers of the faces of a file; of a collection the simplified Chinese one first, where it says so."""
    if not path.lower().endswith((".ttc", ".otc")):
        return (0,)
    try:
        from fontTools.ttLib import TTCollection

        with TTCollection(path, lazy=True) as collection:
            names = [str(font["name"].getDebugName(4) or "") for font in collection.fonts]
    except (TTLibError, OSError, KeyError, ValueError):
        return ()
    first = next((at for at, name in enumerate(names) if name.endswith(" SC") or " SC " in name), 0)
    return (first,)


@lru_cache(maxsize=2048)
def _letters(path: str, number: int) -> frozenset[int]:
    """What a face draws in outlines; nothing if it cannot be read or has pictures in place of outlines."""
    try:
        with TTFont(path, fontNumber=number, lazy=True) as font:
            if not {"glyf", "CFF ", "CFF2"} & set(font.keys()) or {"CBDT", "sbix"} & set(font.keys()):
                return frozenset()
            order = font.getGlyphOrder()
            drawn = {code for code, name in (font.getBestCmap() or {}).items() if name != order[0]}
            return frozenset(drawn)
    except (TTLibError, OSError, KeyError, ValueError, AssertionError, ImportError):
        return frozenset()

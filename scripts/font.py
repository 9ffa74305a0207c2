"""The fonts: the one of the pages, a subset of the variable font (Latin for English, Malay and Indonesian, weights 400 to
700, tabular figures), and those of printed pages, unpacked."""

from __future__ import annotations

from pathlib import Path

from fontTools.subset import Options, Subsetter, save_font
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

LETTERS = (
    "".join(chr(code) for code in range(0x20, 0x7F))
    + "\u00a0£©·×àáâçèéêíîñóôöúüÉ"
    + "\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u2212\u20ac"
)
FEATURES = ["tnum", "pnum", "kern", "mark", "mkmk", "ccmp", "locl"]


def subset_font(source: Path, target: Path) -> None:
    """About 11 KB of woff2. The time stamp is left as it is, so the same input gives the same file."""
    font = TTFont(source, recalcTimestamp=False)
    font = instantiateVariableFont(font, {"wght": (400, 700)})
    options = Options(flavor="woff2", hinting=False, desubroutinize=True, layout_features=FEATURES)
    subsetter = Subsetter(options)
    subsetter.populate(text=LETTERS)
    subsetter.subset(font)
    save_font(font, str(target), options)


def unpack_font(source: Path, target: Path) -> None:
    """The same font as TrueType. Printed pages are made three times as fast as from woff2; no browser loads these."""
    font = TTFont(source, recalcTimestamp=False)
    font.flavor = None
    font.save(target)

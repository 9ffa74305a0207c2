"""Build the icon sprite: every Lucide icon that a template or a module names, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "app" / "templates"
MARKUP = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
LITERAL = re.compile(r"""["']([a-z0-9]+(?:-[a-z0-9]+)*)["']""")
SYMBOL = re.compile(r'<symbol id="([a-z0-9-]+)"')
# Names that come from data (a reward's icon, a menu entry) and cannot be read from a template.
EXTRA = (
    "gift shopping-basket fuel coffee wallet headphones utensils plane heart-handshake users ticket "
    "smartphone house handshake menu inbox building-2 megaphone package chart-column-increasing "
    "scroll-text receipt clapperboard dumbbell hand-heart shopping-bag graduation-cap laptop settings "
    "upload layers life-buoy log-out languages sun-moon sun moon user bell sparkles"
).split()
# Words that are also icon names, used in templates for other things.
WORDS = (
    "text type key link list table code image video file files form section group book map tag tags command "
    "component contact container current save school scale scan share server signature space square star store "
    "radio regex replace option panel pause play power proportions rows search-x slice speech term toggle "
    "variable view vote watch web youtube phone crop disc drum target mail-x circle axis album anchor figma "
    "framer github gitlab brush bus cable cast church cigarette clapperboard columns combine cone crown currency "
    "database diff divide dock ear egg equal expand eye-closed feather fence fingerprint fish flag-off forward frame "
    "blend blocks bold bolt bomb bone bot box braces"
).split()


def used_icons(available: set[str]) -> list[str]:
    """Icon names found as literals inside Jinja markup, hyphenated literals in Python, and EXTRA."""
    found = set(EXTRA)
    for path in TEMPLATES.rglob("*.html"):
        for markup in MARKUP.findall(path.read_text(encoding="utf-8")):
            direct = set(re.findall(r"""\bicon\(\s*["']([a-z0-9-]+)["']""", markup))
            found |= direct | (set(LITERAL.findall(markup)) - set(WORDS))
    for path in (ROOT / "app").rglob("*.py"):
        found |= {name for name in LITERAL.findall(path.read_text(encoding="utf-8")) if "-" in name}
    return sorted(found & available)


def build_sprite(source: Path, target: Path) -> None:
    """One file of symbols; stroke, width and colour come from the style sheet (class `ic`)."""
    symbols = []
    for name in used_icons({path.stem for path in source.glob("*.svg")}):
        text = (source / f"{name}.svg").read_text(encoding="utf-8")
        inner = text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]
        shapes = " ".join(inner.split()).replace(" />", "/>").replace("> <", "><")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    target.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols) + "</svg>\n", encoding="utf-8"
    )


def missing_icons(sprite: Path) -> list[str]:
    """Names asked for directly by `icon("...")` in a template that the sprite does not hold."""
    present = set(SYMBOL.findall(sprite.read_text(encoding="utf-8"))) if sprite.is_file() else set()
    asked: set[str] = set()
    for path in TEMPLATES.rglob("*.html"):
        asked |= set(re.findall(r"""\bicon\(\s*["']([a-z0-9-]+)["']""", path.read_text(encoding="utf-8")))
    return sorted(asked - present)

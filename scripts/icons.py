"""Build the icon sprites: every Lucide icon that a template or a module names, and no other.

What only the vendor's pages show lies in a sprite of its own, so that a partner's first load stays small.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app"
TEMPLATES = APP / "templates"
MARKUP = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
ASKED = re.compile(
    r"""\b(?:icon|tile|empty|error_body)\(\s*["']([a-z0-9-]+)["'](?:\s+if\b[^,()]*?\belse\s+["']([a-z0-9-]+)["'])?"""
)
LITERAL = re.compile(r"""["']([a-z0-9]+(?:-[a-z0-9]+)*)["']""")
SYMBOL = re.compile(r'<symbol id="([a-z0-9-]+)"')
# Names that come from data (a reward's icon, a menu entry) and cannot be read from a template.
EXTRA = (
    "gift shopping-basket fuel coffee wallet headphones utensils plane heart-handshake users ticket "
    "smartphone house handshake menu inbox building-2 megaphone package chart-column-increasing "
    "scroll-text receipt clapperboard dumbbell hand-heart shopping-bag graduation-cap laptop settings "
    "medal trophy newspaper layout-dashboard upload layers life-buoy log-out languages sun-moon sun moon user bell sparkles "
    "award rocket lightbulb cloud play"
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


def is_vendors(path: Path) -> bool:
    """True for a template or module that only the vendor's pages use."""
    return "admin" in path.parts or path.stem.startswith("admin") or path.stem.endswith("_admin")


def used_icons(available: set[str]) -> tuple[list[str], list[str]]:
    """Names that partners' pages use, and those that only the vendor's do: literals inside Jinja markup, hyphenated
    literals in Python, and EXTRA."""
    common, vendor = set(EXTRA), set[str]()
    for path in TEMPLATES.rglob("*.html"):
        found = vendor if is_vendors(path) else common
        for markup in MARKUP.findall(path.read_text(encoding="utf-8")):
            direct = set(re.findall(r"""\bicon\(\s*["']([a-z0-9-]+)["']""", markup))
            found |= direct | (set(LITERAL.findall(markup)) - set(WORDS))
    for path in (ROOT / "app").rglob("*.py"):
        found = vendor if is_vendors(path) else common
        found |= {name for name in LITERAL.findall(path.read_text(encoding="utf-8")) if "-" in name}
    return sorted(common & available), sorted((vendor - common) & available)


def build_sprites(source: Path, common: Path, vendor: Path) -> None:
    """Two files of symbols; stroke, width and colour come from the style sheet (class `ic`)."""
    names = used_icons({path.stem for path in source.glob("*.svg")})
    for chosen, target in zip(names, (common, vendor), strict=True):
        _write(source, chosen, target)


def _write(source: Path, names: list[str], target: Path) -> None:
    symbols = []
    for name in names:
        text = (source / f"{name}.svg").read_text(encoding="utf-8")
        inner = text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]
        shapes = " ".join(inner.split()).replace(" />", "/>").replace("> <", "><")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    target.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols) + "</svg>\n", encoding="utf-8"
    )


def missing_icons(*sprites: Path) -> list[str]:
    """Names that no sprite holds: asked for by `icon("..." if ... else "...")` or `tile("...")` in a template, or kept
    in a table of icons of a module."""
    present = {
        name
        for sprite in sprites
        if sprite.is_file()
        for name in SYMBOL.findall(sprite.read_text(encoding="utf-8"))
    }
    asked: set[str] = set()
    for path in TEMPLATES.rglob("*.html"):
        asked |= {name for pair in ASKED.findall(path.read_text(encoding="utf-8")) for name in pair if name}
    for path in APP.rglob("*.py"):
        asked |= set(_tabled(ast.parse(path.read_text(encoding="utf-8"))))
    return sorted(asked - present)


def _tabled(module: ast.Module) -> Iterator[str]:
    """Icons in the tables of a module: values or elements of `..._ICONS`, keys of `ICON_LABELS` and `ICON_NAMES`."""
    for line in module.body:
        if not isinstance(line, ast.Assign) or not isinstance(line.targets[0], ast.Name):
            continue
        name, table = line.targets[0].id, line.value
        by_key = name in ("ICON_LABELS", "ICON_NAMES")
        if not by_key and not name.endswith("ICONS"):
            continue
        if isinstance(table, ast.Dict):
            found = [*table.keys] if by_key else [*table.values]
        else:
            found = list(table.elts) if isinstance(table, (ast.Tuple, ast.List)) else []
        for one in found:
            icon = one.elts[0] if isinstance(one, ast.Tuple) else one
            if isinstance(icon, ast.Constant) and isinstance(icon.value, str):
                yield icon.value

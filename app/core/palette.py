"""The eight brand tokens: what a vendor may set, and the contrast each pair must keep (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.core.settings import Settings, SettingsError

LEAST_RATIO = 4.5
# What the tokens stand against, and their values when the vendor sets none (design tokens).
SURFACE, DARK_SURFACE, ON_HERO, ON_ACCENT = "#ffffff", "#141d1b", "#f3f8f6", "#2b1b00"
DEFAULTS = {
    "brand": "#0b6159",
    "on_brand": "#ffffff",
    "brand_dark": "#5accb9",
    "on_brand_dark": "#04211d",
    "hero": "#0c3330",
    "accent": "#f2ab30",
}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_RADIUS = re.compile(r"(\d{1,2})(px)?")
_FONT = re.compile(r"[A-Za-z0-9 ,\"'-]{1,200}")


@dataclass(frozen=True, slots=True)
class PoorPair:
    """Two tokens that cannot be read on each other; `nearest` is the closest value of `token` that can."""

    token: str
    against: str
    ratio: float
    nearest: str


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0 to 1 (WCAG)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def nearest_readable(colour: str, against: str) -> str:
    """`colour` moved towards black or white, in the smallest of 100 steps that reads on `against`."""
    channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    for step in range(101):
        for goal in (0, 255):
            moved = "#" + "".join(f"{round(value + (goal - value) * step / 100):02x}" for value in channels)
            if contrast(moved, against) >= LEAST_RATIO:
                return moved
    return "#000000"


def poor_pairs(tokens: dict[str, str]) -> list[PoorPair]:
    """Every pair under 4.5:1. `tokens` holds the six colours of DEFAULTS."""
    pairs = [
        ("brand", "surface", tokens["brand"], SURFACE),
        ("brand_dark", "dark surface", tokens["brand_dark"], DARK_SURFACE),
        ("on_brand", "brand", tokens["on_brand"], tokens["brand"]),
        ("on_brand_dark", "brand_dark", tokens["on_brand_dark"], tokens["brand_dark"]),
        ("hero", "text on hero", tokens["hero"], ON_HERO),
        ("accent", "text on accent", tokens["accent"], ON_ACCENT),
    ]
    return [
        PoorPair(token, against, round(contrast(one, other), 2), nearest_readable(one, other))
        for token, against, one, other in pairs
        if contrast(one, other) < LEAST_RATIO
    ]


def brand_css(settings: Settings) -> str:
    """The vendor's overrides as CSS, empty if there are none. Raises SettingsError."""
    given = {
        name: getattr(settings, f"brand_{name}") for name in DEFAULTS if getattr(settings, f"brand_{name}")
    }
    for name, value in given.items():
        if not _COLOUR.fullmatch(value):
            raise SettingsError(
                f"BRAND_{name.upper()} must be a colour such as {DEFAULTS[name]}, not {value!r}"
            )
    poor = poor_pairs({**DEFAULTS, **given})
    if poor:
        first = poor[0]
        raise SettingsError(
            f"BRAND_{first.token.upper()} reads at {first.ratio}:1 on {first.against}, at least {LEAST_RATIO}:1 "
            f"is needed; the nearest value that does is {first.nearest}"
        )
    lines = [f"--b-{name.replace('_', '-')}:{value.lower()}" for name, value in given.items()]
    lines += _radius(settings.brand_radius) + _font(settings.brand_font)
    if not lines:
        return ""
    css = ":root{" + ";".join(lines) + "}"
    dark = [f"--{name}:var(--b-{name})" for name in ("hero", "accent") if name in given]
    if dark:
        rule = "{" + ";".join(dark) + "}"
        css += f'@media (prefers-color-scheme:dark){{:root:not([data-theme="light"]){rule}}}'
        css += f':root[data-theme="dark"]{rule}'
    return css


def _radius(text: str) -> list[str]:
    if not text:
        return []
    found = _RADIUS.fullmatch(text)
    if not found or not 8 <= int(found[1]) <= 20:
        raise SettingsError("BRAND_RADIUS must be from 8px to 20px")
    return [f"--b-radius:{found[1]}px"]


def _font(text: str) -> list[str]:
    if not text:
        return []
    if not _FONT.fullmatch(text):
        raise SettingsError("BRAND_FONT must be a list of font names")
    return [f"--b-font:{text}"]

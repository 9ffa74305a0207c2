"""Certificates as PDF: one landscape page in the vendor's colours, names in any script that a font is found for.

A letter without a font is never a box: the line is printed without it, and a sentence says so and where the name
reads in full. Text is shaped (Tamil vowels, Arabic joins, right to left).
"""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import segno
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from app.core.filters import long_day
from app.core.i18n import _, current_locale
from app.core.palette import DEFAULTS, ON_HERO
from app.core.printing import STRONG, Face, bundled, printable
from app.core.settings import current_settings

WIDTH, HEIGHT, MARGIN = 297.0, 210.0, 22.0  # A4 on its side, in millimetres
BAND = 46.0
INK, INK_2 = "#17211f", "#47524f"
LONGEST = 400  # letters of one line of the page; a longer name ends in an ellipsis

logging.getLogger("fontTools").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What stands on the page, from top to bottom, in the reader's language.

    `intro` (*This certifies that*), the name, `body_lines`, the `heading` in large (what it is for); at the foot the
    date, `facts` (label, value), the serial and a QR code of `url`. `banner` is a word across the top for what no
    longer stands (*Revoked*).
    """

    heading: str
    name: str
    body_lines: Sequence[str] = ()
    intro: str = ""
    serial: str = ""
    url: str = ""
    issued_on: date | None = None
    facts: Sequence[tuple[str, str]] = field(default_factory=tuple)
    banner: str = ""


def certificate_pdf(certificate: Certificate) -> bytes:
    """The page as PDF. Works for names of any length and script; see the module for letters without a font."""
    page = _Page()
    page.band(certificate.banner)
    page.set_y(BAND + 15)
    if certificate.intro:
        page.write(certificate.intro, 14, INK_2, strong=False, gap=2)
    page.write(certificate.name, 38, INK, least=15, gap=2.5)
    for line in certificate.body_lines:
        page.write(line, 14, INK_2, strong=False, most_lines=4, gap=1)
    page.ln(3)
    page.write(certificate.heading, 26, page.brand, least=13, gap=3)
    if page.missing:
        lacking = (
            _("No font here has some letters of this page. It reads in full at %(url)s", url=certificate.url)
            if certificate.url
            else _("No font here has some letters of this page.")
        )
        page.write(lacking, 10, INK_2, strong=False)
    page.foot(certificate)
    return bytes(page.output())


class _Page(FPDF):
    """One page; knows which letters it could not print."""

    def __init__(self) -> None:
        super().__init__(orientation="landscape", unit="mm", format="A4")
        settings = current_settings()
        self.brand = settings.brand_brand or DEFAULTS["brand"]
        self.hero = settings.brand_hero or DEFAULTS["hero"]
        self.accent = settings.brand_accent or DEFAULTS["accent"]
        self.missing: set[str] = set()
        self._families: dict[tuple[Path, int], str] = {}
        self.set_auto_page_break(False)
        self.set_margin(MARGIN)
        self.set_lang(current_locale())
        self.set_creator(settings.brand_name)
        self.add_font("regular", "", bundled("figtree-latin-400-normal").path)
        self.add_font("strong", "", bundled("figtree-latin-600-normal").path)
        for name in STRONG[1:]:
            self._load(bundled(name))
        self.add_page()
        self.set_text_shaping(True)

    def _load(self, face: Face) -> str:
        key = (face.path, face.number)
        if face.path.stem == STRONG[0]:
            return "strong"
        if key not in self._families:
            self._families[key] = face.family
            self.add_font(face.family, "", face.path, collection_font_number=face.number)
        return self._families[key]

    def band(self, banner: str) -> None:
        """The vendor's colour across the top, with the mark and a word for what no longer stands."""
        settings = current_settings()
        self.set_fill_color(self.hero)
        self.rect(0, 0, WIDTH, BAND, style="F")
        self.set_fill_color(self.accent)
        self.rect(0, BAND, WIDTH, 1.6, style="F")
        self.set_xy(MARGIN, 15)
        left = self._logo(settings.brand_logo)
        self.set_x(left)
        self.write(settings.vendor_name, 22, ON_HERO, most_lines=1, least=12, left=left, width=170.0)
        if banner:
            self.set_xy(WIDTH - MARGIN - 80, 17)
            self.write(banner, 18, self.accent, left=WIDTH - MARGIN - 80, width=80.0, align="R")

    def _logo(self, file: str) -> float:
        """Draw the vendor's logo if it is one that a page can hold; where the name begins."""
        if file and Path(file).suffix.lower() in (".png", ".webp"):
            try:
                drawn: Any = self.image(file, x=MARGIN, y=14, h=18)
                return MARGIN + float(drawn.rendered_width) + 6
            except (OSError, ValueError):
                return MARGIN
        if not file:
            self._ladder(MARGIN, 13.5)
            return MARGIN + 22
        return MARGIN

    def _ladder(self, left: float, top: float) -> None:
        """The portal's own mark: two rails, three rungs, the top one in the accent."""
        self.set_line_width(1.5)
        self.set_draw_color(ON_HERO)
        for one, other in (
            ((5.8, 1), (2.6, 19)),
            ((12.2, 1), (15.4, 19)),
            ((4.3, 9.6), (13.7, 9.6)),
            ((3.4, 14.6), (14.6, 14.6)),
        ):
            self.line(left + one[0], top + one[1], left + other[0], top + other[1])
        self.set_draw_color(self.accent)
        self.line(left + 5.2, top + 4.6, left + 12.8, top + 4.6)

    def write(  # type: ignore[override]
        self,
        text: str,
        size: float,
        colour: str,
        *,
        strong: bool = True,
        most_lines: int = 2,
        least: float = 9,
        left: float = MARGIN,
        width: float = WIDTH - 2 * MARGIN,
        align: str = "L",
        gap: float = 0,
    ) -> None:
        """One text over the width, smaller until it fits its lines, then cut with an ellipsis; `gap` millimetres after."""
        found = printable(text[: 4 * LONGEST])
        self.missing |= set(found.missing)
        shown = found.text if len(found.text) <= LONGEST else found.text[:LONGEST].rstrip() + "…"
        if not shown:
            return
        self.set_fallback_fonts([self._load(face) for face in found.faces if face.path.stem != STRONG[0]])
        self.set_text_color(colour)
        while True:
            self.set_font("strong" if strong else "regular", size=size)
            options: dict[str, Any] = {
                "h": size * 0.5,
                "align": align,
                "new_x": XPos.LEFT,
                "new_y": YPos.NEXT,
            }
            self.set_x(left)
            lines: Any = self.multi_cell(width, text=shown, dry_run=True, output="LINES", **options)
            if len(lines) <= most_lines:
                break
            if size > least:
                size = max(least, size * 0.85)
            else:
                shown = shown[: max(8, len(shown) * 3 // 4)].rstrip(" …") + "…"
        self.set_x(left)
        self.multi_cell(width, text=shown, **options)
        self.ln(gap)

    def foot(self, certificate: Certificate) -> None:
        """Date, facts and serial on the left, the QR code on the right."""
        facts = [*certificate.facts]
        if certificate.issued_on is not None:
            facts.insert(0, (_("Issued"), long_day(certificate.issued_on)))
        if certificate.serial:
            facts.append((_("Certificate"), certificate.serial))
        size = 30.0 if certificate.url else 0.0
        top = HEIGHT - MARGIN - 24
        width = (WIDTH - 2 * MARGIN - size - 12) / max(len(facts), 1)
        for at, (label, value) in enumerate(facts):
            left = MARGIN + at * width
            self.set_y(top)
            self.write(label, 10, INK_2, strong=False, left=left, width=width - 4)
            self.write(value, 13, INK, left=left, width=width - 4)
        if certificate.url:
            self.set_y(HEIGHT - MARGIN - 5)
            self.write(
                certificate.url, 10, INK_2, strong=False, width=WIDTH - 2 * MARGIN - size - 12, least=7
            )
            code = io.BytesIO()
            segno.make(certificate.url, error="m", micro=False).save(code, kind="png", scale=6, border=1)
            self.image(
                code,
                x=WIDTH - MARGIN - size,
                y=HEIGHT - MARGIN - size,
                w=size,
                h=size,
                alt_text=certificate.url,
            )

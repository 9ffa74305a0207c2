"""The page that the demo's course on quoting hands out: a quote that fits on one page, to print and fill in."""

from __future__ import annotations

import io

from fpdf import FPDF

from app.core.palette import DEFAULTS
from app.core.printing import bundled

LEFT, WIDTH = 20, 170  # millimetres of an A4 page
LINES = (
    ("For", "the customer and the person who decides"),
    ("What it does", "one sentence, in the customer’s own words"),
    ("A month", "RM"),
    ("A year", "RM"),
    ("Without it", "RM a year, and how it was counted"),
    ("Holds until", "a date, not a number of days"),
    ("Next step", "who does what, by when"),
)


def one_page_quote() -> io.BytesIO:
    """The page as a PDF."""
    page = FPDF(format="A4")
    page.set_margins(LEFT, 22, LEFT)
    for name, weight in (("regular", 400), ("strong", 600)):
        page.add_font(name, "", bundled(f"figtree-latin-{weight}-normal").path)
    page.set_title("A quote on one page")
    page.set_lang("en")
    page.add_page()
    page.set_fill_color(DEFAULTS["hero"])
    page.rect(0, 0, 210, 12, style="F")
    page.set_font("strong", size=26)
    page.cell(WIDTH, 14, "A quote on one page", new_x="LMARGIN", new_y="NEXT")
    page.set_font("regular", size=12)
    page.cell(
        WIDTH,
        8,
        "Three numbers on page one. Everything else goes to page two.",
        new_x="LMARGIN",
        new_y="NEXT",
    )
    page.ln(8)
    for label, hint in LINES:
        page.set_font("strong", size=13)
        page.cell(38, 20, label)
        page.set_font("regular", size=11)
        page.set_text_color(71, 82, 79)
        page.cell(WIDTH - 38, 20, hint, border="B", new_x="LMARGIN", new_y="NEXT")
        page.set_text_color(0)
    return io.BytesIO(bytes(page.output()))

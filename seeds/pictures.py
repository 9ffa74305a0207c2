"""Pictures of the demo, drawn here: the portal comes without a photograph of anybody."""

from __future__ import annotations

import io
from functools import partial

from PIL import Image, ImageDraw

WIDTH, HEIGHT, FINE = 960, 540, 2  # drawn twice as large, so that edges come out smooth
WALL, DOOR, GLASS, LIGHT, FRAME = "#f3ead9", "#0b5f56", "#12403c", "#f4c873", "#7a5c34"


def shop_at_night() -> io.BytesIO:
    """A small shop that is open although the street is dark, as a PNG."""
    image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), "#0c3330")
    draw = ImageDraw.Draw(image)

    box = partial(_box, draw)
    _sky(draw)
    for left, top, right in ((0, 210, 130), (120, 160, 235), (740, 185, 860), (845, 130, 960)):
        box(left, top, right, 460, "#0f403b")
        for number in range(3):
            box(left + 26 + number * 30, top + 34, left + 38 + number * 30, top + 52, "#2c625c")
    box(0, 450, WIDTH, HEIGHT, "#082623")
    box(220, 184, 740, 460, WALL)
    box(240, 120, 720, 182, DOOR, round_by=10)
    box(300, 143, 660, 159, LIGHT, round_by=8)
    box(256, 270, 560, 420, FRAME, round_by=4)
    box(264, 278, 552, 412, LIGHT)
    for shelf in range(2):
        _shelf(draw, 340 + shelf * 60, shelf)
    box(590, 262, 704, 460, FRAME, round_by=4)
    box(600, 272, 694, 460, GLASS)
    box(612, 284, 682, 380, LIGHT)
    box(676, 400, 684, 424, LIGHT, round_by=4)
    _awning(draw)
    box(232, 460, 728, 470, "#d8cbb2")
    return _as_png(image)


def ferry_on_the_strait() -> io.BytesIO:
    """A ferry between two coasts in the morning, as a PNG."""
    image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), "#cfe7e4")
    draw = ImageDraw.Draw(image)
    box = partial(_box, draw)
    draw.ellipse([place * FINE for place in (150, 90, 250, 190)], fill=LIGHT)
    for corners, colour in (
        (((-40, 330), (180, 190), (400, 330)), "#8fbdb5"),
        (((560, 330), (800, 160), (1040, 330)), "#8fbdb5"),
        (((180, 330), (330, 250), (520, 330)), "#6fa69d"),
    ):
        draw.polygon([(x * FINE, y * FINE) for x, y in corners], fill=colour)
    box(0, 328, WIDTH, HEIGHT, "#2f7f8c")
    box(420, 232, 640, 292, "#fff8e8", round_by=8)
    box(470, 190, 600, 240, "#fff8e8", round_by=8)
    box(556, 140, 590, 196, "#c4512d", round_by=4)
    box(556, 156, 590, 168, "#fff8e8")
    for number in range(5):
        box(438 + number * 40, 250, 460 + number * 40, 270, "#2f7f8c", round_by=3)
    hull = ((340, 288), (740, 288), (690, 372), (390, 372))
    draw.polygon([(x * FINE, y * FINE) for x, y in hull], fill=DOOR)
    box(352, 300, 728, 310, LIGHT)
    for number in range(13):
        left = -20 + number * 80
        draw.arc(
            [place * FINE for place in (left, 384, left + 80, 424)], 20, 160, fill="#9cd0d3", width=5 * FINE
        )
        draw.arc(
            [place * FINE for place in (left - 36, 446, left + 44, 486)],
            20,
            160,
            fill="#58a3ad",
            width=5 * FINE,
        )
    return _as_png(image)


def _as_png(image: Image.Image) -> io.BytesIO:
    target = io.BytesIO()
    image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(target, "PNG", optimize=True)
    target.seek(0)
    return target


def _box(
    draw: ImageDraw.ImageDraw, left: int, top: int, right: int, bottom: int, colour: str, *, round_by: int = 0
) -> None:
    place = (left * FINE, top * FINE, right * FINE, bottom * FINE)
    draw.rounded_rectangle(place, round_by * FINE, fill=colour)


def _sky(draw: ImageDraw.ImageDraw) -> None:
    """A moon and a few stars."""
    draw.ellipse([place * FINE for place in (812, 48, 872, 108)], fill="#f7e3b4")
    draw.ellipse([place * FINE for place in (832, 40, 888, 96)], fill="#0c3330")
    for x, y in ((70, 80), (160, 44), (300, 70), (470, 40), (640, 76), (760, 120), (925, 72), (36, 150)):
        draw.ellipse([place * FINE for place in (x, y, x + 4, y + 4)], fill="#9fc0ba")


def _shelf(draw: ImageDraw.ImageDraw, top: int, number: int) -> None:
    """A shelf in the window with boxes on it."""
    for step, colour in enumerate(("#c4512d", "#0b5f56", "#2f6fb0", "#8a5bb0", "#c4512d", "#0b5f56")):
        high = 22 + (step * 7 + number * 11) % 20
        _box(draw, 278 + step * 45, top - high, 310 + step * 45, top, colour)
    _box(draw, 264, top, 552, top + 6, FRAME)


def _awning(draw: ImageDraw.ImageDraw) -> None:
    """Stripes that hang over the window and the door, each with a round end."""
    for number in range(13):
        left, right = 220 + number * 40, 260 + number * 40
        colour = "#f0a92b" if number % 2 == 0 else "#fff8e8"
        draw.rectangle([place * FINE for place in (left, 182, right, 232)], fill=colour)
        draw.pieslice([place * FINE for place in (left, 212, right, 252)], 0, 180, fill=colour)

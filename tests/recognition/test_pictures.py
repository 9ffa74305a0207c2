"""A picture that somebody uploads is drawn anew or refused with a sentence, whatever stands in its file."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from PIL import Image

from app.core.errors import InvalidInput
from app.recognition.pictures import _redraw


def picture(kind: str, orientation: int = 1) -> bytes:
    """40 by 20 pixels, the left half red, with what a camera writes beside it."""
    drawn = Image.new("RGB", (40, 20), "blue")
    drawn.paste("red", (0, 0, 20, 20))
    said = Image.Exif()
    said[0x0112], said[0x010E], said[0x011A] = orientation, "Kuching", 72.0
    target = io.BytesIO()
    drawn.save(target, kind, exif=said)
    return target.getvalue()


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow says what it passes over
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_broken_head_is_refused_or_passed_over(app: Flask, kind: str) -> None:
    whole, kept = picture(kind, 6), 0
    with app.test_request_context():
        for at in range(min(len(whole), 160)):
            for value in (0, 1, 7, 255):
                try:
                    made = _redraw(whole[:at] + bytes((value,)) + whole[at + 1 :])
                except InvalidInput:
                    continue
                kept += Image.open(io.BytesIO(made)).format == "JPEG"
    assert kept > 50  # what a camera writes is no reason to refuse a picture


def test_a_picture_stands_upright_as_its_camera_says(app: Flask) -> None:
    with app.test_request_context():
        turned = Image.open(io.BytesIO(_redraw(picture("JPEG", 6))))
        as_is = Image.open(io.BytesIO(_redraw(picture("JPEG"))))
    assert (turned.size, as_is.size) == ((20, 40), (40, 20))
    red, blue = turned.getpixel((10, 5)), turned.getpixel((10, 35))
    assert red[0] > 200 > red[2] and blue[2] > 200 > blue[0]  # what was left is on top
    assert not turned.getexif()

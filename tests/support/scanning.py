"""QR codes read by another program than the one that draws them, as the camera of a phone does: out of a whole picture."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pypdfium2
import zxingcpp
from PIL import Image
from playwright.sync_api import Page

DOTS_AN_INCH = 150  # a plain office printer has four times as many


def read_picture(picture: Image.Image) -> list[str]:
    """What the QR codes in a picture say."""
    found = zxingcpp.read_barcodes(picture.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)
    return [one.text for one in found]


def read_page(page: Page) -> list[str]:
    """What the QR codes on a page say, in its order: each brought into view and seen with what surrounds it."""
    found: list[str] = []
    for one in page.locator(".qr").all():
        one.evaluate("(one) => one.scrollIntoView({block: 'center'})")
        seen = read_picture(Image.open(io.BytesIO(page.screenshot())))
        found += [text for text in seen if text not in found]
    return found


def read_pdf(data: bytes) -> list[str]:
    """What the QR codes of a PDF say once it is drawn."""
    return [text for picture in _drawn(data) for text in read_picture(picture)]


def _drawn(data: bytes) -> Iterator[Image.Image]:
    document = pypdfium2.PdfDocument(data)
    try:
        for number in range(len(document)):
            yield document[number].render(scale=DOTS_AN_INCH / 72).to_pil()
    finally:
        document.close()

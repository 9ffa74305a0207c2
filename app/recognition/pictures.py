"""An award's picture: read as an image, drawn anew without what cameras write into it, kept under a random name."""

from __future__ import annotations

import io
from typing import IO

from PIL import ExifTags, Image

from app.core import storage
from app.core.errors import InvalidInput, TooLarge
from app.core.i18n import _
from app.core.settings import current_settings

LONGEST_SIDE = 960
MOST_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG", "WEBP")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip


def keep_picture(stream: IO[bytes]) -> storage.Stored:
    """Keep an uploaded picture as a JPEG of at most 960 pixels a side, without its metadata.

    Call it before the transaction begins. Raises TooLarge, InvalidInput (field `picture`).
    """
    limit = current_settings().upload_max_mb * 1024 * 1024
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(_("This file is over %(size)s MB.", size=current_settings().upload_max_mb))
    return storage.save(io.BytesIO(_redraw(data)), "picture.jpg", kinds=("jpg",))


def _redraw(data: bytes) -> bytes:
    refused = InvalidInput(fields={"picture": _("Choose a picture: PNG, JPG or WebP.")})
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as found:
            if found.width * found.height > MOST_PIXELS:
                raise refused
            turn = _turn(found)
            upright = found.transpose(turn) if turn is not None else found
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            plain = Image.new("RGB", upright.size, "white")
            layer = upright.convert("RGBA")
            plain.paste(layer, mask=layer.getchannel("A"))
    except InvalidInput:
        raise
    except Exception:  # noqa: BLE001 - decoders fail in as many ways as there are broken files
        raise refused from None
    target = io.BytesIO()
    plain.save(target, "JPEG", quality=82, optimize=True)
    return target.getvalue()


def _turn(found: Image.Image) -> Image.Transpose | None:
    """How a camera says that its picture is to be turned; None if it says nothing that can be read."""
    try:
        return _TURNS.get(found.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - what stands around a picture is no reason to refuse it
        return None

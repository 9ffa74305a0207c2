"""An award's picture: read as an image, drawn anew without what cameras write into it, kept under a random name."""

from __future__ import annotations

import io
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from app.core import storage
from app.core.errors import InvalidInput, TooLarge
from app.core.i18n import _
from app.core.settings import current_settings

LONGEST_SIDE = 960
MOST_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG", "WEBP")


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
            upright = ImageOps.exif_transpose(found)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            plain = Image.new("RGB", upright.size, "white")
            layer = upright.convert("RGBA")
            plain.paste(layer, mask=layer.getchannel("A"))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise refused from None
    target = io.BytesIO()
    plain.save(target, "JPEG", quality=82, optimize=True)
    return target.getvalue()

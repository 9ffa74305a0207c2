"""Files of courses on their way out, to learners and to the writers' own preview."""

from __future__ import annotations

from flask import Response, send_file

from app.core import storage
from app.training.models import CourseFile

PICTURES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}


def picture_type(name: str) -> str | None:
    """The media type of a file that is shown in its place; None for one that is downloaded."""
    return PICTURES.get(name.rsplit(".", 1)[-1].lower())


def handed_out(file: CourseFile) -> Response:
    """The answer that carries a file. Raises NotFound if it does not lie there any more."""
    kind = picture_type(file.name)
    response = send_file(
        storage.path_of(file.storage_key),
        mimetype=kind or "application/octet-stream",
        as_attachment=kind is None,
        download_name=file.name,
    )
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response

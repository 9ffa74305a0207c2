"""A zero character is in no text that people type, and PostgreSQL cannot store it: such a request is refused at once."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, request
from flask_babel import gettext as _

from app.core.errors import InvalidInput, NotFound

ZERO = "\x00"


def _texts() -> Iterator[str]:
    yield from request.args.values()
    for _name, values in request.form.lists():
        yield from values


def init_app(app: Flask) -> None:
    """Look before the view does; a path with a zero character leads nowhere."""

    @app.before_request
    def _refuse() -> None:
        if ZERO in request.path:
            raise NotFound()
        if any(ZERO in text for text in _texts()):
            raise InvalidInput(_("This text contains a character that cannot be kept. Type it again."))

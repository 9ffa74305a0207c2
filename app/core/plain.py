"""A zero character is in no text that people type, and PostgreSQL cannot store it: such a request is refused at once."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, request
from flask_babel import gettext as _

from app.core.errors import InvalidInput

ZERO = "\x00"


def _texts() -> Iterator[str]:
    for _name, values in request.form.lists():
        yield from values


def init_app(app: Flask) -> None:
    """Look at each form before its view does. Addresses are looked at by the gate of every route."""

    @app.before_request
    def _refuse() -> None:
        if any(ZERO in text for text in _texts()):
            raise InvalidInput(_("This text contains a character that cannot be kept. Type it again."))

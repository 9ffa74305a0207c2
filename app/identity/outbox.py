"""Mails as they left, to be read without a mail server. Not in production."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.core.errors import NotFound
from app.core.http import render
from app.core.mail import list_outbox
from app.core.settings import current_settings
from app.identity.guard import public

bp = Blueprint("outbox", __name__)


@bp.get("/dev/outbox")
@public
def outbox() -> Response:
    """The newest fifty mails with their text."""
    if current_settings().is_production:
        raise NotFound()
    wanted = request.args.get("to", "").strip().lower()
    mails = [mail for mail in list_outbox() if not wanted or mail.recipient == wanted]
    return render("identity/outbox.html", mails=mails, wanted=wanted)

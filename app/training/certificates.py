"""Certificates that anybody may check by their serial: as a page to print, and as PDF."""

from __future__ import annotations

import segno
from flask import Blueprint, Response, make_response, url_for
from markupsafe import Markup

from app.core.errors import NotFound
from app.core.filters import long_day
from app.core.http import render
from app.core.i18n import _
from app.core.pdf import Certificate, certificate_pdf
from app.core.settings import current_settings
from app.identity.actor import get_actor
from app.identity.guard import public
from app.training import words
from app.training.queries.certificates import CertificateView, find_certificate

bp = Blueprint("certificates", __name__)


@bp.context_processor
def _words() -> dict[str, object]:
    return {"learn": words}


def address_of(serial: str) -> str:
    """Where a certificate stands, as people type it and QR codes carry it."""
    return current_settings().external_url + url_for("certificates.show", serial=serial)


@bp.get("/certificates/<serial>")
@public
def show(serial: str) -> Response:
    try:
        one = find_certificate(serial)
    except NotFound:
        return render("training/certificate_unknown.html", "main", 404)
    actor = get_actor()
    code = segno.make(address_of(one.serial), error="m", micro=False)
    response = render(
        "training/certificate.html",
        "main",
        one=one,
        address=address_of(one.serial),
        is_own=actor is not None and actor.person_id == one.person_id,
        qr=Markup(code.svg_inline(omitsize=True, dark="#10201d", border=1)),
    )
    response.headers["Cache-Control"] = "no-store"  # a revocation shows with the next look
    return response


@bp.get("/certificates/<serial>.pdf")
@public
def pdf(serial: str) -> Response:
    one = find_certificate(serial)
    response = make_response(certificate_pdf(printed(one)))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{one.serial}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


def printed(one: CertificateView) -> Certificate:
    """What the PDF of a certificate says, in the reader's language."""
    company = one.organisation_name
    banners = {"expired": _("Expired"), "revoked": _("Revoked")}
    return Certificate(
        heading=one.title,
        name=one.person_name,
        intro=_("This certifies that"),
        body_lines=[_("of %(company)s has earned", company=company) if company else _("has earned")],
        serial=one.serial,
        url=address_of(one.serial),
        issued_on=one.issued_on,
        facts=[(_("Valid until"), long_day(one.valid_until))] if one.valid_until else [],
        banner=banners.get(one.state, ""),
    )

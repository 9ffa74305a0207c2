"""The certificate of an award, for whoever got it and for the vendor."""

from __future__ import annotations

from flask import Response, request

from app.core.clock import local
from app.core.db import end_read
from app.core.errors import NotFound
from app.core.i18n import _
from app.core.pdf import Certificate, certificate_pdf
from app.core.settings import current_settings
from app.identity.actor import Actor, current_actor
from app.identity.guard import needs
from app.recognition.queries import wall
from app.recognition.queries.rows import AwardRow, Recipient
from app.recognition.routes import bp


@bp.get("/recognition/<public_id>/certificate.pdf")
@needs("recognition.view")
def certificate(public_id: str) -> Response:
    """The certificate as PDF; `for` names one of several recipients. 404 for whom it does not belong to.

    It carries no address: the award's page is for people of the portal, and paper goes to anybody.
    """
    actor = current_actor()
    award = wall.find_award(public_id, actor).award
    one = _recipient(award, actor, request.args.get("for", ""))
    end_read()
    settings = current_settings()
    lines = [award.citation] if award.citation else []
    if one.name != one.company:
        lines.insert(0, one.company)
    content = certificate_pdf(
        Certificate(
            heading=award.title,
            name=one.name,
            body_lines=lines,
            intro=_("%(vendor)s recognises", vendor=settings.vendor_name),
            issued_on=local(award.happened_at, settings.time_zone).date(),
        )
    )
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="award-{award.public_id}.pdf"'
    return response


def _recipient(award: AwardRow, actor: Actor, wanted: str) -> Recipient:
    """Whose certificate: one's own, or for the vendor anybody's. Raises NotFound."""
    for one in award.recipients:
        if wall.may_print(one, actor) and wanted in ("", one.public_id):
            return one
    raise NotFound()

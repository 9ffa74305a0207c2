"""The page behind an invitation's link."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from app.core.errors import InvalidInput, NotFound
from app.core.forms import add_errors
from app.core.http import render, see_other
from app.core.i18n import current_locale
from app.core.settings import current_settings
from app.identity import login
from app.identity.forms import JoinForm
from app.identity.guard import public
from app.identity.routes import browser, home_of_actor, secret_page
from app.identity.services import invitations

bp = Blueprint("joining", __name__)


@bp.route("/join/<token>", methods=["GET", "POST"])
@public
def join(token: str) -> Response:
    """Name, password and language; the account is made at once."""
    try:
        offer = invitations.find_offer(token)
    except NotFound as gone:
        return render("identity/link_gone.html", sentence=gone.message, status=404)
    place = offer.organisation_name or current_settings().vendor_name
    if request.method != "POST":
        form = JoinForm(locale=current_locale())
        return secret_page(render("identity/join.html", form=form, offer=offer, place=place))
    form = JoinForm()
    if form.validate():
        try:
            session_token = invitations.join(
                token,
                name=form.name.data or "",
                password=form.password.data or "",
                locale=form.locale.data or "en",
                browser=browser(),
            )
        except InvalidInput as weak:
            add_errors(form, weak.fields)
        else:
            login.begin(session_token)
            return see_other(home_of_actor(), toast=_("You are in. Welcome to %(place)s.", place=place))
    page = render("identity/join.html", form=form, offer=offer, place=place, status=422)
    return secret_page(page)

"""Home: how much have I got, what is coming, what do I do next."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, url_for

from app.core.access import public
from app.core.clock import local, utc_now
from app.core.http import readable_offline, render
from app.core.i18n import _, pgettext
from app.core.nav import keep_count
from app.home.queries import load_home
from app.identity.actor import Actor, get_actor
from app.identity.login import start_path
from app.tiers.home import tier_card

bp = Blueprint("home", __name__)


@bp.get("/")
@public
@readable_offline
def index() -> Response:
    """A partner's home; the vendor's people go to their queue, and who is signed out to the sign-in page."""
    actor = get_actor()
    if actor is None:
        return redirect(url_for("identity.sign_in"), 303)  # type: ignore[return-value]
    start = start_path(actor)
    if start != "/":
        return redirect(start, 303)  # type: ignore[return-value]
    home = load_home(actor)
    card = tier_card(home.rows("tier"))
    keep_count("/deals", home.waiting_count)
    return render(
        "home/index.html", "main", home=home, greeting=greeting(actor), tier_name=card.level if card else None
    )


def greeting(actor: Actor) -> str:
    """Good morning, afternoon or evening, in the person's own zone.

    Indonesian parts the day at 11, 15 and 18 o'clock, so two hours of the English day have a message of their own.
    """
    hour = local(utc_now(), actor.zone).hour
    if hour < 11:
        return _("Good morning, %(name)s", name=actor.first_name)
    if hour < 12:
        return pgettext("from 11 o'clock", "Good morning, %(name)s", name=actor.first_name)
    if hour < 15:
        return _("Good afternoon, %(name)s", name=actor.first_name)
    if hour < 18:
        return pgettext("from 15 o'clock", "Good afternoon, %(name)s", name=actor.first_name)
    return _("Good evening, %(name)s", name=actor.first_name)

"""The wall, one award, applause, consent, certificate; and the public Hall of Fame."""

from __future__ import annotations

from flask import Blueprint, Response, request, send_file, url_for

from app.core import storage
from app.core.headers import ASK_AGAIN
from app.core.http import is_htmx, local_path, render, see_other, with_query
from app.core.i18n import _, ngettext
from app.core.settings import current_settings
from app.identity.actor import current_actor
from app.identity.guard import needs, public
from app.partners.words import country_name
from app.recognition import services
from app.recognition.groups import find_group
from app.recognition.queries import hall, wall
from app.recognition.queries.rows import Recipient
from app.tiers.queries import level_names

bp = Blueprint("recognition", __name__)


@bp.app_template_global()
def place_of(one: Recipient, levels: dict[str, str]) -> str:
    """Where a company is and its level: *Kuching, Gold partner*."""
    place = one.city or country_name(one.country)
    level = levels.get(one.tier or "")
    return _("%(place)s, %(level)s partner", place=place, level=level) if level else place


@bp.app_template_global()
def names_of(recipients: list[Recipient], most: int) -> str:
    """The first names and how many more there are."""
    names, more = ", ".join(one.name for one in recipients[:most]), len(recipients) - most
    if more <= 0:
        return names
    return ngettext("%(names)s and %(num)s more", "%(names)s and %(num)s more", more, names=names)


@bp.get("/recognition")
@needs("recognition.view")
def index() -> Response:
    """The wall: newest first, by view (all, mine, my company, my country) and category, or one day's years of service."""
    actor = current_actor()
    shelf = wall.Shelf(
        view=request.args.get("view", "all") if request.args.get("view") in wall.VIEWS else "all",
        category=request.args.get("category", "")[:80],
        day=request.args.get("day", "")[:40],
    )
    after = request.args.get("after", "")
    found = wall.list_wall(actor, shelf, after)
    chips, mine = wall.list_chips(actor)
    return render(
        "recognition/index.html",
        "rows" if after else "main",
        wall=found,
        shelf=shelf,
        chips=chips,
        mine=mine,
        levels=level_names(),
        vendor=current_settings().vendor_name,
        more_url=with_query(after=found.after) if found.after else None,
    )


@bp.get("/recognition/<public_id>")
@needs("recognition.view")
def show(public_id: str) -> Response:
    """One award; whoever it is for decides here about the Hall of Fame."""
    view = wall.find_award(public_id, current_actor())
    return render(
        "recognition/show.html",
        "main",
        view=view,
        award=view.award,
        printable=[one for one in view.award.recipients if wall.may_print(one, current_actor())],
        levels=level_names(),
        vendor=current_settings().vendor_name,
    )


@bp.post("/recognition/<public_id>/applause")
@needs("recognition.applaud")
def applaud(public_id: str) -> Response:
    """Applaud, or take the applause back: `applaud` says which, so that a double tap changes nothing.

    `view` comes from a card that stands for several years of service; what is unknown there is nothing to applaud.
    """
    actor = current_actor()
    wanted = request.form.get("applaud") == "1"
    view = request.form.get("view")
    services.applaud(public_id, wanted, actor=actor, view=view)
    back = local_path(request.form.get("back")) or url_for("recognition.index")
    if not is_htmx():
        return see_other(f"{back}#award-{public_id}")
    award = wall.find_award(public_id, actor).award
    count = (
        award.applause if view is None else max(award.applause, find_group(award.id, view, actor).applause)
    )
    return render(
        "recognition/_applaud.html", None, ref=public_id, count=count, applauded=wanted, back=back, group=view
    )


@bp.post("/recognition/<public_id>/consent")
@needs("recognition.view")
def consent(public_id: str) -> Response:
    """Say whether a name may stand in the Hall of Fame; it counts from the next request on."""
    wanted = request.form.get("answer") == "yes"
    answered = services.answer_consent(
        public_id, wanted, actor=current_actor(), recipient_id=request.form.get("for") or None
    )
    if answered.person_id is None:
        toast = (
            _("The company’s name stands in the Hall of Fame.")
            if wanted
            else _("The company’s name is not in the Hall of Fame.")
        )
    else:
        toast = (
            _("Your name stands in the Hall of Fame.")
            if wanted
            else _("Your name is not in the Hall of Fame.")
        )
    return see_other(url_for("recognition.show", public_id=public_id), toast=toast)


@bp.post("/recognition/consents/withdrawal")
@needs("recognition.view")
def withdraw_consents() -> Response:
    """Take one's name off the Hall of Fame, for every award."""
    count = services.withdraw_all_consents(actor=current_actor())
    toast = (
        ngettext(
            "Your name was taken off %(num)s award in the Hall of Fame.",
            "Your name was taken off %(num)s awards in the Hall of Fame.",
            count,
        )
        if count
        else _("Your name is not in the Hall of Fame.")
    )
    return see_other(url_for("recognition.index", view="mine"), toast=toast)


@bp.get("/recognition/<public_id>/picture")
@needs("recognition.view")
def picture(public_id: str) -> Response:
    """The picture of an award, for those who may read it."""
    key = wall.find_picture_key(public_id, current_actor())
    return send_file(storage.path_of(key), mimetype="image/jpeg", max_age=0)


@bp.get("/hall-of-fame")
@public
def hall_of_fame() -> Response:
    """Who agreed to be named, by year and category. Nobody keeps a copy: a name withdrawn is gone at once."""
    year = request.args.get("year", type=int)
    category = request.args.get("category", "")[:80]
    after = request.args.get("after", type=int)
    found = hall.read_hall(year, category, after if after is not None and 0 < after < 2**62 else None)
    more = with_query(after=found.after) if found.after else None
    response = render(
        "recognition/hall.html", "rows" if after else "main", hall=found, category=category, more_url=more
    )
    response.headers["Cache-Control"] = ASK_AGAIN
    response.headers.pop("ETag", None)
    return response

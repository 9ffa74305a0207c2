"""The vendor's side of recognition: give an award, approve one, withdraw one, and look over them all."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, request, send_file, url_for

from app.core import storage
from app.core.errors import AppError, InvalidInput, NotFound
from app.core.forms import add_errors, choices
from app.core.http import idempotent, render, see_other, with_query
from app.core.i18n import _, _l, current_locale, ngettext
from app.core.money import format_points
from app.core.nav import count_for
from app.core.undo import offer_undo, withdraw_undo
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.ledger.worth import second_person_over
from app.programs.queries import recognition_room
from app.recognition import services
from app.recognition.desk import lay_out
from app.recognition.errors import BudgetTooSmall, ReceiversGone, UndoTooLate
from app.recognition.forms import AMOUNTS, OTHER, AwardForm, ReasonForm
from app.recognition.models import Award, AwardEventKind, AwardState
from app.recognition.pictures import keep_picture
from app.recognition.queries import vendor
from app.recognition.queries.wall import list_events
from app.recognition.scope import Receiver, find_receivers

admin_bp = Blueprint("recognition_admin", __name__, url_prefix="/admin/recognition")
count_for("/admin/recognition", vendor.waiting_count)

STATE_LABELS = {
    AwardState.WAITING: _l("Waits for approval"),
    AwardState.GIVEN: _l("Given"),
    AwardState.DECLINED: _l("Not approved"),
    AwardState.TAKEN_BACK: _l("Taken back"),
    AwardState.WITHDRAWN: _l("Withdrawn"),
}
EVENT_LABELS = {
    AwardEventKind.ASKED: _l("Asked for approval"),
    AwardEventKind.GIVEN: _l("Given"),
    AwardEventKind.APPROVED: _l("Approved and given"),
    AwardEventKind.DECLINED: _l("Not approved"),
    AwardEventKind.TAKEN_BACK: _l("Taken back"),
    AwardEventKind.WITHDRAWN: _l("Withdrawn"),
}
TABS = (
    ("all", _l("All")),
    ("waiting", _l("Waiting")),
    ("given", _l("Given")),
    ("service", _l("Service")),
    ("ended", _l("Taken back")),
)


@admin_bp.get("")
@needs("recognition.admin_view")
def index() -> Response:
    """All awards in reach, the budget, and what waits."""
    actor = current_actor()
    state = request.args.get("state", "all")
    state = state if state in vendor.STATES else "all"
    q, after = request.args.get("q", "").strip()[:100], request.args.get("after", "")
    page = vendor.list_awards(actor, state, q, after)
    return render(
        "admin/recognition/index.html",
        "rows" if after else "results" if request.headers.get("HX-Target") == "results" else "main",
        page=page,
        state=state,
        q=q,
        tabs=TABS,
        labels=STATE_LABELS,
        budget=vendor.find_budget(),
        more_url=with_query(after=page.after) if page.after else None,
    )


@admin_bp.get("/new")
@needs("recognition.award")
def new() -> Response:
    """Give an award. `to` (p-<id> or c-<id>, repeated) is chosen already."""
    form = AwardForm(formdata=None, to=request.args.getlist("to"), points="0", citation_lang=current_locale())
    return _show(form, 200)


@admin_bp.post("/preview")
@needs("recognition.award")
def preview() -> Response:
    """The same page after a choice or a search: who, what it costs, what will be seen. Writes nothing."""
    return _show(AwardForm(formdata=request.form), 200)


@admin_bp.post("/new")
@needs("recognition.award")
def create() -> Response:
    """Keep the picture first (no file work inside the transaction), then give the award once."""
    upload, stored = request.files.get("picture"), None
    if upload is not None and upload.filename:
        try:
            stored = keep_picture(upload.stream)
            upload.stream.seek(0)
        except AppError as refused:
            form = AwardForm(formdata=request.form)
            sentence = refused.fields.get("picture") or refused.fields.get("file") or refused.message
            form.fail("picture", sentence)
            return _show(form, 422)
    g.award_picture = stored
    try:
        answer = _give()
    except BudgetTooSmall as refused:  # here, when all is rolled back: the page says what the budget holds
        form = AwardForm(formdata=request.form)
        form.fail("points", refused.message)
        answer = _show(form, 409)
    except BaseException:
        _let_go(stored)
        raise
    if not g.get("award_given"):
        _let_go(stored)
    return answer


def _let_go(stored: storage.Stored | None) -> None:
    if stored is not None:
        storage.discard(stored)


@idempotent
def _give() -> Response:
    form, actor = AwardForm(formdata=request.form), current_actor()
    fields_ok, points = form.validate(), form.offered
    if points is None and not form.points_other.errors:
        form.fail("points_other" if form.points.data == OTHER else "points", _("Enter how many points."))
    if not fields_ok or points is None:
        return _show(form, 422)
    stored: storage.Stored | None = g.award_picture
    given = services.AwardFields(
        to=tuple(form.to.data or ()),
        category=form.category.data or "",
        citation=form.citation.data or "",
        citation_lang=form.citation_lang.data or "en",
        points=points,
        is_on_wall=bool(form.is_on_wall.data),
        picture_key=stored.key if stored else None,
    )
    try:
        award = services.give(given, actor=actor)
    except InvalidInput as refused:
        add_errors(form, refused.fields)
        return _show(form, 422)
    g.award_given = True
    return _after_giving(award)


def _after_giving(award: Award) -> Response:
    action = url_for("recognition_admin.undo", public_id=award.public_id)
    if award.state is AwardState.WAITING:
        offer_undo(_("Asked for approval"), _("They are told in %(seconds)s s", seconds="{seconds}"), action)
    else:
        offer_undo(_("Award given"), _("The receiver is told in %(seconds)s s", seconds="{seconds}"), action)
    return see_other(url_for("recognition_admin.show", public_id=award.public_id))


def _show(form: AwardForm, status: int) -> Response:
    """The page in any state. A receiver out of reach answers 404."""
    actor, q = current_actor(), request.values.get("q", "")[:100]
    chosen = find_receivers(form.to.data or [], actor)
    categories = vendor.list_categories()
    form.category.choices = choices((one.slug, one.name) for one in categories)
    amounts = ((amount, amount) for amount in AMOUNTS[1:])
    form.points.choices = choices([("0", _("None")), *amounts, (OTHER, _("Other"))])
    form.points.data = form.points.data or "0"
    found = vendor.search_receivers(actor, q) if q else vendor.list_recent(actor)
    return render(
        "admin/recognition/new.html",
        _part(),
        status,
        form=form,
        q=q,
        people=_with_chosen(chosen, found),
        chosen_keys={one.key for one in chosen},
        found_none=bool(q) and not found,
        categories=categories,
        desk=lay_out(form, chosen, actor),
    )


def _part() -> str:
    """Which part htmx asked for: the strip of people, what follows from the choices, or the whole form."""
    target = request.headers.get("HX-Target", "")
    return target if target in ("who", "outcome") else "main"


def _with_chosen(chosen: list[Receiver], found: list[Receiver]) -> list[Receiver]:
    keys = {one.key for one in chosen}
    return [*chosen, *(one for one in found if one.key not in keys)]


@admin_bp.get("/<public_id>")
@needs("recognition.admin_view")
def show(public_id: str) -> Response:
    """One award: for whom, why, what it cost, what happened, and what may be done."""
    return render("admin/recognition/show.html", "main", **_context(public_id))


def _context(public_id: str) -> dict[str, Any]:
    actor = current_actor()
    award = vendor.find_award_row(public_id, actor)
    waits = award.state is AwardState.WAITING
    may_approve = waits and actor.can("recognition.approve") and award.giver_id != actor.person_id
    may_take_back = waits and award.giver_id == actor.person_id
    return {
        "award": award,
        "events": list_events(award.id),
        "labels": STATE_LABELS,
        "event_labels": EVENT_LABELS,
        "may_approve": may_approve,
        "may_take_back": may_take_back,
        "may_withdraw": award.state is AwardState.GIVEN and actor.can("recognition.award"),
        "checker": vendor.find_checker(actor) if may_take_back else None,
        "room": recognition_room() if may_approve else None,
        "limit_minor": second_person_over(),
    }


@admin_bp.get("/<public_id>/picture")
@needs("recognition.admin_view")
def picture(public_id: str) -> Response:
    """The picture of an award in reach, also before it is public."""
    key = vendor.find_picture(public_id, current_actor())
    return send_file(storage.path_of(key), mimetype="image/jpeg", max_age=0)


@admin_bp.post("/<public_id>/approval")
@needs("recognition.approve")
def approve(public_id: str) -> Response:
    """Agree: now it is posted and shown. What the budget does not hold waits on, and the page says by how much."""
    try:
        award = services.approve(public_id, actor=current_actor())
    except (BudgetTooSmall, ReceiversGone) as refused:
        context = _context(public_id)
        why = refused.message if isinstance(refused, ReceiversGone) else _why_too_small(context)
        return render("admin/recognition/show.html", "main", 409, **context, refusal=why)
    offer_undo(
        _("Award given"),
        _("The receiver is told in %(seconds)s s", seconds="{seconds}"),
        url_for("recognition_admin.undo", public_id=award.public_id),
    )
    return see_other(url_for("recognition_admin.show", public_id=award.public_id))


def _why_too_small(context: dict[str, Any]) -> str:
    award, room = context["award"], context["room"]
    needed = award.points * len(award.recipients)
    if room is None or room.left is None or room.left >= needed:
        why = _("No program pays all the points of this award now.")
    else:
        locale = current_locale()
        why = ngettext(
            "The award budget holds %(left)s point; this award needs %(needed)s.",
            "The award budget holds %(left)s points; this award needs %(needed)s.",
            room.left,
            left=format_points(room.left, locale),
            needed=format_points(needed, locale),
        )
    advice = _("Approve it once the budget is larger, or do not approve it and say why.")
    return f"{why} {advice}"


@admin_bp.route("/<public_id>/decline", methods=["GET", "POST"])
@needs("recognition.approve")
def decline(public_id: str) -> Response:
    """Refuse, with a reason that who asked reads."""
    return _with_reason(public_id, "decline", _("Not approved. They are told why."))


@admin_bp.route("/<public_id>/withdrawal", methods=["GET", "POST"])
@needs("recognition.award")
def withdraw(public_id: str) -> Response:
    """Withdraw a given award, with a reason: it leaves the wall and its points are taken back."""
    return _with_reason(public_id, "withdraw", _("Withdrawn. Its points are taken back."))


def _with_reason(public_id: str, verb: str, toast: str) -> Response:
    actor, form = current_actor(), ReasonForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                act = services.decline if verb == "decline" else services.withdraw
                act(public_id, form.reason.data or "", actor=actor)
                withdraw_undo(url_for("recognition_admin.undo", public_id=public_id))
                return see_other(url_for("recognition_admin.show", public_id=public_id), toast=toast)
            except InvalidInput as refused:
                add_errors(form, refused.fields)
    return render(
        "admin/recognition/reason.html",
        "sheet" if request.headers.get("HX-Target") == "sheet" else "main",
        status,
        form=form,
        verb=verb,
        award=vendor.find_award_row(public_id, actor),
    )


@admin_bp.post("/<public_id>/undo")
@needs("recognition.award", "recognition.approve")
def undo(public_id: str) -> Response:
    """Take it back: within the minute, or while it waits."""
    action = url_for("recognition_admin.undo", public_id=public_id)
    try:
        services.undo(public_id, actor=current_actor())
    except (UndoTooLate, NotFound):
        withdraw_undo(action)
        raise
    withdraw_undo(action)
    return see_other(url_for("recognition_admin.index"), toast=_("Taken back. Nobody was told."))


@admin_bp.post("/<public_id>/recipients/<recipient_id>/hall")
@needs("recognition.award")
def take_off_hall(public_id: str, recipient_id: str) -> Response:
    """Take a name off the Hall of Fame for somebody who cannot do it any more."""
    services.take_off_hall(public_id, recipient_id, actor=current_actor())
    return see_other(
        url_for("recognition_admin.show", public_id=public_id),
        toast=_("The name is off the Hall of Fame."),
    )

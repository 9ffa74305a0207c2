"""Gift codes for the vendor's people: make a batch, approve it, fetch its file once, void."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, request, url_for

from app.codes import services
from app.codes.costs import Cost, cost_of
from app.codes.errors import BatchMoved
from app.codes.forms import BatchForm, DeclineForm, ExportForm, VoidForm
from app.codes.models import BatchState, GiftCampaign
from app.codes.queries import BatchRow, find_batch, find_campaign, list_batches, list_campaigns, waiting_count
from app.codes.words import state_words
from app.core.clock import today
from app.core.errors import Conflict, InvalidInput, NotFound
from app.core.forms import add_errors, choices
from app.core.http import idempotent, is_htmx, render, see_other, was_answered
from app.core.i18n import _, current_locale, ngettext
from app.core.money import format_money, format_points
from app.core.nav import count_for
from app.core.settings import current_settings
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.ledger.worth import reporting_rate, reporting_worth, second_person_over

admin_bp = Blueprint("codes_admin", __name__)
USUAL_POINTS, USUAL_COUNT = 500, 50  # what the form begins with, so that a cost stands there at first sight
count_for("/admin/codes", waiting_count)
admin_bp.add_app_template_global(state_words, "batch_state")


@admin_bp.get("/admin/codes")
@needs("code.admin_view")
def index() -> Response:
    form = BatchForm(request.args)
    for field, usual in ((form.points, USUAL_POINTS), (form.code_count, USUAL_COUNT)):
        if field.name not in request.args:
            field.data = usual
    if request.headers.get("HX-Target") == "cost":
        return render("admin/codes/index.html", "cost", cost=_cost(form, _offered()), form=form)
    if request.args.get("after") and is_htmx():
        rows, following = list_batches(current_actor(), after=request.args["after"])
        return render("admin/codes/index.html", "rows", rows=rows, more_url=_more(following))
    return _page(form)


def _page(form: BatchForm, *, status: int = 200) -> Response:
    actor, rate = current_actor(), reporting_rate()
    campaigns = _offered()
    rows, following = list_batches(actor, after=request.args.get("after", ""))
    form.campaign.choices = choices((each.public_id, _left(each)) for each in campaigns)
    return render(
        "admin/codes/index.html",
        "main",
        status=status,
        form=form,
        campaigns=campaigns,
        cost=_cost(form, campaigns) if actor.can("code.issue") else None,
        rows=rows,
        more_url=_more(following),
        rate=rate,
    )


def _offered() -> list[GiftCampaign]:
    return [row.campaign for row in list_campaigns(current_actor(), only_open=True)]


def _left(campaign: GiftCampaign) -> str:
    locale, worth = current_locale(), reporting_worth(campaign.left_points) if campaign.left_points else 0
    if worth is None:
        left = format_points(campaign.left_points, locale)
        return ngettext("%(campaign)s, %(points)s point left", "%(campaign)s, %(points)s points left",
                        campaign.left_points, campaign=campaign.name, points=left)  # fmt: skip
    money = format_money(worth, current_settings().reporting_currency, locale)
    return _("%(campaign)s, %(money)s left", campaign=campaign.name, money=money)


def _more(following: int | None) -> str | None:
    return url_for("codes_admin.index", after=following) if following else None


def _cost(form: BatchForm, campaigns: list[GiftCampaign]) -> Cost | None:
    """What the fields as they stand would cost; None while one is missing."""
    chosen = next((each for each in campaigns if each.public_id == form.campaign.data), None)
    if chosen is None and campaigns and not form.campaign.data:
        chosen = campaigns[0]
    points, count = form.points.data, form.code_count.data
    if chosen is None or not isinstance(points, int) or not isinstance(count, int):
        return None
    until = form.valid_until.data
    return cost_of(points, count, chosen, current_actor(), until if isinstance(until, date) else None)


@admin_bp.post("/admin/codes")
@needs("code.issue")
def issue() -> Response:
    form = BatchForm()
    is_whole = form.validate()
    if request.form.get("look"):
        return _page(form)
    if not is_whole:
        return _page(form, status=422)
    try:
        return _issue_once(form)
    except NotFound:
        form.fail("campaign", _("Choose a campaign."))
    except InvalidInput as refused:
        add_errors(form, refused.fields)
    return _page(form, status=422)


@idempotent
def _issue_once(form: BatchForm) -> Response:
    actor = current_actor()
    campaign = find_campaign(form.campaign.data or "", actor).campaign
    wanted = services.Wanted(form.points.data or 0, form.code_count.data or 0, form.valid_until.data)
    batch = services.issue_batch(campaign.id, wanted, services.keep_sealed, actor=actor)
    count = format_points(batch.code_count, current_locale())
    if batch.state is BatchState.WAITING:
        toast = _("Made and locked. They open when a second person approves.")
    else:
        toast = ngettext(
            "%(count)s code is ready.", "%(count)s codes are ready.", batch.code_count, count=count
        )
    return see_other(url_for("codes_admin.show", public_id=batch.public_id), toast=toast)


@admin_bp.get("/admin/codes/<public_id>")
@needs("code.admin_view")
def show(public_id: str) -> Response:
    return _batch(find_batch(public_id, current_actor()))


def _batch(row: BatchRow, *, status: int = 200, refused: object = None, **forms: Any) -> Response:
    actor, batch = current_actor(), row.batch
    is_live, waits = batch.state is BatchState.LIVE, batch.state is BatchState.WAITING
    is_own, is_over = batch.made_by_id == actor.person_id, waits and batch.valid_until < today()
    context: dict[str, Any] = {
        "row": row,
        "batch": batch,
        "refused": refused,
        "is_own": is_own,
        "is_over": is_over,
        "can_approve": waits and actor.can("code.approve") and not is_own and not is_over,
        "can_decline": waits and (actor.can("code.approve") or is_own),
        "can_export": is_live and actor.can("code.export") and batch.exported_at is None,
        "can_void": is_live and actor.can("code.issue"),
        "export_form": ExportForm(formdata=None),
        "void_form": VoidForm(formdata=None),
        "decline_form": DeclineForm(formdata=None),
        "limit_minor": second_person_over(),
        "worth": reporting_worth(row.left_points) if row.left_points else 0,
    }
    return render("admin/codes/show.html", "main", status=status, **{**context, **forms})


def _here(public_id: str) -> str:
    return url_for("codes_admin.show", public_id=public_id)


@admin_bp.post("/admin/codes/<public_id>/approval")
@needs("code.approve")
def approve(public_id: str) -> Response:
    actor = current_actor()
    services.approve_batch(find_batch(public_id, actor).batch.id, actor=actor)
    return see_other(_here(public_id), toast=_("Approved. The codes are open."))


@admin_bp.post("/admin/codes/<public_id>/rejection")
@needs("code.approve", "code.issue")
def decline(public_id: str) -> Response:
    actor, form = current_actor(), DeclineForm()
    row = find_batch(public_id, actor)
    if not form.validate():
        return _batch(row, status=422, decline_form=form)
    if not actor.can("code.approve") and row.batch.made_by_id != actor.person_id:
        raise NotFound()
    services.decline_batch(row.batch.id, actor=actor, reason=form.reason.data or "")
    return see_other(_here(public_id), toast=_("Declined. The codes stay locked for good."))


@admin_bp.post("/admin/codes/<public_id>/export")
@needs("code.export")
def export(public_id: str) -> Response:
    """The one file, under a password of one's own; afterwards nobody has the codes but who has the file."""
    actor, form = current_actor(), ExportForm()
    row = find_batch(public_id, actor)
    if form.validate() and form.password.data != form.again.data:
        form.fail("again", _("The two passwords differ."))
    if any(field.errors for field in form):
        return _batch(row, status=422, export_form=form)
    try:
        file = services.take_export(row.batch.id, form.password.data or "", actor=actor)
    except InvalidInput as refused:
        add_errors(form, refused.fields)
        return _batch(row, status=422, export_form=form)
    response = Response(iter(lambda: file.read(65_536), b""), mimetype="application/octet-stream")
    response.call_on_close(file.close)
    response.headers["Content-Disposition"] = f'attachment; filename="gift-codes-{public_id}.tgc"'
    response.headers["Cache-Control"] = "no-store"
    return response


@admin_bp.post("/admin/codes/<public_id>/void")
@needs("code.issue")
def void(public_id: str) -> Response:
    actor, form = current_actor(), VoidForm()
    row = find_batch(public_id, actor)
    if row.batch.state is not BatchState.LIVE and not was_answered():
        return _batch(row, status=409, refused=BatchMoved().message)
    if not form.validate():
        return _batch(row, status=422, void_form=form)
    try:
        return _void_once(row.batch.id, public_id, form)
    except InvalidInput as refused:
        add_errors(form, refused.fields)
        return _batch(row, status=422, void_form=form)
    except Conflict as moved:
        return _batch(find_batch(public_id, actor), status=409, refused=moved.message)


@idempotent
def _void_once(batch_id: int, public_id: str, form: VoidForm) -> Response:
    actor, reason = current_actor(), form.reason.data or ""
    if form.named.data:
        points = services.void_code(batch_id, form.named.data, actor=actor, reason=reason)
    else:
        points = services.void_batch(batch_id, actor=actor, reason=reason)
    said = format_points(points, current_locale())
    toast = ngettext(
        "Void. %(points)s point is back.", "Void. %(points)s points are back.", points, points=said
    )
    return see_other(_here(public_id), toast=toast)

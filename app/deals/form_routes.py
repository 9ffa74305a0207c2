"""Register a deal in three steps with real addresses; the same POST takes the whole form at once."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from app.core.errors import AppError, InvalidInput
from app.core.filters import new_key
from app.core.headers import ASK_AGAIN
from app.core.http import KEY_FIELD, idempotent, render, see_other
from app.core.i18n import _
from app.deals import services, words
from app.deals.blueprint import bp
from app.deals.content import missing
from app.deals.forms import STEP_FIELDS, RegistrationForm, country_name
from app.deals.queries import DealView, find_deal
from app.deals.states import EDITABLE, DealState
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.products.queries import list_families

ALL = "all"
EVERYTHING = STEP_FIELDS[1] + STEP_FIELDS[2]


def blank_form(formdata: Any = None) -> RegistrationForm:
    """An empty form, or one as it was sent."""
    return RegistrationForm(current_actor(), list_families(), formdata)


def form_of(view: DealView, formdata: Any = None, extra_lines: int = 0) -> RegistrationForm:
    """The form of a deal: as kept, with what was just sent laid over it."""
    deal = view.deal
    data = {name: getattr(deal, name) for name in (*STEP_FIELDS[1], "currency", "expected_close_on", "notes")}
    return RegistrationForm(
        current_actor(), list_families(), formdata, data=data, lines=view.parts.lines, extra_lines=extra_lines
    )


def show_form(form: RegistrationForm, step: int | str, view: DealView | None = None, **more: Any) -> Response:
    """One step of the form, or for a deal that was sent all of it on one page."""
    status = more.pop("status", 200)
    return render(
        "deals/form.html",
        "main",
        status,
        form=form,
        step=step,
        view=view,
        deal=view.deal if view else None,
        key=more.pop("key", None) or new_key(),
        words=words,
        saved=words.saved_text(view.deal.saved_at) if view and view.deal.state is DealState.DRAFT else None,
        country=country_name(view.deal.customer_country) if view else "",
        **more,
    )


@bp.get("/new")
@needs("deal.write")
def new() -> Response:
    """Step one, empty."""
    return show_form(blank_form(), 1)


def _goal() -> tuple[str, str]:
    """(action, step to go on with) of the button that was pressed."""
    actions = request.form.getlist("action")
    action = actions[-1] if actions else "draft"
    return action, request.form.get("goto", "")


def _after(public_id: str, goto: str) -> Response:
    """Where to go once a draft is kept: the next step, a further product line, or the deal itself."""
    if goto in ("1", "2", "3"):
        return see_other(url_for("deals.edit", public_id=public_id, step=goto))
    if goto == "line":
        return see_other(url_for("deals.edit", public_id=public_id, step=2, lines=1) + "#lines")
    return see_other(url_for("deals.show", public_id=public_id), toast=_("Draft saved"))


def _sent(public_id: str) -> Response:
    return see_other(url_for("deals.show", public_id=public_id), toast=_("Sent for review"))


def _holding(form: RegistrationForm, step: int | str) -> int | str:
    """The step, or the whole form where something was typed that the step does not show."""
    beyond = [name for other, names in STEP_FIELDS.items() if other != step for name in names]
    return ALL if any(form.was_sent(name) for name in beyond) else step


@bp.post("")
@needs("deal.write")
@idempotent
def create() -> Response:
    """Keep a draft or send a deal. The form's key names its draft, so that one form never makes two deals."""
    form, actor, (action, goto) = blank_form(request.form), current_actor(), _goal()
    key = request.form[KEY_FIELD]
    if action not in ("draft", "submit"):
        form.form_errors.append(_("Choose one of the answers offered."))
        return show_form(form, ALL, status=422, key=key)
    wanted = EVERYTHING if action == "submit" else STEP_FIELDS[1] if goto in ("2", "3") else ()
    if form.check(wanted):
        try:
            if action == "submit":
                deal = services.submit(form.fields(), actor=actor, draft_key=key)
                return _sent(deal.public_id)
            deal = services.save_draft(form.fields(), actor=actor, draft_key=key, wanted=wanted)
            return _after(deal.public_id, goto)
        except InvalidInput as problem:
            form.take(problem.fields)
    return show_form(form, ALL if action == "submit" else _holding(form, 1), status=422, key=key)


@bp.post("/autosave")
@needs("deal.write")
def autosave() -> Response:
    """Keep what is typed while it is typed; says nothing but when. What cannot be read yet is passed over."""
    form, actor = blank_form(request.form), current_actor()
    form.check()
    fields = form.fields(only_good=True)
    if "lines" in fields and any(line.value.errors for line in form.lines):
        del fields["lines"]
    public_id = request.form.get("deal") or None
    if not public_id and not fields.get("customer_name"):
        return render("deals/_saved.html", saved=None)
    try:
        deal = services.save_draft(
            fields, actor=actor, public_id=public_id, draft_key=request.form.get(KEY_FIELD, "")[:80] or None
        )
    except AppError:
        return render("deals/_saved.html", saved=None)
    response = render("deals/_saved.html", saved=words.saved_text(deal.saved_at))
    if not public_id:  # the way back to this page leads to the draft that it has become
        response.headers["HX-Replace-Url"] = url_for("deals.edit", public_id=deal.public_id, step=1)
    return response


def _step(view: DealView) -> int | str:
    """The step asked for; by default the first that lacks something. A deal that was sent has one page."""
    if view.deal.state is not DealState.DRAFT:
        return ALL
    asked = request.args.get("step") or request.form.get("step", "")
    if asked in ("1", "2", "3"):
        return int(asked)
    lacking = missing(view.deal)
    return next((step for step, names in STEP_FIELDS.items() if lacking.keys() & set(names)), 3)


@bp.get("/<public_id>/edit")
@needs("deal.write")
def edit(public_id: str) -> Response:
    """A step of a draft, or the page that changes a deal that was sent."""
    view = find_deal(public_id, current_actor())
    if view.deal.state not in EDITABLE:
        return see_other(url_for("deals.show", public_id=public_id))
    step = _step(view)
    form = form_of(view, extra_lines=1 if request.args.get("lines") == "1" else 0)
    response = show_form(form, step, view, lacking=missing(view.deal) if step == 3 else {})
    response.headers["Cache-Control"] = ASK_AGAIN
    return response


@bp.post("/<public_id>/edit")
@needs("deal.write")
def update(public_id: str) -> Response:
    """Keep the step of a draft, send it, or change a deal that was sent."""
    actor, (action, goto) = current_actor(), _goal()
    view = find_deal(public_id, actor)
    step, form = _step(view), form_of(view, request.form)
    wanted = STEP_FIELDS.get(int(step), ()) if goto in ("2", "3") and step != ALL else ()
    if form.check(wanted):
        try:
            if view.deal.state is not DealState.DRAFT:
                before = view.deal.revision
                deal = services.edit(public_id, form.fields(), actor=actor)
                toast = _("Changes sent") if deal.revision > before else _("Nothing was changed")
                return see_other(url_for("deals.show", public_id=public_id), toast=toast)
            if action == "submit":
                services.submit(form.fields(), actor=actor, public_id=public_id)
                return _sent(public_id)
            services.save_draft(form.fields(), actor=actor, public_id=public_id, wanted=wanted)
            return _after(public_id, goto)
        except InvalidInput as problem:
            form.take(problem.fields)
    if action == "submit" and view.deal.state is DealState.DRAFT:
        step = ALL
    return show_form(form, _holding(form, step), find_deal(public_id, actor), status=422, lacking={})

"""The partner's deals: the list with its preview, one deal, and how it ends."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from app.core import nav
from app.core.clock import today
from app.core.errors import InvalidInput
from app.core.filters import new_key
from app.core.forms import add_errors
from app.core.http import KEY_FIELD, idempotent, readable_offline, render, see_other
from app.core.i18n import _, _l, current_locale, ngettext
from app.core.money import format_points
from app.deals import check_routes, csv_routes, form_routes, services, talk_routes, words
from app.deals.blueprint import block_for_sheet, bp
from app.deals.forms import LossForm, WinForm, country_name, win_form
from app.deals.payee import Payee
from app.deals.queries import CHIPS, DealView, find_deal, list_deals, needs_you_count, overview
from app.deals.states import EDITABLE, LOSS_LABELS, DealState, EventKind, Verb, allows
from app.identity.actor import Actor, current_actor
from app.identity.guard import needs
from app.programs.estimates import estimate
from app.tiers.queries import raised_of

__all__ = ["bp", "check_routes", "csv_routes", "form_routes", "talk_routes"]

nav.count_for("/deals", needs_you_count)
CHIP_LABELS = {
    "all": _l("All"), "needs_you": _l("Needs you"), "in_review": _l("In review"), "protected": _l("Protected"),
    "won": _l("Won"), "draft": _l("Drafts"), "closed": _l("Closed"),
}  # fmt: skip
RARE = ("draft", "closed")


@bp.get("")
@needs("deal.view")
@readable_offline
def index() -> Response:
    """Chips, totals, what needs the person first; on the desktop a table with a preview of `?deal=`."""
    actor = current_actor()
    chip = request.args.get("show", "all")
    chip, q = chip if chip in CHIPS else "all", request.args.get("q", "").strip()[:200]
    look = overview(actor)
    nav.keep_count("/deals", look.counts["needs_you"])
    page = list_deals(actor, chip=chip, q=q, after=request.args.get("after"))
    chosen = request.args.get("deal")
    view = find_deal(chosen, actor) if chosen else None

    def here(**changes: Any) -> str:
        values = {"show": chip if chip != "all" else None, "q": q or None} | changes
        return url_for("deals.index", **{key: value for key, value in values.items() if value})

    chips = [
        (label, here(show=name if name != "all" else None), name == chip, look.counts[name])
        for name, label in CHIP_LABELS.items()
        if look.counts[name] or name not in RARE or name == chip
    ]
    return render(
        "deals/index.html", "results" if request.headers.get("HX-Target") == "results" else "main",
        look=look, page=page, chips=chips, chip=chip, q=q, here=here, chosen=chosen,
        searching=bool(q or "search" in request.args), quarter=(today().month + 2) // 3,
        **(detail_context(view, actor) if view else {"view": None, "words": words}),
    )  # fmt: skip


def detail_context(view: DealView, actor: Actor) -> dict[str, Any]:
    """What the preview and the page of a deal show."""
    deal = view.deal
    won = next((event for event in view.parts.standing if event.kind is EventKind.WON), None)
    awards = (won.data or {}).get("awards", []) if won else []
    return {
        "view": view,
        "deal": deal,
        "steps": words.timeline(view, actor),
        "words": words,
        "awards": [award for award in awards if award["points"]],
        "raised": raised_of((won.data or {}).get("tier")) if won else None,
        "if_won": if_won(view),
        "country": country_name(deal.customer_country),
        "can": {verb.value: actor.can("deal.write") and allows(deal.state, verb) for verb in Verb},
        "is_editable": actor.can("deal.write") and deal.state in EDITABLE,
    }


def if_won(view: DealView) -> dict[str, int]:
    """Points by payee that a win of this value would earn today; empty once that is settled."""
    deal = view.deal
    open_states = (DealState.DRAFT, DealState.SUBMITTED, DealState.IN_REVIEW, DealState.INFORMATION_NEEDED)
    if deal.value_minor is None or deal.state not in (*open_states, DealState.APPROVED):
        return {}
    payee = Payee(
        deal.organisation_id,
        deal.member_id,
        view.organisation_country,
        view.organisation_kind,
        view.organisation_tier,
    )
    found: dict[str, int] = {}
    for one in estimate(
        "deal_won", actor_or_org=payee, amount_minor=deal.value_minor, currency=deal.currency,
        family_id=view.main_family_id,
    ):  # fmt: skip
        found[one.payee_kind] = found.get(one.payee_kind, 0) + one.points
    return {kind: points for kind, points in found.items() if points}


@bp.get("/<public_id>")
@needs("deal.view")
@readable_offline
def show(public_id: str) -> Response:
    """One deal: protection, what it earns, what happened, what was said; the action by its state."""
    actor = current_actor()
    view = find_deal(public_id, actor)
    return render("deals/show.html", "main", **detail_context(view, actor))


@bp.get("/<public_id>/win")
@needs("deal.write")
def win(public_id: str) -> Response:
    """The form of a win, as sheet or page."""
    actor = current_actor()
    view = find_deal(public_id, actor)
    form = win_form(
        view.deal.currency, invoice_value=view.deal.value_minor, won_on=words.close_default(actor.zone)
    )
    return _show_win(view, form, 200, new_key())


def _show_win(view: DealView, form: WinForm, status: int, key: str) -> Response:
    return render(
        "deals/win.html", block_for_sheet(), status, view=view, deal=view.deal, form=form, key=key, words=words,
    )  # fmt: skip


@bp.post("/<public_id>/win")
@needs("deal.write")
@idempotent
def mark_as_won(public_id: str) -> Response:
    """Report the win; the points are there in the answer."""
    actor = current_actor()
    view = find_deal(public_id, actor)
    form = win_form(view.deal.currency, request.form)
    fine = form.validate()
    try:
        if fine or not allows(view.deal.state, Verb.WIN):
            won = services.win(
                public_id, invoice_no=form.invoice_no.data or "", invoice_minor=form.invoice_value.data,
                won_on=form.won_on.data, actor=actor,
            )  # fmt: skip
            return see_other(url_for("deals.show", public_id=public_id), toast=_earned(won))
    except InvalidInput as problem:
        add_errors(form, problem.fields)
    return _show_win(view, form, 422, request.form[KEY_FIELD])


def _earned(won: services.Won) -> str:
    points = sum(award.points for award in won.awards if award.payee == "member")
    if not points:
        return _("Marked as won")
    return ngettext(
        "You earned %(points)s point",
        "You earned %(points)s points",
        points,
        points=format_points(points, current_locale()),
    )


@bp.get("/<public_id>/loss")
@needs("deal.write")
def loss(public_id: str) -> Response:
    """Why it was lost, as sheet or page."""
    return _show_loss(find_deal(public_id, current_actor()), LossForm(formdata=None), 200)


def _show_loss(view: DealView, form: LossForm, status: int) -> Response:
    return render(
        "deals/loss.html", block_for_sheet(), status, view=view, deal=view.deal, form=form,
        reasons=[(reason.value, label) for reason, label in LOSS_LABELS.items()],
    )  # fmt: skip


@bp.post("/<public_id>/loss")
@needs("deal.write")
def mark_as_lost(public_id: str) -> Response:
    """Report the loss."""
    form, actor = LossForm(formdata=request.form), current_actor()
    try:
        services.lose(public_id, form.reason.data or "", actor=actor)
    except InvalidInput as problem:
        add_errors(form, problem.fields)
        return _show_loss(find_deal(public_id, actor), form, 422)
    return see_other(url_for("deals.show", public_id=public_id), toast=_("Marked as lost"))


@bp.get("/<public_id>/withdrawal")
@needs("deal.write")
def withdrawal(public_id: str) -> Response:
    """Ask once more before a deal is taken back."""
    view = find_deal(public_id, current_actor())
    return render("deals/withdrawal.html", block_for_sheet(), view=view, deal=view.deal)


@bp.post("/<public_id>/withdrawal")
@needs("deal.write")
def withdraw(public_id: str) -> Response:
    """Take the deal back."""
    deal = services.withdraw(public_id, actor=current_actor())
    if deal.submitted_at is None:
        return see_other(url_for("deals.index"), toast=_("Draft deleted"))
    return see_other(url_for("deals.show", public_id=public_id), toast=_("Withdrawn"))

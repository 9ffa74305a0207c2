"""The vendor's work queue: look at a deal, decide, take it back within a minute, go on to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for
from wtforms import RadioField, TextAreaField

from app.core.clock import utc_now
from app.core.errors import Conflict, InvalidInput, NotFound
from app.core.forms import AppForm, add_errors, choices
from app.core.http import local_path, render, see_other
from app.core.i18n import _, _l, ngettext
from app.core.nav import count_at, count_for
from app.core.undo import UNDO_SECONDS, offer_undo, withdraw_undo
from app.deals import services
from app.deals.errors import UndoTooLate
from app.deals.models import Deal
from app.deals.payee import Payee
from app.deals.queries import list_deals, overview
from app.deals.review import (
    QUEUE_PAGE,
    QueueItem,
    Review,
    duplicates,
    find_review,
    queue,
    queue_count,
    summary_of,
)
from app.deals.states import REJECTION_LABELS, EventKind, Verb, allows
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.programs.estimates import Estimate, estimate

admin_bp = Blueprint("deals_admin", __name__, url_prefix="/admin")
count_for("/admin", queue_count)

CHIPS = (
    ("all", _l("All")),
    ("in_review", _l("In review")),
    ("protected", _l("Protected")),
    ("won", _l("Won")),
    ("closed", _l("Closed")),
)

EVENT_LABELS = {
    EventKind.SUBMITTED: _l("Sent"),
    EventKind.EDITED: _l("Changed"),
    EventKind.REVISED: _l("Changed, back in review"),
    EventKind.ASKED: _l("Question"),
    EventKind.ANSWERED: _l("Answered"),
    EventKind.APPROVED: _l("Approved"),
    EventKind.REJECTED: _l("Declined"),
    EventKind.UNDONE: _l("Decision taken back"),
    EventKind.WITHDRAWN: _l("Withdrawn"),
    EventKind.WON: _l("Won"),
    EventKind.LOST: _l("Lost"),
    EventKind.EXPIRED: _l("Protection ended"),
}


class RejectionForm(AppForm):
    reason = RadioField(_l("Reason"), choices=[], validate_choice=False)
    message = TextAreaField(_l("What else should they know"), default="")


class QuestionForm(AppForm):
    message = TextAreaField(_l("What do you need to know"), default="")


@dataclass(frozen=True, slots=True)
class Line:
    """The queue around one item: the first page of it, where the item stands, its neighbours, and the clean ones."""

    items: list[QueueItem]
    waiting: int
    position: int | None
    before: str | None
    after: str | None
    clean: list[QueueItem]
    clean_minor: int | None

    @property
    def more_clean(self) -> list[QueueItem]:
        """Clean ones beside the item itself."""
        here = self.items[self.position - 1].public_id if self.position else None
        return [item for item in self.clean if item.public_id != here]


def line_around(public_id: str | None, *, or_first: bool = False) -> Line:
    """The queue around an item (or the oldest). Two statements, with all counts of the menu."""
    actor = current_actor()
    items = queue(actor)
    waiting = count_at("/admin", actor)
    ids = [item.public_id for item in items]
    at = ids.index(public_id) if public_id in ids else 0 if or_first and ids else None
    clean, total = summary_of(items)
    if at is None:
        return Line(items, waiting, None, None, ids[0] if ids else None, clean, total)
    before = ids[at - 1] if at else None
    after = ids[at + 1] if at + 1 < len(ids) else None
    return Line(items, waiting, at + 1, before, after, clean, total)


def estimates_of(review: Review) -> list[Estimate]:
    """What a win of the registered value would earn, by the programs of today."""
    deal = review.deal
    lines = [line for line in review.parts.lines if line.family_id is not None]
    family = max(lines, key=lambda line: line.value_minor or 0).family_id if lines else None
    payee = Payee(
        deal.organisation_id,
        deal.member_id,
        review.organisation_country,
        review.organisation_kind,
        review.organisation_tier,
    )
    return estimate(
        "deal_won",
        actor_or_org=payee,
        amount_minor=deal.value_minor,
        currency=deal.currency,
        family_id=family,
    )


def earnings_of(review: Review) -> list[tuple[str, int]]:
    """Points per payee: the first name of who registered the deal, the name of the company."""
    who = {"member": review.member_name.split()[0]}
    found: dict[str, int] = {}
    for one in estimates_of(review):
        name = who.get(one.payee_kind, review.organisation_name)
        found[name] = found.get(name, 0) + one.points
    return list(found.items())


def item_context(public_id: str, line: Line) -> dict[str, Any]:
    """Everything that the page of one item shows."""
    actor = current_actor()
    review = find_review(public_id, actor)
    state = review.deal.state
    decide = actor.can("deal.decide")
    return {
        "line": line,
        "review": review,
        "deal": review.deal,
        "earnings": earnings_of(review) if decide and allows(state, Verb.APPROVE) else [],
        "may_decide": decide and allows(state, Verb.APPROVE),
        "may_ask": decide and allows(state, Verb.ASK),
        "event_labels": EVENT_LABELS,
    }


@admin_bp.get("")
@needs("queue.view")
def work() -> Response:
    """What waits for the vendor, oldest first; beside it, on a wide screen, the oldest."""
    line = line_around(None, or_first=True)
    if not line.items:
        return render("admin/deals/queue.html", "main", line=line, review=None)
    return render("admin/deals/queue.html", "main", **item_context(line.items[0].public_id, line))


@admin_bp.get("/deals")
@needs("deal.review")
def index() -> Response:
    """Every deal that was sent, by state, with search."""
    actor = current_actor()
    chip = request.args.get("state", "all")
    chip = chip if chip in dict(CHIPS) else "all"
    q = request.args.get("q", "")[:200]
    page = list_deals(actor, chip=chip, q=q, after=request.args.get("after"))
    return render(
        "admin/deals/index.html",
        "results",
        page=page,
        chip=chip,
        q=q,
        chips=CHIPS,
        counts=overview(actor).counts,
    )


@admin_bp.get("/deals/<public_id>")
@needs("deal.review")
def show(public_id: str) -> Response:
    """One deal with all that a decision needs."""
    line = line_around(public_id)
    return render("admin/deals/show.html", "main", **item_context(public_id, line))


@admin_bp.get("/deals/<public_id>/duplicates")
@needs("deal.review")
def compare(public_id: str) -> Response:
    """The deal and its rivals side by side."""
    actor = current_actor()
    review = find_review(public_id, actor)
    rivals = duplicates(public_id, actor)
    return render("admin/deals/compare.html", _block(), review=review, deal=review.deal, rivals=rivals)


@admin_bp.get("/deals/keys")
@needs("queue.view")
def keys() -> Response:
    """What each key does."""
    return render("admin/deals/keys.html", _block())


@admin_bp.post("/deals/<public_id>/approval")
@needs("deal.decide")
def approve(public_id: str) -> Response:
    """Protect the deal. `knowingly`: although another company was first; `revision`: what the page showed.

    A second tap is answered as the first; the minute to take it back is still the first's.
    """
    line = line_around(public_id)
    deal = services.approve(
        public_id,
        actor=current_actor(),
        knowingly=request.form.get("knowingly") == "1",
        seen_revision=request.form.get("revision", type=int),
    )
    gone = int((utc_now() - deal.approved_at).total_seconds()) if deal.approved_at else 0
    text = _("%(customer)s approved", customer=deal.customer_name)
    return _decided(deal, line, text, UNDO_SECONDS - gone)


@admin_bp.route("/deals/<public_id>/rejection", methods=["GET", "POST"])
@needs("deal.decide")
def reject(public_id: str) -> Response:
    """Decline, with a reason in the partner's language."""
    form = RejectionForm(message=request.args.get("message", "")[:2000])
    form.reason.choices = choices(REJECTION_LABELS.items())
    template = "admin/deals/reject.html"
    if request.method != "POST":
        review = find_review(public_id, current_actor())
        return render(template, _block(), form=form, review=review, deal=review.deal)
    line = line_around(public_id)
    try:
        deal = services.reject(
            public_id,
            form.reason.data or "",
            form.message.data or "",
            actor=current_actor(),
            seen_revision=request.form.get("revision", type=int),
        )
    except InvalidInput as refused:
        return _again(template, form, public_id, refused)
    return _decided(deal, line, _("%(customer)s declined", customer=deal.customer_name))


@admin_bp.route("/deals/<public_id>/question", methods=["GET", "POST"])
@needs("deal.decide")
def ask(public_id: str) -> Response:
    """Ask the partner for what is missing."""
    form = QuestionForm(message=request.args.get("message", "")[:2000])
    template = "admin/deals/ask.html"
    if request.method != "POST":
        review = find_review(public_id, current_actor())
        return render(template, _block(), form=form, review=review, deal=review.deal)
    line = line_around(public_id)
    try:
        deal = services.ask(public_id, form.message.data or "", actor=current_actor())
    except InvalidInput as refused:
        return _again(template, form, public_id, refused)
    return _decided(deal, line, _("Question about %(customer)s", customer=deal.customer_name))


@admin_bp.post("/deals/<public_id>/undo")
@needs("deal.decide")
def undo(public_id: str) -> Response:
    """Take the last decision back within 60 seconds; `next` leads back to where it was decided."""
    try:
        deal = services.undo(public_id, actor=current_actor())
    except UndoTooLate:
        withdraw_undo(url_for("deals_admin.undo", public_id=public_id))
        raise
    withdraw_undo(url_for("deals_admin.undo", public_id=public_id))
    back = local_path(request.form.get("next")) or _item_url(public_id)
    return see_other(back, toast=_("%(customer)s waits again", customer=deal.customer_name))


@admin_bp.get("/deals/approvals")
@needs("deal.decide")
def clean() -> Response:
    """The clean ones, listed before they are approved together."""
    return render("admin/deals/approvals.html", _block(), line=line_around(None))


@admin_bp.post("/deals/approvals")
@needs("deal.decide")
def approve_many() -> Response:
    """Approve those of the named deals that are still clean."""
    wanted = request.form.getlist("id")[:QUEUE_PAGE]
    done = services.approve_many(wanted, actor=current_actor())
    count = len(done.approved)
    if count:
        text = ngettext("%(num)s deal approved", "%(num)s deals approved", count)
        action = url_for("deals_admin.undo_many", id=done.approved)
        offer_undo(text, _("The partners are told in %(seconds)s s", seconds="{seconds}"), action)
    left = len(done.left)
    note = (
        ngettext("%(num)s deal needs a closer look.", "%(num)s deals need a closer look.", left)
        if left
        else None
    )
    return see_other(url_for("deals_admin.work"), toast=note)


@admin_bp.post("/deals/approvals/undo")
@needs("deal.decide")
def undo_many() -> Response:
    """Take those back that can still be taken back."""
    back = 0
    for public_id in request.args.getlist("id")[:QUEUE_PAGE]:
        try:
            services.undo(public_id, actor=current_actor())
        except (Conflict, NotFound):
            continue
        back += 1
    withdraw_undo()
    if not back:
        raise UndoTooLate()
    text = ngettext("%(num)s deal waits again", "%(num)s deals wait again", back)
    return see_other(url_for("deals_admin.work"), toast=text)


def _decided(deal: Deal, line: Line, text: str, seconds: int = UNDO_SECONDS) -> Response:
    """Offer the undo and open the next item, with its heading in focus; or go back to where it was decided."""
    review_company = next(
        (item.organisation_name for item in line.items if item.public_id == deal.public_id), None
    )
    told = (
        _("Sent to %(company)s in %(seconds)s s", company=review_company, seconds="{seconds}")
        if review_company
        else _("The partner is told in %(seconds)s s", seconds="{seconds}")
    )
    back = local_path(request.form.get("next"))
    action = url_for("deals_admin.undo", public_id=deal.public_id)
    offer_undo(text, told, action, seconds, back=back)
    if back:
        return see_other(back)
    following = line.after or line.before
    return see_other(_item_url(following) if following else url_for("deals_admin.work"))


def _item_url(public_id: str) -> str:
    return url_for("deals_admin.show", public_id=public_id, _anchor="item")


def _block() -> str:
    return "sheet" if request.headers.get("HX-Target") == "sheet" else "main"


def _again(template: str, form: AppForm, public_id: str, refused: InvalidInput) -> Response:
    """The form with its errors; what was typed stays."""
    add_errors(form, dict(refused.fields or {"message": refused.message}))
    review = find_review(public_id, current_actor())
    return render(template, _block(), 422, form=form, review=review, deal=review.deal)

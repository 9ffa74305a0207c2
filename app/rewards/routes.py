"""The catalogue for partners: browse, look at one reward, redeem it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from app.codes import services as codes
from app.codes.errors import TooManyWrongCodes
from app.core.errors import Conflict, InvalidInput, NotFound
from app.core.forms import choices
from app.core.http import idempotent, render, see_other, was_answered
from app.core.i18n import _, current_locale, ngettext
from app.core.money import format_money, format_points
from app.identity.actor import Actor, current_actor
from app.identity.guard import needs
from app.identity.login import this_session_id
from app.ledger.queries import balances
from app.ledger.services import Owner
from app.rewards.forms import RedeemForm
from app.rewards.hand import Hand, is_empty, read_hand, visitor
from app.rewards.models import Medium
from app.rewards.queries.catalogue import (
    Choice,
    Filters,
    Offer,
    count_facets,
    find_nudge,
    find_offer,
    list_cards,
)
from app.rewards.quotes import Expiring, Quote, soon_expiring
from app.rewards.services import redeem
from app.rewards.words import clean, words_in

bp = Blueprint("rewards", __name__)


@bp.app_template_filter("words")
def _words(words: dict[str, str] | None) -> str:
    return words_in(words, current_locale())


@bp.app_template_filter("delivery")
def delivery(thing: Any) -> str:
    """When a reward arrives: *Instant*, *1 hour*, *3 days*."""
    hours = int(thing.delivery_hours)
    if not hours:
        return _("Instant")
    if hours < 24:
        return ngettext("%(num)s hour", "%(num)s hours", hours)
    return ngettext("%(num)s day", "%(num)s days", -(-hours // 24))


@bp.app_template_filter("face")
def face(thing: Any) -> str:
    """What a value says on its card: its own words, or the money."""
    if thing.label is not None:
        return words_in(thing.label, current_locale())
    return format_money(thing.face_value_minor, thing.currency, current_locale())


def _wallet(actor: Actor) -> tuple[int, Expiring | None]:
    found = balances(Owner("member", actor.person_id or 0))
    return found.available, soon_expiring(found.expiring)


@bp.get("/rewards")
@needs("reward.view")
def index() -> Response:
    actor = current_actor()
    filters = Filters(
        search=clean(request.args.get("q"), 60),
        categories=tuple(clean(item, 60) for item in request.args.getlist("category")[:20]),
        media=tuple(item for item in request.args.getlist("delivery") if item in list(Medium)),
        only_reachable=request.args.get("now") == "1",
    )
    have, expiring = _wallet(actor)
    after = request.args.get("after", "")
    cards, following = list_cards(actor, have, filters, after)
    facets = count_facets(actor, have)
    nudge = find_nudge(actor, expiring.points) if expiring else None
    block = "main"
    if after:
        block = "cards"
    elif request.headers.get("HX-Target") == "results":
        block = "results"
    return render(
        "rewards/index.html",
        block,
        cards=cards,
        more_url=_page_url(following) if following else None,
        facets=facets,
        filters=filters,
        have=have,
        expiring=expiring,
        nudge=nudge,
    )


def _page_url(after: str) -> str:
    values = request.args.to_dict(flat=False)
    values["after"] = [after]
    return url_for("rewards.index", **values)  # type: ignore[arg-type]


@bp.get("/rewards/<slug>")
@needs("reward.view")
def show(slug: str) -> Response:
    actor = current_actor()
    offer = find_offer(slug, actor)
    wanted = request.args.get("denomination", "")
    try:
        quantity = _quantity(request.args.get("quantity", "1"), offer.quantity_limit)
    except InvalidInput:
        quantity = 1
    return _answer(offer, actor, wanted, quantity)


def _answer(
    offer: Offer,
    actor: Actor,
    wanted: str,
    quantity: int,
    refused: Conflict | InvalidInput | TooManyWrongCodes | None = None,
) -> Response:
    have, expiring = _wallet(actor)
    hand = Hand() if is_empty() else read_hand(actor)
    quote = Quote(_chosen(offer, wanted, have + hand.points), quantity, have, expiring, hand)
    target = request.headers.get("HX-Target", "")
    form = RedeemForm(data={"denomination": str(quote.choice.id), "quantity": quantity})
    locale = current_locale()
    form.denomination.choices = choices((choice.id, face(choice)) for choice in offer.choices)
    sentence = None
    if refused is not None:
        sentence = next(iter(refused.fields.values()), refused.message)
    response = render(
        "rewards/show.html",
        target if target in ("sheet", "redeem", "quote") else "main",
        status=refused.status if refused else 200,
        offer=offer,
        quote=quote,
        form=form,
        notes={str(choice.id): _note(choice, locale) for choice in offer.choices},
        refused=sentence,
        shows_form=request.args.get("form") == "1",
        can_redeem=actor.can("reward.redeem") and offer.required_tier is None,
        typed=request.form.get("codes", "")[:2000],
    )
    if isinstance(refused, TooManyWrongCodes):
        response.headers["Retry-After"] = str(refused.retry_after)
    return response


def _note(choice: Choice, locale: str) -> str:
    if choice.left == 0:
        return _("Out of stock")
    return ngettext(
        "%(points)s point", "%(points)s points", choice.points, points=format_points(choice.points, locale)
    )


def _chosen(offer: Offer, wanted: str, have: int) -> Choice:
    for choice in offer.choices:
        if str(choice.id) == wanted:
            return choice
    ready = [choice for choice in offer.choices if choice.left != 0]
    featured = next((choice for choice in ready if choice.is_featured), None)
    if featured is not None and (featured.points <= have or len(ready) == 1):
        return featured
    within = [choice for choice in ready if choice.points <= have]
    return within[-1] if within else (ready or list(offer.choices))[0]


def _quantity(text: str, limit: int) -> int:
    text = text.strip() or "1"
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= limit):
        raise InvalidInput(fields={"quantity": _("Choose between 1 and %(limit)s.", limit=limit)})
    return int(text)


@bp.post("/rewards/<slug>/redemptions")
@needs("reward.redeem")
def redeem_reward(slug: str) -> Response:
    try:
        return _redeem_once(slug, _codes())
    except (Conflict, InvalidInput, TooManyWrongCodes) as refused:
        actor = current_actor()
        try:
            offer = find_offer(slug, actor)
        except NotFound:
            raise refused from None
        try:
            quantity = _quantity(request.form.get("quantity", "1"), offer.quantity_limit)
        except InvalidInput as over:
            quantity = 1
            if isinstance(refused, InvalidInput) and "quantity" in refused.fields:
                refused = over  # said with the limit of this reward, not that of all
        return _answer(offer, actor, request.form.get("denomination", ""), quantity, refused)


def _codes() -> Hand:
    """The gift codes that the form pays with: those in hand, if it says so, and those typed.

    Looked up before the transaction, so that wrong ones are counted whatever becomes of the order.
    """
    typed, takes_hand = request.form.get("codes", "").strip(), request.form.get("hand") == "1"
    if not typed and not takes_hand:
        return Hand()
    actor = current_actor()
    if was_answered():
        return Hand()
    hand = read_hand(actor) if takes_hand else Hand()
    try:
        if takes_hand:
            hand.must_hold(request.form.get("in_hand", ""))
        return hand.with_more(codes.enter(typed, visitor(actor))) if typed else hand
    except (Conflict, InvalidInput, TooManyWrongCodes):
        if was_answered():  # the same form has just gone through, and used these codes
            return Hand()
        raise


@idempotent
def _redeem_once(slug: str, hand: Hand) -> Response:
    public_id = redeem(
        slug,
        _number("denomination"),
        _quantity(request.form.get("quantity", "1"), 20),
        request.form["idempotency_key"].strip(),
        current_actor(),
        price=_number("price"),
        session_key=str(this_session_id()),
        code_ids=hand.ids,
        wallet_at_most=_number("from_wallet"),
    )
    return see_other(url_for("orders.show", public_id=public_id))


def _number(name: str) -> int | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise InvalidInput(fields={name: _("Choose one of the values shown.")})
    return int(text)

"""`/redeem`: a gift code typed, looked at, and used: into the wallet or for a reward. Guests look and sign in."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from app.codes import services
from app.codes.errors import TooManyWrongCodes
from app.codes.words import gift_words
from app.core.errors import Conflict, Forbidden, InvalidInput
from app.core.headers import allow_camera
from app.core.http import idempotent, is_htmx, render, see_other, was_answered
from app.core.i18n import _, current_locale, ngettext
from app.core.money import format_points
from app.identity.actor import Actor, current_actor, get_actor
from app.identity.guard import public
from app.identity.login import this_session_id
from app.ledger.queries import balances
from app.ledger.services import Owner
from app.rewards.hand import Hand, follow_sessions, is_empty, keep_hand, read_hand, visitor
from app.rewards.queries.catalogue import Filters, list_cards
from app.rewards.queries.used_codes import Used, list_used
from app.rewards.services import redeem

bp = Blueprint("redeem", __name__)
REWARDS_SHOWN = 4
bp.add_app_template_global(gift_words)
bp.record_once(lambda state: follow_sessions(state.app))


@bp.get("/redeem")
@public
def show() -> Response:
    actor = get_actor()
    after = request.args.get("after", "")
    if after and is_htmx() and actor is not None:
        used, following = list_used(actor.person_id or 0, after)
        return _private(render("redeem/show.html", "used", used=used, used_more=following))
    hand = read_hand(actor)
    response = _page(hand, actor)
    is_spent = actor is not None and not hand.codes and not is_empty()
    return keep_hand(response, hand, actor) if is_spent else response


def _page(
    hand: Hand, actor: Actor | None, *, typed: str = "", refused: Conflict | InvalidInput | TooManyWrongCodes | None = None
) -> Response:  # fmt: skip
    can_use = actor is not None and actor.can("code.redeem")
    used: list[Used] = []
    used_more, cards, have = None, [], 0
    if actor is not None and can_use:
        used, used_more = list_used(actor.person_id or 0, request.args.get("after", ""))
        if hand.codes:
            have = balances(Owner("member", actor.person_id or 0)).available
            cards = list_cards(actor, have + hand.points, Filters(only_reachable=True), "")[0][:REWARDS_SHOWN]
    sentence = None
    if refused is not None:
        sentence = refused.fields.get("code", refused.message)
    response = render(
        "redeem/guest.html" if actor is None else "redeem/show.html",
        "main",
        status=refused.status if refused else 200,
        hand=hand,
        typed=typed[:2000],
        refused=sentence,
        at_field=bool(typed.strip()) or isinstance(refused, InvalidInput),
        can_use=can_use,
        used=used,
        used_more=used_more,
        cards=cards,
        have=have + hand.points,
    )
    if isinstance(refused, TooManyWrongCodes):
        response.headers["Retry-After"] = str(refused.retry_after)
    return allow_camera(_private(response))


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store, private"
    return response


@bp.post("/redeem")
@public
def use() -> Response:
    """First `code`: what it is worth; then `action`: `wallet`, the slug of a reward, or `remove` with `place`."""
    actor = get_actor()
    hand = read_hand(actor)
    typed, action = request.form.get("code", ""), request.form.get("action", "").strip()
    try:
        if typed.strip() or not action:
            hand = hand.with_more(services.enter(typed, visitor(actor)))
        if not action:
            return keep_hand(see_other(url_for("redeem.show")), hand, actor)
        if action == "remove":
            place = request.form.get("place", "")
            at = int(place) if place.isdecimal() and len(place) < 3 else -1
            left = hand.without(at, request.form.get("ending", ""))
            return keep_hand(see_other(url_for("redeem.show")), left, actor)
        return _act(action, hand, actor)
    except (Conflict, InvalidInput, TooManyWrongCodes) as refused:
        if action and was_answered():
            return _act_once(action, hand)
        return _page(read_hand(actor), actor, typed=typed, refused=refused)


def _act(action: str, hand: Hand, actor: Actor | None) -> Response:
    if actor is None:
        return see_other(url_for("identity.sign_in", next=url_for("redeem.show")))
    if not actor.can("code.redeem"):
        raise Forbidden()
    seen = request.form.get("seen", "")
    if seen.strip():
        hand.must_hold(seen)
    elif not hand.codes and not was_answered():
        raise InvalidInput(fields={"code": _("Enter a code. It has 16 letters and numbers.")})
    return _act_once(action, hand)


@idempotent
def _act_once(action: str, hand: Hand) -> Response:
    actor, key = current_actor(), request.form["idempotency_key"].strip()
    if action == "wallet":
        posted = services.claim(key, hand.ids, actor=actor)
        toast = ngettext(
            "%(points)s point is in your wallet.", "%(points)s points are in your wallet.", hand.points,
            points=format_points(hand.points, current_locale()),
        )  # fmt: skip
        if len(posted) == 1:
            return see_other(url_for("wallet.receipt", public_id=posted[0].public_id), toast=toast)
        return see_other(url_for("wallet.index"), toast=toast)
    order = redeem(
        action, _number("denomination"), _number("quantity") or 1, key, actor, price=_number("price"),
        session_key=str(this_session_id()), code_ids=hand.ids,
    )  # fmt: skip
    return see_other(url_for("orders.show", public_id=order))


def _number(name: str) -> int | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise InvalidInput(fields={name: _("Choose one of the values shown.")})
    return int(text)

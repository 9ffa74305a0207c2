"""Gift codes in hand: codes that this browser has shown to be real, remembered for half an hour without the codes.

A sealed cookie names them by id; no code, and nothing that could be spent elsewhere, lies in it. A guest's codes become
theirs who signs in next, at the sign-in itself; a signed-in person's are nobody else's, and go with the sign-out. Only a
code that is entered begins a new half hour.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, Response, after_this_request, current_app, request, session
from flask_login import user_logged_in, user_logged_out

from app.codes.alphabet import MOST_AT_ONCE
from app.codes.errors import HandChanged, HandGone
from app.codes.queries import Held, find_by_ids
from app.codes.services import Visitor
from app.core.clock import utc_now
from app.core.crypto import Unreadable, seal, unseal
from app.core.errors import InvalidInput
from app.core.i18n import _
from app.identity.actor import Actor
from app.identity.login import SignedIn, address

COOKIE = "codes_in_hand"
LIFE_SECONDS = 30 * 60
PURPOSE = "codes-in-hand"


@dataclass(frozen=True, slots=True)
class Hand:
    """What is in hand, the earliest expiry first. `until`: the second it is forgotten; 0: half an hour from now."""

    codes: tuple[Held, ...] = ()
    until: int = 0

    @property
    def points(self) -> int:
        return sum(code.points for code in self.codes)

    @property
    def ids(self) -> list[int]:
        return [code.code_id for code in self.codes]

    def with_more(self, more: Sequence[Held]) -> Hand:
        """These and more, each once. Raises InvalidInput above ten."""
        both = {code.code_id: code for code in (*self.codes, *more)}
        if len(both) > MOST_AT_ONCE:
            sentence = _(
                "Use at most %(count)s codes together. Put some into your wallet first.", count=MOST_AT_ONCE
            )
            raise InvalidInput(sentence, fields={"code": sentence})
        return Hand(tuple(sorted(both.values(), key=lambda code: (code.valid_until, code.code_id))))

    def must_hold(self, shown: str) -> None:
        """Refuse when the page that was looked at showed another sum; nothing shown passes with codes in hand.

        Raises HandGone, HandChanged.
        """
        if not self.codes:
            raise HandGone()
        if shown.strip() and shown.strip() != str(self.points):
            raise HandChanged()

    def without(self, place: int, ending: str = "") -> Hand:
        """These but for the one at a place on the page; all of them if another has come to stand there since."""
        return Hand(
            tuple(
                code
                for number, code in enumerate(self.codes)
                if number != place or not code.last_four.endswith(ending)
            ),
            self.until,
        )


def is_empty() -> bool:
    """Whether this browser holds no codes, for all it says; asks the database nothing."""
    return COOKIE not in request.cookies


def read_hand(actor: Actor | None) -> Hand:
    """The codes in hand that can still be used. One statement, and none for a browser without the cookie."""
    until, ids = _read(_whose(actor))
    return Hand(tuple(find_by_ids(ids)), until)


def _whose(actor: Actor | None) -> int:
    """What the cookie says of its owner: a person's id, 0 for a guest."""
    return (actor.person_id or 0) if actor else 0


def _read(person_id: int) -> tuple[int, list[int]]:
    """Until when, and the ids of the codes, if the cookie is theirs and its time is not up."""
    cookie = request.cookies.get(COOKIE)
    if not cookie or len(cookie) > 1000:
        return 0, []
    try:
        until, owner, ids = json.loads(unseal(base64.urlsafe_b64decode(cookie), PURPOSE))
    except (Unreadable, ValueError, binascii.Error):
        return 0, []
    if owner != person_id or until <= utc_now().timestamp():
        return 0, []
    return int(until), [int(code_id) for code_id in ids][:MOST_AT_ONCE]


def keep_hand(response: Response, hand: Hand, actor: Actor | None) -> Response:
    """Remember these codes in the browser; an empty hand is forgotten."""
    if not hand.codes:
        return _forget(response)
    until = hand.until or int(utc_now().timestamp()) + LIFE_SECONDS
    return _keep(response, until, _whose(actor), hand.ids)


def _forget(response: Response) -> Response:
    response.delete_cookie(COOKIE, path="/")
    return response


def _keep(response: Response, until: int, person_id: int, ids: list[int]) -> Response:
    record = json.dumps([until, person_id, ids])
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(seal(record.encode(), PURPOSE)).decode(),
        max_age=max(until - int(utc_now().timestamp()), 0),
        path="/",
        httponly=True,
        secure=bool(current_app.config.get("SESSION_COOKIE_SECURE")),
        samesite="Lax",
    )
    return response


def follow_sessions(app: Flask) -> None:
    """Hand a guest's codes to who signs in, and forget what is in hand at the sign-out, wherever these happen."""
    user_logged_in.connect(_signed_in, app)
    user_logged_out.connect(_signed_out, app)


def _signed_in(_app: Flask, user: SignedIn) -> None:
    until, ids = _read(0)
    if ids:
        person_id = _whose(user.actor)
        after_this_request(lambda response: _keep(response, until, person_id, ids))


def _signed_out(_app: Flask, user: SignedIn) -> None:
    if not is_empty():
        after_this_request(_forget)


def visitor(actor: Actor | None) -> Visitor:
    """Who types codes here: a person, or a guest's session by its form token."""
    person_id = actor.person_id if actor else None
    return Visitor(person_id, str(session.get("csrf_token") or address()), address())

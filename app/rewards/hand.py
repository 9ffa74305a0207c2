"""Gift codes in hand: codes that this browser has shown to be real, remembered for half an hour without the codes.

A sealed cookie names them by id; no code, and nothing that could be spent elsewhere, lies in it. A guest's codes survive
the sign-in, since the cookie is not the session's; a signed-in person's are nobody else's.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, current_app, request, session

from app.codes.alphabet import MOST_AT_ONCE
from app.codes.errors import HandChanged, HandGone
from app.codes.queries import Held, find_by_ids
from app.codes.services import Visitor
from app.core.crypto import Unreadable, seal, unseal
from app.core.errors import InvalidInput
from app.core.i18n import _
from app.identity.actor import Actor
from app.identity.login import address

COOKIE = "codes_in_hand"
LIFE_SECONDS = 30 * 60
PURPOSE = "codes-in-hand"


@dataclass(frozen=True, slots=True)
class Hand:
    """What is in hand, the earliest expiry first."""

    codes: tuple[Held, ...] = ()

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
            )
        )


def is_empty() -> bool:
    """Whether this browser holds no codes, for all it says; asks the database nothing."""
    return COOKIE not in request.cookies


def read_hand(actor: Actor | None) -> Hand:
    """The codes in hand that can still be used. One statement, and none for a browser without the cookie."""
    ids = _ids(request.cookies.get(COOKIE), actor)
    return Hand(tuple(find_by_ids(ids)))


def _ids(cookie: str | None, actor: Actor | None) -> list[int]:
    if not cookie or len(cookie) > 1000:
        return []
    try:
        until, person_id, ids = json.loads(unseal(base64.urlsafe_b64decode(cookie), PURPOSE))
    except (Unreadable, ValueError, binascii.Error):
        return []
    mine = person_id in (0, actor.person_id) if actor else person_id == 0
    return [int(code_id) for code_id in ids][:MOST_AT_ONCE] if until > time.time() and mine else []


def keep_hand(response: Response, hand: Hand, actor: Actor | None) -> Response:
    """Remember these codes in the browser; an empty hand is forgotten."""
    if not hand.codes:
        response.delete_cookie(COOKIE, path="/")
        return response
    person_id = actor.person_id if actor else 0
    record = json.dumps([int(time.time()) + LIFE_SECONDS, person_id, hand.ids])
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(seal(record.encode(), PURPOSE)).decode(),
        max_age=LIFE_SECONDS,
        path="/",
        httponly=True,
        secure=bool(current_app.config.get("SESSION_COOKIE_SECURE")),
        samesite="Lax",
    )
    return response


def visitor(actor: Actor | None) -> Visitor:
    """Who types codes here: a person, or a guest's session by its form token."""
    person_id = actor.person_id if actor else None
    return Visitor(person_id, str(session.get("csrf_token") or address()), address())

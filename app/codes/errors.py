"""What gift codes refuse, in words a holder may read."""

from __future__ import annotations

from app.core.errors import Conflict, Forbidden, RateLimited
from app.core.i18n import _l


class CodeTaken(Conflict):
    """A code held a moment ago no longer holds what was shown: somebody used it meanwhile."""

    code = "code_taken"
    default = _l("One of these codes was used in the meantime. Nothing was taken. Enter the codes again.")


class HandChanged(Conflict):
    """The codes in hand hold more or less than the page said when it was looked at."""

    code = "hand_changed"
    default = _l(
        "What your codes hold has changed since you looked. Nothing was taken. Look again, then decide."
    )


class HandGone(Conflict):
    """Nothing is left of the codes in hand that the page showed."""

    code = "hand_gone"
    default = _l(
        "These codes are not in hand any more: used, run out, or put away after half an hour. "
        "Nothing was taken. Enter them again."
    )


class TooManyWrongCodes(RateLimited):
    """The hour's wrong codes are used up: of the person, the session, the address or the installation."""

    code = "too_many_wrong_codes"
    default = _l("Too many wrong codes. Wait a little, then try again.")


class SecondPersonNeeded(Forbidden):
    """Maker-checker: who made a batch cannot approve it."""

    code = "second_person_needed"
    default = _l("The person who made a batch cannot approve it.")


class BatchMoved(Conflict):
    """Somebody decided on the batch first, or its file is gone."""

    code = "batch_moved"
    default = _l("This batch has moved on in the meantime. Look at it again.")

"""Why an award is refused."""

from __future__ import annotations

from app.core.errors import Conflict
from app.core.i18n import _l


class AwardDecided(Conflict):
    """Somebody decided, or took it back, before."""

    code = "award_decided"
    default = _l("This award was decided in the meantime. Nothing was changed.")


class SamePerson(Conflict):
    """Who gives may not be who approves."""

    code = "same_person"
    default = _l("A second person must approve this award. You asked for it yourself.")


class UndoTooLate(Conflict):
    """The minute is over, or it was somebody else's award."""

    code = "undo_too_late"
    default = _l("The time to undo is over. Withdraw the award instead, with a reason.")


class ReceiversGone(Conflict):
    """Somebody who would get the award left the company or was shut out since it was asked for."""

    code = "award_receivers_gone"


class BudgetTooSmall(Conflict):
    """The award budget has less left than was offered; nothing was kept."""

    code = "award_budget"
    default = _l(
        "The award budget does not hold these points any more. Nothing was given. Choose fewer points."
    )

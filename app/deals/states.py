"""States and verbs of a deal as one table. What is not in the table is refused with 409 and changes nothing."""

from __future__ import annotations

from enum import StrEnum

from app.core.i18n import _l


class DealState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    INFORMATION_NEEDED = "information_needed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WON = "won"
    LOST = "lost"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Verb(StrEnum):
    SAVE = "save"
    SUBMIT = "submit"
    EDIT = "edit"
    REVISE = "revise"  # an edit that changes who the customer is, what is sold, or raises the value
    ASK = "ask"
    ANSWER = "answer"
    APPROVE = "approve"
    REJECT = "reject"
    UNDO = "undo"
    WITHDRAW = "withdraw"
    WIN = "win"
    LOSE = "lose"
    EXPIRE = "expire"
    COMMENT = "comment"
    ATTACH = "attach"


_S, _V = DealState, Verb
# (state, verb) -> state afterwards. UNDO leads back to where the decision came from: None.
TRANSITIONS: dict[tuple[DealState, Verb], DealState | None] = {
    (_S.DRAFT, _V.SAVE): _S.DRAFT,
    (_S.DRAFT, _V.SUBMIT): _S.SUBMITTED,
    (_S.DRAFT, _V.WITHDRAW): _S.WITHDRAWN,
    (_S.DRAFT, _V.ATTACH): _S.DRAFT,
    (_S.SUBMITTED, _V.EDIT): _S.SUBMITTED,
    (_S.SUBMITTED, _V.REVISE): _S.SUBMITTED,
    (_S.SUBMITTED, _V.ASK): _S.INFORMATION_NEEDED,
    (_S.SUBMITTED, _V.APPROVE): _S.APPROVED,
    (_S.SUBMITTED, _V.REJECT): _S.REJECTED,
    (_S.SUBMITTED, _V.WITHDRAW): _S.WITHDRAWN,
    (_S.IN_REVIEW, _V.EDIT): _S.IN_REVIEW,
    (_S.IN_REVIEW, _V.REVISE): _S.IN_REVIEW,
    (_S.IN_REVIEW, _V.ASK): _S.INFORMATION_NEEDED,
    (_S.IN_REVIEW, _V.APPROVE): _S.APPROVED,
    (_S.IN_REVIEW, _V.REJECT): _S.REJECTED,
    (_S.IN_REVIEW, _V.WITHDRAW): _S.WITHDRAWN,
    (_S.INFORMATION_NEEDED, _V.EDIT): _S.INFORMATION_NEEDED,
    (_S.INFORMATION_NEEDED, _V.REVISE): _S.INFORMATION_NEEDED,
    (_S.INFORMATION_NEEDED, _V.ANSWER): _S.IN_REVIEW,
    (_S.INFORMATION_NEEDED, _V.APPROVE): _S.APPROVED,
    (_S.INFORMATION_NEEDED, _V.REJECT): _S.REJECTED,
    (_S.INFORMATION_NEEDED, _V.WITHDRAW): _S.WITHDRAWN,
    (_S.INFORMATION_NEEDED, _V.UNDO): None,
    (_S.APPROVED, _V.EDIT): _S.APPROVED,
    (_S.APPROVED, _V.REVISE): _S.IN_REVIEW,
    (_S.APPROVED, _V.WITHDRAW): _S.WITHDRAWN,
    (_S.APPROVED, _V.WIN): _S.WON,
    (_S.APPROVED, _V.LOSE): _S.LOST,
    (_S.APPROVED, _V.EXPIRE): _S.EXPIRED,
    (_S.APPROVED, _V.UNDO): None,
    (_S.REJECTED, _V.UNDO): None,
}
for _state in (_S.SUBMITTED, _S.IN_REVIEW, _S.INFORMATION_NEEDED, _S.APPROVED, _S.WON):
    TRANSITIONS[_state, _V.COMMENT] = TRANSITIONS[_state, _V.ATTACH] = _state
for _state in (_S.REJECTED, _S.LOST, _S.EXPIRED):
    TRANSITIONS[_state, _V.COMMENT] = _state

OPEN = (_S.SUBMITTED, _S.IN_REVIEW, _S.INFORMATION_NEEDED, _S.APPROVED)
WAITING = (_S.SUBMITTED, _S.IN_REVIEW)  # it is the vendor's turn
CLOSED = (_S.REJECTED, _S.WON, _S.LOST, _S.EXPIRED, _S.WITHDRAWN)
VENDOR_VERBS = frozenset({_V.ASK, _V.APPROVE, _V.REJECT, _V.UNDO})
DECISIONS = frozenset({_V.ASK, _V.APPROVE, _V.REJECT})
EDITABLE = tuple(state for state, verb in TRANSITIONS if verb in (_V.SAVE, _V.EDIT))


class EventKind(StrEnum):
    """One line of the timeline."""

    SUBMITTED = "submitted"
    EDITED = "edited"
    REVISED = "revised"
    ASKED = "asked"
    ANSWERED = "answered"
    APPROVED = "approved"
    REJECTED = "rejected"
    UNDONE = "undone"
    WITHDRAWN = "withdrawn"
    WON = "won"
    LOST = "lost"
    EXPIRED = "expired"


class RejectionReason(StrEnum):
    DUPLICATE = "duplicate"
    EXISTING_CUSTOMER = "existing_customer"
    TOO_EARLY = "too_early"
    OUTSIDE_TERRITORY = "outside_territory"
    INFORMATION_MISSING = "information_missing"
    DIRECT_SALE_ACTIVE = "direct_sale_active"
    NOT_AUTHORISED = "not_authorised"


class LossReason(StrEnum):
    PRICE = "price"
    COMPETITOR = "competitor"
    NO_BUDGET = "no_budget"
    NO_DECISION = "no_decision"
    OTHER_PRODUCT = "other_product"
    OTHER = "other"


REJECTION_LABELS = {
    RejectionReason.DUPLICATE: _l("Another partner registered it first"),
    RejectionReason.EXISTING_CUSTOMER: _l("Already our customer"),
    RejectionReason.TOO_EARLY: _l("Too early"),
    RejectionReason.OUTSIDE_TERRITORY: _l("Outside your territory"),
    RejectionReason.INFORMATION_MISSING: _l("Information missing"),
    RejectionReason.DIRECT_SALE_ACTIVE: _l("Our own sales team is on it"),
    RejectionReason.NOT_AUTHORISED: _l("Not authorised for this product"),
}
LOSS_LABELS = {
    LossReason.PRICE: _l("Price"),
    LossReason.COMPETITOR: _l("Chose a competitor"),
    LossReason.NO_BUDGET: _l("No budget"),
    LossReason.NO_DECISION: _l("No decision"),
    LossReason.OTHER_PRODUCT: _l("Chose another product"),
    LossReason.OTHER: _l("Another reason"),
}
# What screens say. Several states share a word.
STATE_LABELS = {
    _S.DRAFT: _l("Draft"),
    _S.SUBMITTED: _l("In review"),
    _S.IN_REVIEW: _l("In review"),
    _S.INFORMATION_NEEDED: _l("Needs info"),
    _S.APPROVED: _l("Protected"),
    _S.REJECTED: _l("Declined"),
    _S.WON: _l("Won"),
    _S.LOST: _l("Lost"),
    _S.EXPIRED: _l("Expired"),
    _S.WITHDRAWN: _l("Withdrawn"),
}


def after(state: DealState, verb: Verb) -> DealState | None:
    """The state after a verb. Raises KeyError for what is forbidden; None means: back to before the decision."""
    return TRANSITIONS[state, verb]


def allows(state: DealState, verb: Verb) -> bool:
    """Whether the table has this pair."""
    return (state, verb) in TRANSITIONS

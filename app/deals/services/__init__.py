"""The verbs of a deal."""

from app.deals.services.checking import Answer, Checked, check_customer
from app.deals.services.closing import Won, expire_due, lose, win
from app.deals.services.deciding import ApprovedMany, approve, approve_many, ask, can_undo, reject, undo
from app.deals.services.registering import edit, save_draft, submit, withdraw
from app.deals.services.talking import answer, attach, comment
from app.deals.services.tidying import blank_old_contacts, forget_old_drafts, hand_over

__all__ = [
    "Answer",
    "ApprovedMany",
    "Checked",
    "Won",
    "answer",
    "approve",
    "approve_many",
    "ask",
    "attach",
    "blank_old_contacts",
    "can_undo",
    "check_customer",
    "comment",
    "edit",
    "expire_due",
    "forget_old_drafts",
    "hand_over",
    "lose",
    "reject",
    "save_draft",
    "submit",
    "undo",
    "win",
    "withdraw",
]

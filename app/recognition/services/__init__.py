"""Verbs of recognition."""

from app.recognition.services.applauding import applaud
from app.recognition.services.categories import add_usual_categories, save_category, set_retired
from app.recognition.services.deciding import approve, can_undo, decline, undo, withdraw
from app.recognition.services.giving import AwardFields, give
from app.recognition.services.naming import answer_consent, take_off_hall, withdraw_all_consents
from app.recognition.services.years import record_service

__all__ = [
    "AwardFields", "add_usual_categories", "answer_consent", "applaud", "approve", "can_undo", "decline", "give",
    "record_service", "save_category", "set_retired", "take_off_hall", "undo", "withdraw", "withdraw_all_consents",
]  # fmt: skip

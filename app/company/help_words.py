"""Questions that people ask, with answers that name the rule and the number. Read by /help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from app.core.i18n import _
from app.core.settings import current_settings


class Answered(NamedTuple):
    """One question: `key` is its place on the page, `href` the page where it is done."""

    key: str
    question: str
    answer: str
    href: str | None = None
    link: str | None = None


Group = tuple[str, Sequence[Answered]]


def partner_help() -> list[Group]:
    """What a partner's people ask."""
    return [
        (_("Deals"), _deals()),
        (_("Points and rewards"), _points()),
        (_("Climb and learn"), _climb()),
        (_("Phone and account"), _phone()),
    ]


def vendor_help() -> list[Group]:
    """What the vendor's people ask."""
    return [
        (
            _("Work of the vendor"),
            [
                Answered(
                    "approve",
                    _("How do I approve safely from a phone?"),
                    _(
                        "The oldest deal comes first. Each one shows its checks and what follows from"
                        " a yes. A decision waits 60 seconds before anybody is told, and Undo takes "
                        "it back."
                    ),
                    "/admin",
                    _("Open approvals"),
                ),
                Answered(
                    "second",
                    _("When does a second person have to look?"),
                    _(
                        "For a program, a tier plan, a point adjustment, an award or gift codes above"
                        " their limit. Whoever prepared it cannot sign it off."
                    ),
                    "/admin/today",
                    _("See what waits"),
                ),
                Answered(
                    "why-points",
                    _("A partner asks why the points are what they are. Where do I look?"),
                    _(
                        "Open the line in the ledger. It names the fact, the program with its "
                        "version, and every step of the calculation."
                    ),
                    "/admin/ledger",
                    _("Open the ledger"),
                ),
            ],
        )
    ]


def _deals() -> list[Answered]:
    days = current_settings().deal_protection_days
    return [
        Answered(
            "protect",
            _("What does registering a deal give me?"),
            _(
                "Once it is approved, no other partner can register the same customer for %(days)s "
                "days, and you earn points when you win.",
                days=days,
            ),
            "/deals/new",
            _("Register a deal"),
        ),
        Answered(
            "clash",
            _("The form says that the customer may already be protected. What now?"),
            _(
                "You can still send it. A person looks at every such deal and tells you the answer "
                "and the reason. Nobody sees who else is selling there."
            ),
        ),
        Answered(
            "win",
            _("How do I report a win?"),
            _(
                "Open the deal and choose Mark as won. It asks for the invoice number, its value and "
                "its date, and then shows what you earned."
            ),
            "/deals",
            _("Open your deals"),
        ),
    ]


def _points() -> list[Answered]:
    return [
        Answered(
            "on-the-way",
            _("Why are some points on the way?"),
            _(
                "Some programs hold points for a few days in case a sale is returned. The line in "
                "your wallet says until when."
            ),
            "/wallet",
            _("Open your wallet"),
        ),
        Answered(
            "expiry",
            _("When do points expire?"),
            _(
                "Twelve months after they came, at the end of that month. The earliest to expire are "
                "spent first, and they stay usable for 30 days after the date."
            ),
            "/wallet/expiry",
            _("See your dates"),
        ),
        Answered(
            "voucher",
            _("Where is the code of my voucher?"),
            _(
                "On the order, right after you redeem. Choose Keep on this phone to have it where "
                "there is no signal."
            ),
            "/orders",
            _("Open your orders"),
        ),
        Answered(
            "gift-code",
            _("I was given a gift code. What do I do with it?"),
            _(
                "Enter its 16 characters, with or without dashes. You see what it is worth, who gave "
                "it and until when it is good before anything happens. Then put it into your wallet, "
                "or use it for a reward together with your points."
            ),
            "/redeem",
            _("Enter a code"),
        ),
    ]


def _climb() -> list[Answered]:
    return [
        Answered(
            "tier",
            _("How does my company reach the next tier?"),
            _(
                "Your tier page says what you have and what you need, and what one more deal would "
                "do. You rise as soon as you reach it. Spending points never lowers a tier."
            ),
            "/tier",
            _("Open your tier"),
        ),
        Answered(
            "board",
            _("Can I hide my name on the leaderboard?"),
            _("Yes. Choose an alias, or leave it out altogether: others then see a partner of your region."),
            "/leaderboards",
            _("Open the leaderboards"),
        ),
        Answered(
            "quiz",
            _("What happens if I fail a quiz?"),
            _(
                "You have three tries, then it opens again after 24 hours. There is no clock, and "
                "leaving keeps your place."
            ),
            "/training",
            _("Open Learn"),
        ),
    ]


def _phone() -> list[Answered]:
    return [
        Answered(
            "offline",
            _("What works without signal?"),
            _(
                "You can read your last home page, your deals, the vouchers kept on this phone and the "
                "parts of a course that you began, and type a new deal. It waits on the phone, and is "
                "sent when you say so."
            ),
        ),
        Answered(
            "language",
            _("How do I change language, theme or time zone?"),
            _("Language and theme are under More, the rest under Account."),
            "/account",
            _("Open your account"),
        ),
    ]


def groups_for(is_vendor: bool) -> list[Group]:
    """The questions of a vendor's person, or of everybody else."""
    made: Callable[[], list[Group]] = vendor_help if is_vendor else partner_help
    return made()

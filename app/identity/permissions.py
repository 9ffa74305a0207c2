"""What each role may do. Only this table says it; a test walks every route with every role."""

from __future__ import annotations

from app.partners.models import PARTNER_ROLES, VENDOR_ROLES, Role

# Places made to be seen: the wall and the boards, each with its own consent or alias; and everybody has a bell.
_EVERYBODY = frozenset({"notice.view", "board.view", "recognition.view"})
# What every role of the vendor that does some work may do beside it; an auditor reads, and applauds nobody.
_VENDOR_SEES = _EVERYBODY | {
    "account.edit",
    "recognition.applaud",
    "tier.admin_view",
    "board.admin_view",
    "training.admin_view",
    "recognition.admin_view",
}

_MEMBER = frozenset(
    {
        "home.view",
        "deal.view",
        "deal.write",
        "program.view",
        "sale.own",
        "wallet.view",
        "reward.view",
        "reward.redeem",
        "order.view",
        "team.view",
        "tier.view",
        "training.view",
        "news.view",
        "code.redeem",
        "recognition.applaud",
        "account.edit",
        *_EVERYBODY,
    }
)
_PARTNER_ADMIN = _MEMBER | {"deal.manage", "wallet.organisation", "team.manage", "training.matrix"}

_VENDOR_READS = _EVERYBODY | frozenset(
    {
        "queue.view",
        "deal.review",
        "partner.view",
        "person.view",
        "product.view",
        "program.admin_view",
        "sale.view",
        "reward.admin_view",
        "order.admin_view",
        "ledger.view",
        "audit.view",
        "settings.view",
        "tier.admin_view",
        "board.admin_view",
        "training.admin_view",
        "news.admin_view",
        "recognition.admin_view",
        "code.admin_view",
    }
)
_VENDOR_WRITES = frozenset(
    {
        "deal.decide",
        "partner.manage",
        "person.manage",
        "product.manage",
        "program.edit",
        "program.publish",
        "import.run",
        "reward.edit",
        "stock.import",
        "order.cancel",
        "order.fulfil",
        "ledger.adjust",
        "tier.edit",
        "tier.publish",
        "tier.pin",
        "board.edit",
        "training.edit",
        "news.edit",
        "recognition.applaud",
        "recognition.award",
        "recognition.approve",
        "code.issue",
        "code.approve",
        "code.export",
    }
)

PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.MEMBER: _MEMBER,
    Role.PARTNER_ADMIN: _PARTNER_ADMIN,
    Role.CHANNEL_MANAGER: frozenset(
        {
            *_VENDOR_SEES,
            "queue.view",
            "deal.review",
            "deal.decide",
            "partner.view",
            "partner.manage",
            "person.view",
            "product.view",
            "program.admin_view",
            "sale.view",
            "reward.admin_view",
            "order.admin_view",
            "order.cancel",
            "order.fulfil",
            "ledger.view",
            "tier.pin",
            "news.admin_view",
            "news.edit",
            "recognition.award",
        }
    ),
    Role.MARKETER: frozenset(
        {
            *_VENDOR_SEES,
            "partner.view",
            "product.view",
            "product.manage",
            "program.admin_view",
            "program.edit",
            "reward.admin_view",
            "reward.edit",
            "stock.import",
            "order.admin_view",
            "sale.view",
            "tier.edit",
            "board.edit",
            "training.edit",
            "news.admin_view",
            "news.edit",
            "recognition.award",
            "code.admin_view",
            "code.issue",
            "code.export",
        }
    ),
    Role.FINANCE: frozenset(
        {
            *_VENDOR_SEES,
            "partner.view",
            "sale.view",
            "import.run",
            "program.admin_view",
            "program.publish",
            "reward.admin_view",
            "order.admin_view",
            "order.cancel",
            "ledger.view",
            "ledger.adjust",
            "product.view",
            "tier.publish",
            "recognition.approve",
            "code.admin_view",
            "code.approve",
        }
    ),
    Role.AUDITOR: _VENDOR_READS | {"account.edit"},
    Role.OWNER: _VENDOR_READS | _VENDOR_WRITES | {"account.edit"},
}

ALL_PERMISSIONS = frozenset().union(*PERMISSIONS.values())
PARTNER_PERMISSIONS = frozenset().union(*(PERMISSIONS[role] for role in PARTNER_ROLES))
VENDOR_PERMISSIONS = frozenset().union(*(PERMISSIONS[role] for role in VENDOR_ROLES))


def answer_for(role: Role, needed: tuple[str, ...]) -> int:
    """The status a role gets from a route that needs one of `needed`: 200, 403 or 404.

    What a person may not see is 404, what they may see but not do is 403: to partners the vendor's side does
    not exist; a vendor's person knows of every page.
    """
    if PERMISSIONS[role].intersection(needed):
        return 200
    if role in PARTNER_ROLES and not PARTNER_PERMISSIONS.intersection(needed):
        return 404
    return 403

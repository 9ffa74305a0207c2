"""What deal tests begin with: a complete registration, and deals in a wanted state made through the services."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from app.core.clock import today
from app.deals import services
from app.deals.content import DealFields, Line
from app.deals.models import Deal
from app.deals.states import DealState
from tests.cast import Cast


def fields(cast: Cast, name: str = "Mutiara Logistics Sdn Bhd", **changes: Any) -> DealFields:
    """A complete registration of one line of firewalls for RM 48,000."""
    family = changes.pop("family", "firewall")
    value = changes.pop("value", 4_800_000)
    found: dict[str, Any] = {
        "customer_name": name,
        "customer_country": "MY",
        "customer_domain": "",
        "customer_registration_no": "",
        "contact_name": "Farid Hamzah",
        "contact_email": "farid@customer.example.com",
        "currency": "MYR",
        "lines": [Line(cast.families[family], value)],
        "expected_close_on": today() + timedelta(days=30),
        "notes": "",
    }
    found.update(changes)
    return found  # type: ignore[return-value]


def sent(cast: Cast, name: str = "Mutiara Logistics Sdn Bhd", *, by: Any = None, **changes: Any) -> Deal:
    """A deal that waits for the vendor."""
    return services.submit(fields(cast, name, **changes), actor=by or cast.aisyah)


def approved(cast: Cast, name: str = "Mutiara Logistics Sdn Bhd", **changes: Any) -> Deal:
    """A protected deal."""
    return services.approve(sent(cast, name, **changes).public_id, actor=cast.manager)


def win(cast: Cast, deal: Deal, minor: int = 4_800_000, *, won_on: date | None = None, by: Any = None) -> Any:
    return services.win(
        deal.public_id,
        invoice_no="INV-1",
        invoice_minor=minor,
        won_on=won_on or today(),
        actor=by or cast.aisyah,
    )


def in_state(cast: Cast, state: DealState, name: str = "Mutiara Logistics Sdn Bhd") -> Deal:
    """A deal of Aisyah's in this state, reached through the verbs."""
    if state is DealState.DRAFT:
        return services.save_draft(fields(cast, name), actor=cast.aisyah)
    deal = sent(cast, name)
    if state is DealState.SUBMITTED:
        return deal
    one, partner, vendor = deal.public_id, cast.aisyah, cast.manager
    if state is DealState.INFORMATION_NEEDED:
        return services.ask(one, "Which tender?", actor=vendor)
    if state is DealState.IN_REVIEW:
        services.ask(one, "Which tender?", actor=vendor)
        return services.answer(one, "Tender 7", actor=partner)
    if state is DealState.REJECTED:
        return services.reject(one, "too_early", actor=vendor)
    if state is DealState.WITHDRAWN:
        return services.withdraw(one, actor=partner)
    services.approve(one, actor=vendor)
    if state is DealState.WON:
        return win(cast, deal).deal
    if state is DealState.LOST:
        return services.lose(one, "price", actor=partner)
    if state is DealState.EXPIRED:
        return expire(deal)
    return deal


def expire(deal: Deal) -> Deal:
    """Let the protection run out."""
    from app.core.clock import travel, utc_now

    with travel(utc_now() + timedelta(days=200)):
        assert services.expire_due() >= 1
    return deal

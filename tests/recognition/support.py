"""What tests of recognition begin with: categories, a program that pays, awards made through the services."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.core.db import db, transaction
from app.ledger.models import Transfer
from app.ledger.queries import balances
from app.ledger.services import Owner
from app.ledger.worth import PointValue
from app.programs.rules import Definition
from app.recognition import services
from app.recognition.models import Award
from tests.cast import Cast
from tests.programs.makers import definition, live, reward


def rewards_of_awards() -> Definition:
    """One point for each point offered: to the person, or to the company where the award is the company's."""
    return definition(
        reward("per_unit", 1),
        reward("per_unit", 1, number=2, payee="organisation"),
        trigger="recognition",
    )


def begin(cast: Cast, *, budget: int | None = 20_000) -> None:
    """The usual categories, points worth RM 1 for 20, and (unless `budget` is 0) a program that pays for awards."""
    services.add_usual_categories(actor=cast.marketer)
    with transaction():
        db.session.add(PointValue(currency="MYR", points=20, per_minor=100))
    if budget != 0:
        live(cast, rewards_of_awards(), name="Awards", budget=budget)


def person(actor: Any) -> str:
    """How the form names a person."""
    return f"p-{actor.public_id}"


def company(one: Any) -> str:
    """How the form names a company."""
    return f"c-{one.public_id}"


def give(cast: Cast, *to: str, by: Any = None, **more: Any) -> Award:
    """An award to Aisyah unless said otherwise, by the marketer."""
    values: dict[str, Any] = {"category": "customer-hero", "citation": "Drove out on a holiday.", "points": 0}
    fields = services.AwardFields(to=to or (person(cast.aisyah),), **(values | more))
    return services.give(fields, actor=by or cast.marketer)


def points_of(actor: Any) -> int:
    """What a person can spend."""
    return balances(Owner("member", actor.person_id)).available


def company_points(organisation_id: int) -> int:
    """What a company can spend."""
    return balances(Owner("organisation", organisation_id)).available


def movements() -> int:
    """How many movements of value there are."""
    return int(db.session.scalar(select(func.count()).select_from(Transfer)) or 0)

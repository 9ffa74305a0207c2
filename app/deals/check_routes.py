"""Check before you type: a page of its own, and the hint under the company field of the form."""

from __future__ import annotations

from flask import Response, request

from app.core.http import is_htmx, render
from app.deals import services
from app.deals.blueprint import bp
from app.deals.errors import TooManyChecks
from app.deals.form_routes import blank_form
from app.deals.forms import OTHER
from app.deals.services import Answer, Checked
from app.identity.actor import Actor, current_actor
from app.identity.guard import needs

ASKED = ("customer_name", "customer_domain", "customer_registration_no")


@bp.get("/check")
@needs("deal.write")
def check() -> Response:
    """Is somebody already there? Beyond the limit the answer is 429 and says when to try again."""
    actor = current_actor()
    given = {name: request.args.get(name, "").replace("\x00", "").strip()[:300] for name in ASKED}
    country = request.args.get("customer_country", "").strip()
    given["customer_country"] = request.args.get("country_other", "") if country == OTHER else country
    result, refused = None, None
    try:
        result = _ask(given, actor) if any(given[name] for name in ASKED) else None
    except TooManyChecks as problem:
        refused = problem
    form = None if is_htmx() else blank_form()
    response = render(
        "deals/check.html", "hint", 429 if refused else 200, result=result, Answer=Answer, given=given, form=form,
        refused=refused.message if refused else None,
    )  # fmt: skip
    if refused:
        response.headers["Retry-After"] = str(refused.retry_after)
    return response


def _ask(given: dict[str, str], actor: Actor) -> Checked:
    return services.check_customer(
        name=given["customer_name"],
        country=given["customer_country"].upper()[:2] or None,
        domain=given["customer_domain"],
        registration_no=given["customer_registration_no"],
        actor=actor,
    )

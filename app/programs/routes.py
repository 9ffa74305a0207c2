"""Programs for partners: what runs for me and my company, what ended, and what a deal would bring."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.core.clock import today
from app.core.http import render
from app.identity.actor import Actor, current_actor
from app.identity.guard import needs
from app.programs import queries
from app.programs.calculations import worded_lines
from app.programs.estimates import Trial, try_out
from app.programs.forms import TryForm
from app.programs.hints import why_nothing

bp = Blueprint("programs", __name__)


@bp.get("/programs")
@needs("program.view")
def index() -> Response:
    """Programs for the person, for the company, or those that ended."""
    actor = current_actor()
    page = queries.list_programs(actor)
    view = request.args.get("view", "")
    if view not in ("company", "ended"):
        view = "me"
    cards = {"me": page.mine, "company": page.company, "ended": page.ended}[view]
    return render("programs/index.html", "main", page=page, view=view, cards=cards)


@bp.get("/programs/<slug>")
@needs("program.view")
def show(slug: str) -> Response:
    """One program: its rule, what it gave, and *Try it*."""
    actor = current_actor()
    page = queries.find_program(slug, actor)
    form = TryForm(page.version, actor.organisation_currency or "MYR", page.names, request.args)
    fields = [field.name for field in form] or ["quantity"]  # a rule without measures sends the latter
    wants = any(request.args.get(name, "").strip() for name in fields)
    is_right = not wants or form.validate()
    trial = _try(actor, page, form) if wants and is_right and page.can_try else None
    nothing = ""
    if trial is not None and not trial.estimates and trial.missing_rate is None:
        nothing = why_nothing(page.version.definition.rules[0], trial.fact)
    return render(
        "programs/show.html",
        "answer" if request.headers.get("HX-Target") == "answer" else "main",
        status=200 if is_right else 422,
        cards=page.cards,
        program=page.program,
        version=page.version,
        form=form if page.can_try else None,
        trial=trial,
        nothing=nothing,
        worded=worded_lines,
        history=sorted(page.program.versions, key=lambda each: each.number, reverse=True),
    )


def _try(actor: Actor, page: queries.ProgramPage, form: TryForm) -> Trial | None:
    """Ask the engine, on a day on which the program runs."""
    rule = page.version.definition.rules[0]
    starts = page.version.definition.starts_on
    family_id = form.family.data if "family" in form else (rule.family_ids[0] if rule.family_ids else None)
    course = form.course.data if "course" in form else (rule.courses[0] if rule.courses else None)
    return try_out(
        rule.trigger,
        actor_or_org=actor,
        amount_minor=form.amount.data if "amount" in form else None,
        currency=actor.organisation_currency,
        quantity=form.quantity.data if "quantity" in form else None,
        family_id=family_id,
        attributes={"course": course} if course else None,
        on=max(today(), starts) if starts else today(),
        slug=page.program.slug,
        names=page.names,
    )

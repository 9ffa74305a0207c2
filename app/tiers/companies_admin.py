"""The review before it runs, the companies with their tiers, and levels held by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Response, request, url_for
from sqlalchemy import select, tuple_

from app.core.clock import today
from app.core.db import db
from app.core.errors import InvalidInput, NotFound
from app.core.forms import add_errors
from app.core.http import idempotent, render, see_other, with_query
from app.core.i18n import _
from app.identity.actor import Actor, current_actor
from app.identity.guard import needs
from app.partners.models import Organisation
from app.partners.queries import find_organisation, visible_organisation_ids
from app.tiers import standing_page, words
from app.tiers.blueprint import admin_bp
from app.tiers.catalogue import load_catalogue
from app.tiers.forms import PinForm
from app.tiers.history import read_history, read_pins
from app.tiers.models import TierPin
from app.tiers.queries import level_names
from app.tiers.reviewing import Step
from app.tiers.services.pins import AlreadyPinned, end_pin, pin_level
from app.tiers.services.reviews import horizon, preview
from app.tiers.standings import STANDINGS, holds

PAGE = 50
SHOWN_STEPS = 200
CHUNK = 10_000  # companies asked for at once: fewer than either database takes values in a statement


@admin_bp.get("/review")
@needs("tier.admin_view")
def review() -> Response:
    """What reviews will do until the next day of review, if nothing more is recorded."""
    until = horizon()
    steps = preview(until)
    names = _seen_names(current_actor(), {step.organisation_id for step in steps})
    mine = [step for step in steps if step.organisation_id in names]
    return render(
        "admin/tiers/review.html", "main", until=until, steps=mine[:SHOWN_STEPS], count=len(mine), names=names,
        line=_line, icons=ICONS, levels=level_names(),
    )  # fmt: skip


ICONS = {
    "unpinned": ("lock", "info"),
    "grace": ("hourglass", "warn"),
    "warned": ("mail", "warn"),
    "recovered": ("circle-check", "ok"),
    "lowered": ("triangle-alert", "bad"),
    "raised": ("trending-up", "ok"),
}


def _line(step: Step, levels: dict[str, str]) -> str:
    level, to_level = levels.get(step.level, step.level), levels.get(step.to_level, step.to_level)
    until = words.long_day(step.until) if step.until else ""
    if step.kind == "grace":
        gaps = words.joined(words.counted(key, missing, missing=True) for key, missing in step.lacks)
        return _("%(gaps)s short of keeping %(tier)s: grace until %(day)s", gaps=gaps, tier=level, day=until)
    if step.kind == "warned":
        return _("Is warned: %(tier)s ends on %(day)s", tier=level, day=until)
    if step.kind == "recovered":
        return _("Keeps %(tier)s", tier=level)
    if step.kind == "unpinned":
        return _("The pin on %(tier)s ends", tier=level)
    return _("%(before)s becomes %(after)s", before=level, after=to_level)


def _seen_names(actor: Actor, ids: set[int]) -> dict[int, Any]:
    wanted, found = sorted(ids), dict[int, Any]()
    for at in range(0, len(wanted), CHUNK):
        query = select(Organisation.id, Organisation.public_id, Organisation.name).where(
            Organisation.id.in_(wanted[at : at + CHUNK]), Organisation.id.in_(visible_organisation_ids(actor))
        )
        found |= {row.id: row for row in db.session.execute(query)}
    return found


@admin_bp.get("/companies")
@needs("tier.admin_view")
def companies() -> Response:
    """Every company with its tier, by name; pinned ones can be looked at alone. `after` is the last one shown."""
    actor, after, only = current_actor(), request.args.get("after", ""), request.args.get("show", "")
    query = (
        select(
            Organisation.public_id, Organisation.name, Organisation.city, STANDINGS.c.level, STANDINGS.c.since_on,
            STANDINGS.c.grace_until, TierPin.ends_on.label("pin_until"),
        )
        .outerjoin(STANDINGS, STANDINGS.c.organisation_id == Organisation.id)
        .outerjoin(TierPin, (TierPin.organisation_id == Organisation.id) & holds(today()))
        .where(Organisation.id.in_(visible_organisation_ids(actor)))
        .order_by(Organisation.name, Organisation.id)
        .limit(PAGE + 1)
    )  # fmt: skip
    if after:
        shown = select(Organisation.name, Organisation.id).where(Organisation.public_id == after)
        last = db.session.execute(shown).first()
        if last is None:
            raise NotFound()
        query = query.where(tuple_(Organisation.name, Organisation.id) > tuple_(*last))
    if only == "pinned":
        query = query.where(TierPin.id.is_not(None))
    elif only == "grace":
        query = query.where(STANDINGS.c.grace_until.is_not(None))
    rows = list(db.session.execute(query))
    more = with_query(after=rows[PAGE - 1].public_id) if len(rows) > PAGE else None
    return render(
        "admin/tiers/companies.html", "rows" if after else "main", rows=rows[:PAGE], more_url=more, show=only,
        levels=level_names(),
    )  # fmt: skip


@admin_bp.get("/companies/<public_id>")
@needs("tier.admin_view")
def company(public_id: str) -> Response:
    """One company's tier: what it has, how it got there, and the pin."""
    return _company(find_organisation(public_id, current_actor()), PinForm(formdata=None))


@admin_bp.post("/companies/<public_id>/pin")
@needs("tier.pin")
@idempotent
def pin(public_id: str) -> Response:
    """Hold a company's level until a day."""
    actor = current_actor()
    found = find_organisation(public_id, actor)
    if _open_pin(found.id) is not None:
        raise AlreadyPinned()
    form = PinForm(request.form)
    try:
        if form.validate():
            assert form.ends_on.data is not None
            pin_level(found.id, form.level.data or "", form.reason.data or "", form.ends_on.data, actor=actor)
            return see_other(url_for("tiers_admin.company", public_id=public_id), toast=_("Pinned."))
    except InvalidInput as problem:
        add_errors(form, problem.fields)
    return _company(found, form, 422)


@admin_bp.post("/companies/<public_id>/pin/end")
@needs("tier.pin")
def unpin(public_id: str) -> Response:
    """Let the rules decide again."""
    actor = current_actor()
    found = find_organisation(public_id, actor)
    open_pin = _open_pin(found.id)
    if open_pin is not None:
        end_pin(open_pin, actor=actor)
    return see_other(url_for("tiers_admin.company", public_id=public_id), toast=_("The pin has ended."))


def _open_pin(organisation_id: int) -> int | None:
    query = select(TierPin.id).where(TierPin.organisation_id == organisation_id, TierPin.ended_at.is_(None))
    return db.session.scalar(query)


def _company(found: Organisation, form: PinForm, status: int = 200) -> Response:
    page = standing_page.read_page(found.id)
    levels = [] if page is None else [(level.slug, level.name) for level in page.definition.levels]
    if not form.is_submitted() and page is not None:
        form.level.data, form.ends_on.data = page.level.slug, _half_a_year(today())
    pins = read_pins(found.id)
    history = [] if page is None else read_history(found.id, pins, page.definition)
    return render(
        "admin/tiers/company.html", "main", status, company=found, page=page, form=form, levels=levels, history=history,
        pin=next((pin for pin in pins if pin.ended_at is None), None), words=words, names=dict(levels),
        has_plans=bool(load_catalogue().plans),
    )  # fmt: skip


def _half_a_year(on: date) -> date:
    return on + timedelta(days=182)

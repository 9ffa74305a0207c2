"""Tiers for the vendor: the plan and its draft, a second person, who is near a border, the next review, pins."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from sqlalchemy import select

from app.core.clock import today
from app.core.db import db
from app.core.errors import InvalidInput, NotFound
from app.core.forms import add_errors
from app.core.http import idempotent, render, see_other
from app.core.i18n import LOCALE_NAMES, _, ngettext
from app.core.nav import count_for
from app.core.settings import current_settings
from app.core.stamps import CHANGED_SINCE, ChangedSince
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.partners.audience_form import audience_parts
from app.tiers import benefits, companies_admin, editor, overview, words
from app.tiers.blueprint import admin_bp
from app.tiers.catalogue import load_catalogue, parse
from app.tiers.editor import PlanForm
from app.tiers.forms import NewPlanForm
from app.tiers.models import TierVersion, VersionState
from app.tiers.overview import PlanRow
from app.tiers.plans import METRICS, Definition
from app.tiers.services import plans

__all__ = ["admin_bp", "companies_admin"]
count_for("/admin/tiers", overview.waiting_count)


@admin_bp.get("")
@needs("tier.admin_view")
def index() -> Response:
    """The first plan, or how to begin one."""
    return _page(None)


@admin_bp.post("")
@needs("tier.edit")
@idempotent
def create() -> Response:
    """Begin a plan as a draft."""
    form = NewPlanForm()
    try:
        version = plans.create_plan(form.name.data or "", editor.blank(), actor=current_actor())
    except InvalidInput as refused:
        add_errors(form, refused.fields)
        return _page(None, new_plan=form, status=422)
    return see_other(url_for("tiers_admin.show", public_id=_public_id(version)))


@admin_bp.get("/plans/<public_id>")
@needs("tier.admin_view")
def show(public_id: str) -> Response:
    """One plan: its draft if somebody writes one, else what is live."""
    return _page(public_id)


@admin_bp.post("/plans/<public_id>")
@needs("tier.edit")
@idempotent
def save(public_id: str) -> Response:
    """Save the draft, send it, throw it away, or show the form with one more level."""
    plan, version = _open(public_id)
    action, actor = request.form.get("action", "draft"), current_actor()
    if action == "discard":
        gone = plans.discard_draft(version.id, actor=actor)
        target = url_for("tiers_admin.index") if gone else url_for("tiers_admin.show", public_id=public_id)
        return see_other(target, toast=_("The draft is gone."))
    form = _form(version, plan, typed=True)
    if action == "level":
        return _more_levels(form, plan)
    try:
        form.validate()
        made = editor.read(form, request.form)
        if not form.has_errors:
            plans.save_draft(
                version.id,
                name=form.name.data or "",
                definition=made,
                month=int(form.month.data),
                seen=request.form.get("seen"),
                actor=actor,
            )
            if action == "send":
                plans.send_for_sign_off(version.id, actor=actor)
            toast = _("Sent for sign-off.") if action == "send" else _("Saved.")
            return see_other(url_for("tiers_admin.show", public_id=public_id), toast=toast)
    except ChangedSince:
        return _page(public_id, form=form, status=409)
    except InvalidInput as problem:
        for name, sentence in problem.fields.items():
            form.fail_cell(name, sentence)
    return _page(public_id, form=form, status=422)


def _more_levels(form: PlanForm, plan: PlanRow) -> Response:
    """The form as it was typed with one more level on top; nothing is saved. Answers 422, so that nothing is stored."""
    values = editor.one_more_level(dict(request.form))
    form.draw(Definition((), ()), values)
    return _page(plan.public_id, form=form, status=422, texts=values)


@admin_bp.post("/plans/<public_id>/versions")
@needs("tier.edit")
@idempotent
def start_version(public_id: str) -> Response:
    """Begin to write what comes with the next year."""
    plans.start_version(_find(public_id).id, actor=current_actor())
    return see_other(url_for("tiers_admin.show", public_id=public_id))


@admin_bp.post("/plans/<public_id>/return")
@needs("tier.publish")
def give_back(public_id: str) -> Response:
    """Give a version that waits back to its makers."""
    plans.return_draft(_open(public_id)[1].id, actor=current_actor())
    return see_other(url_for("tiers_admin.show", public_id=public_id), toast=_("Given back as a draft."))


@admin_bp.post("/plans/<public_id>/publication")
@needs("tier.publish")
def publish(public_id: str) -> Response:
    """A second person makes it final."""
    version = plans.publish(_open(public_id)[1].id, seen=request.form.get("seen"), actor=current_actor())
    toast = _("Published. It applies from %(day)s.", day=words.long_day(version.applies_from))
    return see_other(url_for("tiers_admin.show", public_id=public_id), toast=toast)


def _find(public_id: str) -> PlanRow:
    found = next((plan for plan in overview.list_plans() if plan.public_id == public_id), None)
    if found is None:
        raise NotFound()
    return found


def _open(public_id: str) -> tuple[PlanRow, TierVersion]:
    plan = _find(public_id)
    if plan.open_version is None:
        raise NotFound()
    return plan, plan.open_version


def _public_id(version: TierVersion) -> str:
    from app.tiers.models import TierPlan

    return str(db.session.scalar(select(TierPlan.public_id).where(TierPlan.id == version.plan_id)))


def _form(version: TierVersion, plan: PlanRow, *, typed: bool = False) -> PlanForm:
    made = Definition.from_record(version.definition)
    followed = plan.before(version)
    before = Definition.from_record(followed.definition) if followed else None
    if typed:
        form = PlanForm(request.form)
        form.offer_audience(current_actor())
        form.audience_tiers.choices = []
        form.draw(made, dict(request.form), before)
        return form
    form = PlanForm(
        formdata=None,
        data={
            "name": version.name, "join": made.join, "month": str(version.year_starts_month),
            "grace_days": made.grace_days,
        },
    )  # fmt: skip
    form.offer_audience(current_actor(), made.audience)
    form.audience_tiers.choices = []
    form.draw(made, None, before)
    return form


def _page(
    public_id: str | None,
    *,
    form: PlanForm | None = None,
    status: int = 200,
    texts: dict[str, str] | None = None,
    new_plan: NewPlanForm | None = None,
) -> Response:
    actor, rows = current_actor(), overview.list_plans()
    is_typed = form is not None
    plan = (
        next((row for row in rows if row.public_id == public_id), None)
        if public_id
        else next(iter(rows), None)
    )
    if public_id and plan is None:
        raise NotFound()
    context: dict[str, Any] = {
        "plans": rows, "plan": plan, "form": None, "words": words, "overview": None,
        "badge": None, "note": None, "shows_live": False, "new_plan": new_plan or NewPlanForm(formdata=None),
        "plan_chips": [(row.name, url_for("tiers_admin.show", public_id=row.public_id), row is plan) for row in rows],
    }  # fmt: skip
    if plan is not None:
        shows_live = plan.live is not None and ("live" in request.args or plan.open_version is None)
        version = plan.live if shows_live else plan.open_version
        if "coming" in request.args and plan.coming is not None:
            numbers = {str(each.number): each for each in plan.published if each.applies_from > today()}
            shows_live, version = False, numbers.get(request.args["coming"], plan.coming)
        assert version is not None
        can_edit = actor.can("tier.edit") and version.state is not VersionState.PUBLISHED
        if can_edit and form is None:
            form = _form(version, plan)
        texts = texts or (dict(request.form) if is_typed else None)
        context |= _shown(plan, version, form if can_edit else None, shows_live, texts)
        context |= {
            "can_edit": can_edit,
            # What was typed over stays what it was, until the writer has been told that it changed.
            "seen": request.form.get("seen") if is_typed and status == 422 else plans.stamp_of(version),
            "changed_since": CHANGED_SINCE if status == 409 else None,
            "is_writer": actor.person_id in {version.made_by_id, *version.editor_ids},
        }
    return render("admin/tiers/index.html", "main", status, **context)


def _shown(
    plan: PlanRow, version: TierVersion, form: PlanForm | None, shows_live: bool, texts: dict[str, str] | None
) -> dict[str, Any]:
    """What the page of a plan shows beside the form."""
    definition = Definition.from_record(version.definition)
    live = parse(plan.live) if plan.live else None
    is_draft = not shows_live and version.state is not VersionState.PUBLISHED
    looked = None
    if live is not None and plan.published:
        looked = overview.look(
            live,
            definition if is_draft else None,
            version.year_starts_month,
            load_catalogue(),
            current_actor(),
        )
    bars = []
    if looked is not None and live is not None:
        bars.append((_("Live rules"), _by_slug(live.definition, looked.live)))
        if looked.draft:
            bars.append((_("This draft"), _by_slug(definition, looked.draft)))
    followed = plan.before(version) if is_draft else None
    before = Definition.from_record(followed.definition) if followed else None
    written = texts or editor.texts_of(definition)
    return {
        "version": version, "definition": definition, "form": form, "shows_live": shows_live, "live": live,
        "overview": looked, "bars": bars, "total": max(sum(looked.live), 1) if looked else 1,
        "levels": definition.levels,
        "changes": overview.change_words(looked) if looked and looked.draft else None,
        "shows_risk": request.args.get("near") == "risk", "here": _here(plan, shows_live),
        "next_review_on": looked.next_review_on if looked else None,
        "badge": _badge(version), "note": _note(plan, version), "sentence": _sentence(version, definition),
        "before": editor.changed_from(definition, before) if before else {}, "followed": followed,
        "left_out": [metric for metric in before.metrics if metric.key not in definition.keys] if before else [],
        "whom_for": whom_for(definition),
        "whom_before": whom_for(before) if before and before.audience != definition.audience else "",
        "reach_words": _reach_words(definition) if is_draft and form is None and not plan.published else "",
        "sentence_before": _sentence(followed, before) if followed and before else "", "following": plan.after(version),
        "used": [key for key in METRICS if _is_used(form, definition, key)],
        "unused": [key for key in METRICS if not _is_used(form, definition, key)], "metrics": METRICS,
        "texts": written, "slots": {place: editor.benefit_slots(written, place) for place in range(8)},
        "icons": editor.ICONS, "icon_names": words.ICON_NAMES, "languages": LOCALE_NAMES, "times": benefits.times,
        "currency": current_settings().reporting_currency,
    }  # fmt: skip


def _by_slug(definition: Definition, counts: list[int]) -> dict[str, int]:
    return {level.slug: count for level, count in zip(definition.levels, counts, strict=True)}


def _is_used(form: PlanForm | None, definition: Definition, key: str) -> bool:
    if form is None:
        return any(metric.key == key for metric in definition.metrics)
    return any(form.cells[f"need-{place}-{key}"].value for place in form.places)


def _here(plan: PlanRow, shows_live: bool) -> Any:
    def here(**changes: Any) -> str:
        kept: dict[str, Any] = {"live": 1} if shows_live and plan.open_version else {}
        return url_for("tiers_admin.show", public_id=plan.public_id, **kept, **changes)

    return here


def _badge(version: TierVersion) -> str:
    names = {VersionState.DRAFT: _("draft"), VersionState.WAITING: _("waits for sign-off")}
    state = names.get(version.state, _("live") if version.applies_from <= today() else _("published"))
    return f"{version.name}, {state}"


def _note(plan: PlanRow, version: TierVersion) -> str | None:
    """Since when, what follows, or until when what it follows stays."""
    if version.state is VersionState.PUBLISHED:
        after = plan.after(version)
        if after is not None:
            return _("%(name)s follows on %(day)s", name=after.name, day=words.long_day(after.applies_from))
        if version.applies_from <= today():
            return _("live since %(day)s", day=words.long_day(version.applies_from))
    before, day = plan.before(version), words.long_day(version.applies_from)
    if before is None:
        return None
    if before.applies_from > today():
        return _("follows %(name)s on %(day)s", name=before.name, day=day)
    return _("%(name)s stays live until %(day)s", name=before.name, day=day)


def whom_for(definition: Definition) -> str:
    """The companies of a plan in words: `Reseller · Malaysia`."""
    return " · ".join(audience_parts(definition.audience)) or _("Everybody")


def _reach_words(definition: Definition) -> str:
    """What a first version does once it is signed off: how many companies get it."""
    count = overview.reach(definition, current_actor())
    if not count:
        return _("No company comes under it yet.")
    return ngettext(
        "%(num)s company comes under it at once.", "%(num)s companies come under it at once.", count
    )


def _sentence(version: TierVersion, definition: Definition) -> str:
    period = words.period_name(version.year_starts_month)
    if definition.join == "score":
        first = _("A partner reaches a tier with a score of 70 of 100 in %(period)s.", period=period)
    else:
        first = _("A partner reaches a tier by having all of these in %(period)s.", period=period)
    return (
        first
        + " "
        + _(
            "Up at once; down one tier at the review, after %(days)d days of grace.",
            days=definition.grace_days,
        )
    )

"""A course's settings: title, rules, shelf, audience; and what would be published."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.core.errors import Conflict, InvalidInput
from app.core.forms import add_errors, choices
from app.core.http import see_other
from app.core.i18n import _
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.partners.audience import Audience
from app.partners.audience_form import audience_parts
from app.products.queries import list_families
from app.training import store
from app.training.admin_blueprint import admin_bp, after_saving, chosen_locale
from app.training.admin_parts import editor
from app.training.content import Rules
from app.training.forms import SHELVES, SettingsForm, settings_data
from app.training.queries import authoring as queries
from app.training.queries.authoring import CourseWork
from app.training.services import authoring


@admin_bp.get("/<slug>/settings")
@needs("training.admin_view")
def settings(slug: str) -> Response:
    return settings_page(queries.find_work(slug), chosen_locale())


@admin_bp.post("/<slug>/settings")
@needs("training.edit")
def save_settings(slug: str) -> Response:
    """With a draft: rules and place. Without: shelf and audience, which need no new version."""
    actor, locale = current_actor(), chosen_locale()
    work = queries.find_work(slug)
    form = _offered(SettingsForm(), work)
    message, status = "", 422
    if form.validate():
        try:
            rules = form.rules(work.loaded.rules, locale)
            if work.is_draft:
                authoring.save_settings(slug, rules, _place(form), seen=form.seen.data or "", actor=actor)
            else:
                authoring.place_course(slug, _place(form), actor=actor)
            url = after_saving("training_admin.settings", slug, locale)
            return see_other(url, toast=_("Saved."))
        except InvalidInput as refused:
            add_errors(form, {name.removesuffix(f"_{locale}"): text for name, text in refused.fields.items()})
        except Conflict as refused:
            message, status = str(refused.message), 409
            work = queries.find_work(slug)
            form.seen.data = store.stamp_of(work.loaded.rules)
    theirs = work.loaded.rules if status == 409 else None
    return settings_page(work, locale, form=form, message=message, status=status, theirs=theirs)


def settings_page(
    work: CourseWork, locale: str, *, form: SettingsForm | None = None, message: str = "", status: int = 200,
    theirs: Rules | None = None,
) -> Response:  # fmt: skip
    """The settings in the middle of the editor."""
    audience = Audience.from_record(work.course.audience or {})
    if form is None:
        data = settings_data(work.loaded.rules, locale)
        data |= {
            "category": work.course.category, "position": work.course.position,
            "family": str(work.course.family_id or ""), "seen": store.stamp_of(work.loaded.rules),
        }  # fmt: skip
        form = _offered(SettingsForm(formdata=None, data=data), work)
    context: dict[str, Any] = {"audience_words": audience_parts(audience), "theirs": theirs}
    return editor(work, locale, status=status, kind="settings", form=form, message=message, **context)


def _offered(form: SettingsForm, work: CourseWork) -> SettingsForm:
    form.family.choices = choices([("", _("None")), *((row.id, row.name) for row in list_families())])
    own = work.course.category
    shelves = {**dict(SHELVES), own: dict(SHELVES).get(own, own.capitalize())}
    form.category.choices = choices(shelves.items())
    form.offer_audience(current_actor(), Audience.from_record(work.course.audience or {}))
    return form


def _place(form: SettingsForm) -> authoring.Place:
    family = form.family.data or ""
    if family and family not in {choice.value for choice in form.family.choices}:
        raise InvalidInput(fields={"family": _("Choose one of the answers offered.")})
    if form.category.data and form.category.data not in {choice.value for choice in form.category.choices}:
        raise InvalidInput(fields={"category": _("Choose one of the answers offered.")})
    position = form.position.data
    return authoring.Place(
        form.category.data or "course",
        int(family) if family else None,
        100 if position is None else position,
        form.audience,
    )

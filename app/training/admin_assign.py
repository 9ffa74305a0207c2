"""Assignments: who must take a course by when."""

from __future__ import annotations

from flask import Response, request, url_for

from app.core.errors import Conflict, InvalidInput
from app.core.forms import add_errors
from app.core.http import idempotent, render, see_other
from app.core.i18n import _, current_locale
from app.core.money import format_points
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.training.admin_blueprint import admin_bp, more_url
from app.training.forms import AssignForm
from app.training.models import CourseStatus, said
from app.training.queries import assignments as queries
from app.training.services import assigning, authoring

MOST_PEOPLE = 500


@admin_bp.get("/assignments")
@needs("training.admin_view")
def assignments() -> Response:
    after = request.args.get("after", "")
    rows, following = queries.list_assignments(after=after)
    offers = rows and not after and current_actor().can("training.edit")
    return render(
        "admin/training/assignments.html", "rows" if after else "main", rows=rows, more_url=more_url(following),
        course=None, assignable=queries.list_assignable() if offers else [],
    )  # fmt: skip


@admin_bp.get("/<slug>/assignments")
@needs("training.admin_view")
def course_assignments(slug: str) -> Response:
    return _page(slug, None)


@admin_bp.post("/<slug>/assignments")
@needs("training.edit")
@idempotent
def assign(slug: str) -> Response:
    actor = current_actor()
    authoring.find_course(slug)
    form = AssignForm()
    form.offer_days()
    form.offer_audience(actor)
    if not form.validate():
        return _page(slug, form, status=422)
    try:
        to_people = form.who.data == "people"
        made = assigning.assign(
            slug,
            audience=None if to_people else form.audience,
            person_ids=_people(form) if to_people else (),
            due_on=form.due_on.data,
            remind_days=[int(days) for days in form.remind_days.data or ()],
            note=form.note.data or "",
            actor=actor,
        )
    except InvalidInput as refused:
        add_errors(form, refused.fields)
        return _page(slug, form, status=422)
    except Conflict as refused:
        return _page(slug, form, status=409, message=str(refused.message))
    coming = queries.people_coming([made.id]).get(made.id)
    toast = _("Assigned. They are told now.")
    if coming:
        count = format_points(coming, current_locale())
        toast = _("Assigned. %(count)s people are taken in and told, one after another.", count=count)
    return see_other(url_for("training_admin.course_assignments", slug=slug), toast=toast)


def _people(form: AssignForm) -> list[int]:
    """Ids of the people named. Raises InvalidInput for an address that nobody has."""
    emails = list(
        dict.fromkeys(line.strip().lower() for line in (form.people.data or "").splitlines() if line.strip())
    )
    if len(emails) > MOST_PEOPLE:
        raise InvalidInput(
            fields={"people": _("Name at most %(count)s people, or choose an audience.", count=MOST_PEOPLE)}
        )
    found = queries.people_by_email(emails)
    unknown = next((email for email in emails if email not in found), None)
    if unknown is not None:
        raise InvalidInput(
            fields={"people": _("No person of a partner has the address %(email)s.", email=unknown[:100])}
        )
    return list(found.values())


def _page(slug: str, form: AssignForm | None, *, status: int = 200, message: str = "") -> Response:
    course = authoring.find_course(slug)
    after = request.args.get("after", "")
    rows, following = queries.list_assignments(slug, after)
    if form is None:
        form = AssignForm(formdata=None, data={"who": "audience", "remind_days": ["7", "1"]})
        form.offer_days()
        form.offer_audience(current_actor())
    return render(
        "admin/training/assignments.html",
        "rows" if after and status == 200 else "main",
        status=status,
        rows=rows,
        more_url=more_url(following),
        course=course,
        title=said(course.title, current_locale()),
        form=form,
        message=message,
        may_assign=current_actor().can("training.edit") and course.status is CourseStatus.LIVE,
    )


@admin_bp.post("/assignments/<public_id>/cancellation")
@needs("training.edit")
def cancel_assignment(public_id: str) -> Response:
    slug = assigning.cancel_assignment(public_id, actor=current_actor())
    return see_other(
        url_for("training_admin.course_assignments", slug=slug), toast=_("Taken back. Nobody is reminded.")
    )

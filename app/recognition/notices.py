"""Telling people about awards, each in their language, when the time to undo is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from app.core.db import db, transaction
from app.core.i18n import _, current_locale, ngettext
from app.core.money import format_points
from app.core.settings import current_settings
from app.identity.models import Person
from app.identity.permissions import PERMISSIONS
from app.notices.letters import Letter, Reader, find_readers, send_once
from app.notices.services import notify
from app.partners.models import VENDOR_ROLES, Membership, Organisation, Role
from app.recognition.models import Award, AwardCategory, AwardRecipient, AwardState
from app.recognition.words import service_thanks, title_of


@dataclass(frozen=True, slots=True)
class Story:
    """What there is to tell, read once for all readers. `name` is who was awarded."""

    award: Award
    category: AwardCategory
    name: str
    note: str = ""

    def title(self) -> str:
        return title_of(self.category.name(current_locale()), self.award.service_years)

    def citation(self) -> str:
        if self.award.service_years is not None:
            return service_thanks(self.award.service_years)
        return self.award.citation or self.category.note(current_locale())


# title, paragraphs
Words = Callable[[Story], tuple[str, list[str]]]


def tell(award_id: int, what: str) -> None:
    """Fulfil a promise: `given` and `withdrawn` to those awarded, `asked` to who may approve, `declined` to who asked."""
    award = db.session.get(Award, award_id, populate_existing=True)
    if award is None:
        return
    category = db.session.get_one(AwardCategory, award.category_id)
    if what == "asked" and award.state is AwardState.WAITING:
        roles = [role for role in VENDOR_ROLES if "recognition.approve" in PERMISSIONS[role]]
        readers = find_readers(Membership.role.in_(roles), Person.id != award.giver_id)
        story = Story(award, category, _giver(award))
        _send(story, readers, _asked_words, f"/admin/recognition/{award.public_id}", "asked")
    elif what == "declined" and award.state is AwardState.DECLINED and award.giver_id is not None:
        readers = find_readers(Person.id == award.giver_id)
        story = Story(award, category, "", _last_note(award))
        _send(story, readers, _declined_words, f"/admin/recognition/{award.public_id}", "declined")
    elif what == "given" and award.state is AwardState.GIVEN:
        _tell_recipients(award, category, "given")
    elif what == "withdrawn" and award.state is AwardState.WITHDRAWN:
        _tell_recipients(award, category, "withdrawn")


def _tell_recipients(award: Award, category: AwardCategory, what: str) -> None:
    query = (
        select(AwardRecipient, Organisation.name)
        .join(Organisation, Organisation.id == AwardRecipient.organisation_id)
        .where(AwardRecipient.award_id == award.id)
        .order_by(AwardRecipient.id)
    )
    is_gone = what == "withdrawn"
    path = "/recognition" if is_gone else f"/recognition/{award.public_id}"
    note = _last_note(award) if is_gone else ""
    for recipient, company in db.session.execute(query).all():
        if recipient.person_id is not None:
            readers, words = find_readers(Person.id == recipient.person_id), _own_words
        else:
            ours = Membership.organisation_id == recipient.organisation_id
            readers, words = find_readers(ours, Membership.role == Role.PARTNER_ADMIN), _company_words
        words = _withdrawn_words if is_gone else words
        _send(Story(award, category, company, note), readers, words, path, f"{what}:{recipient.id}")


def _send(story: Story, readers: list[Reader], words: Words, path: str, key: str) -> None:
    """A notice and a mail to each reader, once however often the job runs."""
    dedupe = f"recognition:{story.award.id}:{key}"

    def notice() -> tuple[str, str]:
        title, paragraphs = words(story)
        return title, " ".join(paragraphs[:1])

    def letter() -> Letter:
        button = _("See the wall") if path == "/recognition" else _("See the award")
        return Letter(*words(story), button)

    with transaction():
        notify([one.id for one in readers], "recognition", notice, href=path, dedupe=dedupe, icon="award")
        send_once(readers, letter, href=path, dedupe=dedupe)


def _points(story: Story) -> str:
    count = story.award.points
    return ngettext(
        "%(points)s point is yours.",
        "%(points)s points are yours.",
        count,
        points=format_points(count, current_locale()),
    )


def _own_words(story: Story) -> tuple[str, list[str]]:
    vendor = current_settings().vendor_name
    title = _("%(vendor)s recognised you: %(award)s", vendor=vendor, award=story.title())
    lines = [story.citation() or _("Thank you for what you did.")]
    if story.award.points:
        lines.append(_points(story))
    lines.append(_("On the page of the award you decide whether your name may stand in the Hall of Fame."))
    return title, lines


def _company_words(story: Story) -> tuple[str, list[str]]:
    vendor = current_settings().vendor_name
    title = _(
        "%(vendor)s recognised %(company)s: %(award)s",
        vendor=vendor,
        company=story.name,
        award=story.title(),
    )
    lines = [story.citation() or _("Thank you for what you did.")]
    if story.award.points:
        count = story.award.points
        lines.append(
            ngettext(
                "%(points)s point is your company’s.",
                "%(points)s points are your company’s.",
                count,
                points=format_points(count, current_locale()),
            )
        )
    lines.append(
        _("On the page of the award you decide whether your company’s name may stand in the Hall of Fame.")
    )
    return title, lines


def _asked_words(story: Story) -> tuple[str, list[str]]:
    title = _("An award waits for you: %(award)s", award=story.title())
    return title, [
        _("%(person)s asks you to approve it. Nothing is posted or shown before that.", person=story.name)
    ]


def _declined_words(story: Story) -> tuple[str, list[str]]:
    title = _("Your award was not approved: %(award)s", award=story.title())
    return title, [story.note, _("Nothing was posted and nobody was told.")]


def _withdrawn_words(story: Story) -> tuple[str, list[str]]:
    title = _("Withdrawn: %(award)s", award=story.title())
    lines = [story.note]
    if story.award.points:
        lines.append(_("The points that came with it were taken back."))
    return title, lines


def _giver(award: Award) -> str:
    return db.session.scalar(select(Person.name).where(Person.id == award.giver_id)) or ""


def _last_note(award: Award) -> str:
    from app.recognition.models import AwardEvent

    query = select(AwardEvent.note).where(AwardEvent.award_id == award.id).order_by(AwardEvent.id.desc())
    return db.session.scalar(query.limit(1)) or ""

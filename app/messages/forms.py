"""Shapes of the announcement forms; what may be published is the service's own check."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField

from app.core.clock import local, zone
from app.core.filters import zone_name
from app.core.forms import AppForm, LengthAtMost, OneOf, Required, TextAreaField, TextField, choices
from app.core.forms import _Typed as TypedField
from app.core.i18n import LOCALES
from app.messages.models import Announcement, Kind, Revision, Wording
from app.messages.services.drafts import BODY, BUTTON, HREF, NOTE, SUMMARY, TITLE, Draft, Words
from app.messages.words import KINDS
from app.partners.audience_form import AudienceFields


class MomentField(TypedField):
    """A day and a clock time in the zone of the person typing, as datetime inputs send it; held as an instant."""

    def shown(self, value: Any) -> str:
        if not isinstance(value, datetime):
            return str(value)
        return local(value, zone_name()).strftime("%Y-%m-%dT%H:%M")

    def read(self, text: str) -> datetime:
        try:
            typed = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(gettext("Choose a day and a time, for example 2026-12-31 08:30.")) from None
        if not 2000 <= typed.year <= 2100:
            raise ValueError(gettext("Choose a date between 2000 and 2100."))
        return typed.replace(tzinfo=zone(zone_name())).astimezone(UTC)


def _clean(value: Any) -> Any:
    return value.replace("\x00", "").replace("\r\n", "\n").strip() if isinstance(value, str) else value


class WordingForm(AppForm):
    """Headline, line below, message and button, each in every language (`title_en`); and where the button leads."""

    href = TextField(_l("The button leads to"), [LengthAtMost(HREF)])

    @property
    def words(self) -> dict[str, Words]:
        return {
            locale: Words(
                *(self[f"{name}_{locale}"].data or "" for name in ("title", "summary", "body", "button"))
            )
            for locale in LOCALES
        }

    @property
    def wrong_locale(self) -> str | None:
        """The first language in which something has to be fixed."""
        return next(
            (name[-2:] for name in self.errors if name and name[-3:-2] == "_" and name[-2:] in LOCALES), None
        )

    def fill_words(self, revision: Revision, texts: dict[str, Wording]) -> None:
        self.href.data = revision.href
        for locale, text in texts.items():
            for name in ("title", "summary", "body", "button"):
                self[f"{name}_{locale}"].data = getattr(text, name)


for _locale in LOCALES:
    setattr(WordingForm, f"title_{_locale}", TextField(_l("Headline"), [LengthAtMost(TITLE)]))
    setattr(
        WordingForm, f"summary_{_locale}", TextField(_l("Line below the headline"), [LengthAtMost(SUMMARY)])
    )
    setattr(
        WordingForm,
        f"body_{_locale}",
        TextAreaField(_l("Message"), [LengthAtMost(BODY)], filters=[_clean]),
    )
    setattr(WordingForm, f"button_{_locale}", TextField(_l("Button"), [LengthAtMost(BUTTON)]))


class AnnouncementForm(AudienceFields, WordingForm):
    """A draft."""

    kind = RadioField(
        _l("Kind"),
        [Required(), OneOf([kind.value for kind in Kind])],
        choices=choices(KINDS.items()),
        default=Kind.NEWS.value,
        validate_choice=False,
    )
    starts_at = MomentField(_l("Send"))
    ends_at = MomentField(_l("Take down"))
    pinned_until = MomentField(_l("Pinned until"))
    with_mail = BooleanField(_l("Also by email"))

    def fill(self, row: Announcement) -> None:
        self.kind.data, self.with_mail.data = row.kind.value, row.with_mail
        self.starts_at.data, self.ends_at.data = row.starts_at, row.ends_at
        self.pinned_until.data = row.pinned_until

    @property
    def draft(self) -> Draft:
        """What was typed. Call it after `validate()`."""
        return Draft(
            kind=Kind(self.kind.data),
            words=self.words,
            href=self.href.data or "",
            audience=self.audience,
            with_mail=bool(self.with_mail.data),
            starts_at=self.starts_at.data,
            ends_at=self.ends_at.data,
            pinned_until=self.pinned_until.data,
        )


class CorrectionForm(WordingForm):
    """The next wording of what is live."""

    note = TextField(_l("What the correction changes"), [LengthAtMost(NOTE)])
    tells_again = BooleanField(_l("Tell everybody again"))


class TimesForm(AppForm):
    """Until when something live stands, and stands first."""

    ends_at = MomentField(_l("Take down"))
    pinned_until = MomentField(_l("Pinned until"))

"""Shape of what people type about themselves."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from babel.core import get_global
from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, PasswordField, SelectField
from wtforms.validators import ValidationError

from app.core.forms import AppForm, LengthAtMost, Required, TextField, choices
from app.core.i18n import LOCALE_NAMES
from app.identity.actor import ROLE_NAMES
from app.partners.models import PARTNER_ROLES, VENDOR_ROLES

EMAIL_SENTENCE = _l("Enter an email address, for example aisyah@kinabalu.example.com")


class EmailShape:
    """An e-mail address by shape alone; whether it exists is learnt by writing to it."""

    def __call__(self, form: Any, field: Any) -> None:
        try:
            validate_email(field.data or "", check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            raise ValidationError(
                gettext("Enter an email address, for example aisyah@kinabalu.example.com")
            ) from None


class EmailForm(AppForm):
    """An address to send a code or a link to."""

    email = TextField(_l("Work email"), [Required(EMAIL_SENTENCE), LengthAtMost(254), EmailShape()])
    next = HiddenField()


class SignInForm(AppForm):
    """The two fields of the sign-in page."""

    email = TextField(_l("Work email"), [Required(EMAIL_SENTENCE), LengthAtMost(254)])
    password = PasswordField(_l("Password"), [Required(_l("Enter your password."))])
    next = HiddenField()


def _without_nul(value: str | None) -> str | None:
    return value.replace("\x00", "") if value else value


class CodeForm(AppForm):
    """The mailed code."""

    email = HiddenField(filters=[_without_nul])
    next = HiddenField()
    code = TextField(_l("Code"), [Required(_l("Enter the 6 digits from the email.")), LengthAtMost(20)])


class NewPasswordForm(AppForm):
    """A new password, typed once: it can be shown and pasted."""

    password = PasswordField(_l("New password"), [Required(_l("Enter a new password."))])


class JoinForm(AppForm):
    """What somebody with an invitation fills in."""

    name = TextField(_l("Your name"), [Required(_l("Enter your name.")), LengthAtMost(80)])
    password = PasswordField(_l("Choose a password"), [Required(_l("Choose a password."))])
    locale = SelectField(_l("Language"), choices=choices(LOCALE_NAMES.items()))


class InviteForm(AppForm):
    """Whom to invite, and as what."""

    email = TextField(_l("Email"), [Required(EMAIL_SENTENCE), LengthAtMost(254), EmailShape()])
    role = SelectField(_l("Role"), choices=choices((role, ROLE_NAMES[role]) for role in PARTNER_ROLES))


class VendorInviteForm(InviteForm):
    """Whom to invite to the vendor's own side."""

    role = SelectField(_l("Role"), choices=choices((role, ROLE_NAMES[role]) for role in VENDOR_ROLES))


class RoleForm(AppForm):
    """Another role for a partner's person."""

    role = SelectField(_l("Role"), choices=choices((role, ROLE_NAMES[role]) for role in PARTNER_ROLES))


class VendorRoleForm(AppForm):
    """Another role for a vendor's person."""

    role = SelectField(_l("Role"), choices=choices((role, ROLE_NAMES[role]) for role in VENDOR_ROLES))


# Zones that a territory uses today; old names of the same zone are left out.
ZONES = tuple(sorted(available_timezones() & get_global("zone_territories").keys()))


class AccountForm(AppForm):
    """What a person may change about themselves."""

    name = TextField(_l("Your name"), [Required(_l("Enter your name.")), LengthAtMost(80)])
    locale = SelectField(_l("Language"), choices=choices(LOCALE_NAMES.items()))
    time_zone = SelectField(_l("Time zone"), choices=[])
    has_shortcuts = BooleanField(_l("Keyboard shortcuts in lists"))

    def offer_zones(self, default: str) -> None:
        """Offer the company's zone first, then every zone."""
        own = gettext("As my company: %(zone)s", zone=default.replace("_", " "))
        self.time_zone.choices = choices([("", own), *((name, name.replace("_", " ")) for name in ZONES)])


class PasswordForm(AppForm):
    """Another password."""

    current_password = PasswordField(_l("Present password"), [Required(_l("Enter your present password."))])
    password = PasswordField(_l("New password"), [Required(_l("Enter a new password."))])

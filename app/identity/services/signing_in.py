"""Sign-in by password or mailed code, and reset by mailed link.

An address that we know and one that we do not are answered alike: the same sentences, the same work, the same rows.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select, update

from app.core import audit, mail
from app.core.clock import utc_now
from app.core.crypto import keyed_digest, new_token, same
from app.core.db import db, transaction
from app.core.errors import AppError, InvalidInput, NotFound
from app.core.settings import current_settings
from app.identity import passwords
from app.identity.models import Person, PersonStatus, SecretKind, SignInSecret
from app.identity.services.tries import Browser, count_mail, count_try, fold_email, give_try_back
from app.identity.sessions import end_sessions_of, start_session
from app.partners.models import Membership, Organisation, OrganisationStatus, Role

RESET_MINUTES = 60


class SignInRefused(AppError):
    """The address and the secret do not open an account; which of the two is wrong is not said."""

    status, code = 422, "sign_in_refused"


@dataclass(frozen=True, slots=True)
class Found:
    """Whom an address or a link leads to."""

    person_id: int
    role: Role
    locale: str
    password_hash: str | None


def find_by_email(email: str) -> Found | None:
    """The active person of an address with a place to act in, or None."""
    return _find(Person.email == fold_email(email))


def find_by_id(person_id: int) -> Found | None:
    """The same of a person that is known."""
    return _find(Person.id == person_id)


def _find(who: ColumnElement[bool]) -> Found | None:
    row = db.session.execute(
        select(Person.id, Membership.role, Person.locale, Person.password_hash, Organisation.status)
        .join(Membership, (Membership.person_id == Person.id) & Membership.ended_at.is_(None))
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(who, Person.status == PersonStatus.ACTIVE)
    ).first()
    if row is None or row[4] is OrganisationStatus.SUSPENDED:
        return None
    return Found(row[0], row[1], row[2], row[3])


def sign_in_with_password(email: str, password: str, browser: Browser) -> str:
    """Open a session and return its token. Raises SignInRefused or RateLimited."""
    count_try(email, browser)
    found = find_by_email(email)
    fits = passwords.verify_password(found.password_hash if found else None, password)
    if found is None or not fits:
        raise SignInRefused(
            _("This email and password do not fit together. Try again, or get a code by email.")
        )
    stale = found.password_hash is not None and passwords.needs_rehash(found.password_hash)
    fresh = passwords.hash_password(password) if stale else None
    with transaction():
        if fresh is not None:
            db.session.execute(update(Person).where(Person.id == found.person_id).values(password_hash=fresh))
        return _open(found, email, browser, "password")


def _open(found: Found, email: str, browser: Browser, how: str) -> str:
    give_try_back(email, browser)
    return open_session(found, browser, how)


def open_session(found: Found, browser: Browser, how: str) -> str:
    """Open a session inside a transaction, with a line in the audit trail, and return its token."""
    token = start_session(found.person_id, found.role, user_agent=browser.user_agent, address=browser.address)
    audit.record(
        "person.signed_in",
        actor=Signer(found.person_id, found.role),
        subject="person",
        subject_id=found.person_id,
        note=how,
    )
    return token


@dataclass(frozen=True, slots=True)
class Signer:
    """Who acts while signing in, before there is an Actor."""

    person_id: int
    role: Role


def _mail_alike(found: Found | None, email: str, subject: str, text: str, html: str) -> None:
    """Promise a mail. For an address that we do not know the same work is done and undone, so that time tells nothing."""
    mail_id = mail.send(fold_email(email), subject, text, html, person_id=found.person_id if found else None)
    if found is None and mail_id is not None:
        mail.take_back(mail_id)


# ---- mailed code -----------------------------------------------------------------------------------------------------


def _email_digest(email: str) -> str:
    return keyed_digest("sign-in email", fold_email(email))


def _code_digest(email: str, code: str) -> str:
    return keyed_digest("sign-in code", f"{fold_email(email)} {code}")


def request_code(email: str, browser: Browser) -> None:
    """Mail a code of six digits if the address has an account. Raises RateLimited."""
    count_mail(email, browser)
    code = f"{secrets.randbelow(1_000_000):06d}"
    settings, now = current_settings(), utc_now()
    with transaction():
        found = find_by_email(email)
        db.session.execute(
            update(SignInSecret)
            .where(
                SignInSecret.kind == SecretKind.CODE,
                SignInSecret.email_digest == _email_digest(email),
                SignInSecret.used_at.is_(None),
            )
            .values(used_at=now)
        )
        db.session.add(
            SignInSecret(
                kind=SecretKind.CODE,
                email_digest=_email_digest(email),
                person_id=found.person_id if found else None,
                secret_digest=_code_digest(email, code),
                expires_at=now + timedelta(minutes=settings.code_minutes),
            )
        )
        with force_locale(found.locale if found else settings.default_locale):
            text, html = mail.compose(
                [
                    _("Type this code to sign in. It works for %(minutes)s minutes, once.",
                      minutes=settings.code_minutes),
                ],
                code=code,
            )  # fmt: skip
            subject = _("%(code)s is your sign-in code", code=code)
        _mail_alike(found, email, subject, text, html)


def sign_in_with_code(email: str, code: str, browser: Browser) -> str:
    """Open a session with a mailed code and return its token. Raises SignInRefused or RateLimited.

    A code works once, for its minutes, and dies at the fifth wrong try.
    """
    count_try(email, browser)
    wrong = SignInRefused(
        _("This code does not fit or is too old. Check the newest mail, or ask for another code.")
    )
    digits = "".join(letter for letter in code if letter.isdigit())
    with transaction():
        secret_id = _take_code(email, digits)
    if secret_id is None:
        raise wrong
    with transaction():
        found = find_by_email(email)
        if found is None:
            raise wrong
        return _open(found, email, browser, "code")


def _take_code(email: str, digits: str) -> int | None:
    """Count a try on the newest living code; use it up if the digits fit."""
    now = utc_now()
    newest = (
        select(SignInSecret)
        .where(
            SignInSecret.kind == SecretKind.CODE,
            SignInSecret.email_digest == _email_digest(email),
            SignInSecret.used_at.is_(None),
            SignInSecret.expires_at > now,
        )
        .order_by(SignInSecret.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    secret = db.session.scalars(newest).first()
    expected = secret.secret_digest if secret else _code_digest(email, "nobody")
    fits = same(expected, _code_digest(email, digits))
    if secret is None:
        return None
    if not fits:
        secret.tries += 1
        if secret.tries >= current_settings().code_tries:
            secret.used_at = now
        return None
    secret.used_at = now
    return secret.id


# ---- reset -----------------------------------------------------------------------------------------------------------


def request_reset(email: str, browser: Browser) -> None:
    """Mail a link that sets a new password if the address has an account. Raises RateLimited."""
    count_mail(email, browser)
    token, settings = new_token(), current_settings()
    with transaction():
        found = find_by_email(email)
        db.session.add(
            SignInSecret(
                kind=SecretKind.RESET,
                email_digest=_email_digest(email),
                person_id=found.person_id if found else None,
                secret_digest=keyed_digest("reset", token),
                expires_at=utc_now() + timedelta(minutes=RESET_MINUTES),
            )
        )
        link = f"{settings.external_url}/sign-in/reset/{token}"
        with force_locale(found.locale if found else settings.default_locale):
            subject = _("Set a new password")
            text, html = mail.compose(
                [
                    _("Somebody asked for a new password for your account. If it was not you, do nothing."),
                    _("The link works for %(minutes)s minutes, once.", minutes=RESET_MINUTES),
                ],
                action=(subject, link),
            )
        _mail_alike(found, email, subject, text, html)


def find_reset(token: str) -> SignInSecret:
    """The living reset of a link. Raises NotFound."""
    found = db.session.scalars(
        select(SignInSecret).where(
            SignInSecret.kind == SecretKind.RESET,
            SignInSecret.secret_digest == keyed_digest("reset", token),
            SignInSecret.used_at.is_(None),
            SignInSecret.person_id.is_not(None),
            SignInSecret.expires_at > utc_now(),
        )
    ).first()
    if found is None:
        raise NotFound(_("This link was used or is too old. Ask for a new one."))
    return found


def reset_password(token: str, password: str, browser: Browser) -> str:
    """Set a new password by a mailed link, sign out everywhere, and open a session. Returns its token.

    Raises NotFound for a dead link, InvalidInput for a weak password.
    """
    person_id = find_reset(token).person_id
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFound()
    passwords.check_new_password(password, email=person.email)
    fresh = passwords.hash_password(password)
    now = utc_now()
    with transaction():
        used = db.session.execute(
            update(SignInSecret)
            .where(
                SignInSecret.kind == SecretKind.RESET,
                SignInSecret.secret_digest == keyed_digest("reset", token),
                SignInSecret.used_at.is_(None),
                SignInSecret.expires_at > now,
            )
            .values(used_at=now)
            .returning(SignInSecret.id)
        ).first()
        found = find_by_email(person.email)
        if used is None or found is None:
            raise NotFound(_("This link was used or is too old. Ask for a new one."))
        db.session.execute(update(Person).where(Person.id == found.person_id).values(password_hash=fresh))
        end_sessions_of(found.person_id)
        _end_secrets_of(found.person_id)
        who = Signer(found.person_id, found.role)
        audit.record("person.password_reset", actor=who, subject="person", subject_id=found.person_id)
        return start_session(
            found.person_id, found.role, user_agent=browser.user_agent, address=browser.address
        )


def _end_secrets_of(person_id: int) -> None:
    """Codes and links that were mailed before a new password open nothing any more."""
    db.session.execute(
        update(SignInSecret)
        .where(SignInSecret.person_id == person_id, SignInSecret.used_at.is_(None))
        .values(used_at=utc_now())
    )


def change_password(person_id: int, current: str, fresh: str, browser: Browser, *, keep_session: int) -> None:
    """Set another password after checking the present one; all other sessions end.

    Raises InvalidInput, or RateLimited after as many wrong ones as at sign-in.
    """
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFound()
    count_try(person.email, browser)
    if not passwords.verify_password(person.password_hash, current):
        sentence = _("This is not your present password.")
        raise InvalidInput(sentence, fields={"current_password": sentence})
    passwords.check_new_password(fresh, email=person.email)
    hashed = passwords.hash_password(fresh)
    with transaction():
        give_try_back(person.email, browser)
        db.session.execute(update(Person).where(Person.id == person_id).values(password_hash=hashed))
        end_sessions_of(person_id, but=keep_session)
        _end_secrets_of(person_id)
        audit.record("person.password_changed", actor=None, subject="person", subject_id=person_id)

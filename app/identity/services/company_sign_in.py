"""Signing in by the company's provider: from the first time on by (issuer, subject), never by e-mail again."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core import audit
from app.core.clock import utc_now
from app.core.db import db, lock, transaction
from app.core.i18n import _l
from app.identity.models import CompanySignIn, Person
from app.identity.oidc import SignInNotDone, Vouched
from app.identity.services import signing_in, tries
from app.identity.services.signing_in import Found, Signer
from app.identity.services.tries import Browser, fold_email


class NoAccount(SignInNotDone):
    """Nobody here may sign in as this: unknown, left, suspended, or linked to somebody else. Which, is not said."""

    code = "no_portal_account"
    default = _l(
        "Your company account does not open this portal. Ask whoever invited you, or sign in another way."
    )


class EmailNotVerified(SignInNotDone):
    """The provider does not vouch for the address, so it cannot tell who this is."""

    code = "email_not_verified"
    default = _l("Your company has not confirmed the email address of your account. Sign in another way.")


def count_try(browser: Browser) -> None:
    """Count a return from the provider on its address, before it is judged. Raises RateLimited."""
    tries.count_address(browser)


def sign_in_vouched(vouched: Vouched, browser: Browser) -> str:
    """Open a session for whom the provider vouches and return its token. Raises NoAccount, EmailNotVerified."""
    try:
        with transaction():
            return _sign_in(vouched, browser)
    except IntegrityError:  # two first times at once: the other was quicker
        with transaction():
            return _sign_in(vouched, browser)


def _sign_in(vouched: Vouched, browser: Browser) -> str:
    link = db.session.scalars(
        select(CompanySignIn).where(
            CompanySignIn.issuer == vouched.issuer, CompanySignIn.subject == vouched.subject
        )
    ).first()
    if link is not None:
        found = signing_in.find_by_id(link.person_id)
        if found is None:
            raise NoAccount()
    else:
        found = _link(vouched)
    tries.give_address_back(browser)
    return signing_in.open_session(found, browser, "company")


def _link(vouched: Vouched) -> Found:
    """Tie the person of a verified address to this account of the provider, once and for all."""
    if not vouched.email:
        raise EmailNotVerified()
    found = signing_in.find_by_email(vouched.email)
    if found is None:
        raise NoAccount()
    lock(Person, found.person_id)  # another tab may be linking the same person just now
    held = db.session.scalars(
        select(CompanySignIn).where(
            CompanySignIn.issuer == vouched.issuer, CompanySignIn.person_id == found.person_id
        )
    ).first()
    if held is not None and held.subject == vouched.subject:
        return found
    if held is not None:  # the address went to another account: not the person's choice
        raise NoAccount()
    db.session.add(
        CompanySignIn(
            person_id=found.person_id, issuer=vouched.issuer, subject=vouched.subject, linked_at=utc_now()
        )
    )
    db.session.flush()
    audit.record(
        "person.company_sign_in_linked",
        actor=Signer(found.person_id, found.role),
        subject="person",
        subject_id=found.person_id,
        note=vouched.issuer,
    )
    return found


def unlink(email: str, *, actor: object = None) -> int:
    """Forget the provider's accounts of a person, so that the next sign-in links anew; says how many."""
    with transaction():
        links = list(
            db.session.scalars(
                select(CompanySignIn)
                .join(Person, Person.id == CompanySignIn.person_id)
                .where(Person.email == fold_email(email))
                .with_for_update()
            )
        )
        for link in links:
            db.session.delete(link)
            audit.record(
                "person.company_sign_in_unlinked", actor=actor, subject="person", subject_id=link.person_id,
                note=link.issuer,
            )  # fmt: skip
        return len(links)

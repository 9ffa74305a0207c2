"""Invitations: a mailed link that lets one address join one company, or the vendor, in one role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select, update

from app.core import audit, limits, mail
from app.core.clock import utc_now
from app.core.crypto import keyed_digest, new_token
from app.core.db import db, lock, transaction
from app.core.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited
from app.core.settings import current_settings
from app.identity import passwords
from app.identity.actor import Actor
from app.identity.models import Invitation, Person
from app.identity.services.people import EmailTaken, create_person, hold_owners
from app.identity.services.signing_in import Browser, fold_email
from app.identity.sessions import start_session
from app.partners.models import (
    PARTNER_ROLES,
    VENDOR_ROLES,
    Membership,
    Organisation,
    OrganisationStatus,
    Role,
)

# Of one person: the portal is nobody's way to write to strangers.
MAILS_AN_HOUR, HOUR = 60, 3_600


@dataclass(frozen=True, slots=True)
class JoinOffer:
    """What the page behind an invitation's link shows."""

    invitation_id: int
    email: str
    role: Role
    organisation_id: int | None
    organisation_name: str | None
    locale: str
    has_account: bool


def _digest(token: str) -> str:
    return keyed_digest("invitation", token)


def invite(email: str, role: Role, organisation_id: int | None, *, actor: Actor) -> Invitation:
    """Write an invitation and mail its link. Raises Forbidden, InvalidInput, or Conflict (member, or invited already).

    Whether the address has an account elsewhere is not told: the mail goes out all the same.
    """
    folded = fold_email(email)
    _check_may_invite(role, organisation_id, actor)
    token, now = new_token(), utc_now()
    with transaction():
        company = lock(Organisation, organisation_id) if organisation_id is not None else None
        if company is None:
            hold_owners()
        _check_not_here(folded, organisation_id)
        invitation = Invitation(
            token_digest=_digest(token),
            email=folded,
            role=role,
            organisation_id=organisation_id,
            locale=company.locale if company else current_settings().default_locale,
            invited_by_id=actor.person_id,
            sent_at=now,
            expires_at=now + timedelta(days=current_settings().invitation_days),
        )
        db.session.add(invitation)
        db.session.flush()
        _mail(invitation, company, token, actor)
        _record("invitation.sent", invitation, actor)
    return invitation


def _check_may_invite(role: Role, organisation_id: int | None, actor: Actor) -> None:
    if role not in (PARTNER_ROLES if organisation_id is not None else VENDOR_ROLES):
        raise InvalidInput(_("Choose one of the roles offered."))
    if not actor.is_vendor:
        allowed = actor.can("team.manage") and organisation_id == actor.organisation_id
    elif organisation_id is None:
        allowed = actor.can("person.manage")
    else:
        allowed = actor.can("person.manage") or actor.can("partner.manage")
    if not allowed:
        raise Forbidden()


def _check_not_here(email: str, organisation_id: int | None) -> None:
    place = (
        Membership.organisation_id.is_(None)
        if organisation_id is None
        else Membership.organisation_id == organisation_id
    )
    member = (
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.email == email, Membership.ended_at.is_(None), place)
    )
    if db.session.scalar(member) is not None:
        sentence = _("This person is in the team already.")
        raise Conflict(sentence, fields={"email": sentence})
    same = (
        Invitation.organisation_id.is_(None)
        if organisation_id is None
        else Invitation.organisation_id == organisation_id
    )
    open_one = select(Invitation.id).where(
        Invitation.email == email, same, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None)
    )
    if db.session.scalar(open_one) is not None:
        sentence = _("This address has an invitation already. You can send it again from the list.")
        raise Conflict(sentence, fields={"email": sentence})


def _mail(invitation: Invitation, company: Organisation | None, token: str, actor: Actor) -> None:
    settings = current_settings()
    mine = ("invitation mails", str(actor.person_id), MAILS_AN_HOUR, HOUR)
    if actor.person_id is not None and not limits.hit(*mine):
        raise RateLimited(retry_after=limits.wait_seconds(*mine))
    where = company.name if company else settings.vendor_name
    with force_locale(invitation.locale):
        subject = _("%(name)s invites you to %(place)s", name=actor.name, place=where)
        text, html = mail.compose(
            [
                _(
                    "%(name)s invites you to join %(place)s on %(brand)s, the rewards portal of %(vendor)s.",
                    name=actor.name,
                    place=where,
                    brand=settings.brand_name,
                    vendor=settings.vendor_name,
                ),
                _("The link works for %(days)s days, once.", days=settings.invitation_days),
            ],
            action=(_("Join %(place)s", place=where), f"{settings.external_url}/join/{token}"),
        )
    mail.send(invitation.email, subject, text, html)


def _record(code: str, invitation: Invitation, actor: Actor | None) -> None:
    audit.record(
        code,
        actor=actor,
        subject="invitation",
        subject_id=invitation.id,
        organisation_id=invitation.organisation_id,
        after={"role": invitation.role.value},
    )


def send_again(invitation_id: int, *, actor: Actor) -> None:
    """Mail a fresh link with a fresh date; the old link dies. Raises NotFound, Forbidden."""
    token, now = new_token(), utc_now()
    with transaction():
        invitation = _open_one(invitation_id, actor)
        company = (
            db.session.get(Organisation, invitation.organisation_id)
            if invitation.organisation_id is not None
            else None
        )
        invitation.token_digest, invitation.sent_at = _digest(token), now
        invitation.expires_at = now + timedelta(days=current_settings().invitation_days)
        _mail(invitation, company, token, actor)
        _record("invitation.sent_again", invitation, actor)


def revoke(invitation_id: int, *, actor: Actor) -> None:
    """Take an invitation back; its link dies. Raises NotFound, Forbidden."""
    with transaction():
        invitation = _open_one(invitation_id, actor)
        invitation.revoked_at = utc_now()
        _record("invitation.revoked", invitation, actor)


def _open_one(invitation_id: int, actor: Actor) -> Invitation:
    invitation = lock(Invitation, invitation_id)
    if invitation.accepted_at is not None or invitation.revoked_at is not None:
        raise NotFound()
    _check_may_invite(invitation.role, invitation.organisation_id, actor)
    return invitation


def find_offer(token: str) -> JoinOffer:
    """What a link offers. Raises NotFound if it was used, taken back, or ran out."""
    row = db.session.execute(
        select(Invitation, Organisation.name, Organisation.status, Person.id)
        .outerjoin(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(Person, Person.email == Invitation.email)
        .where(
            Invitation.token_digest == _digest(token),
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > utc_now(),
        )
    ).first()
    if row is None or row[2] is OrganisationStatus.SUSPENDED:
        raise NotFound(_("This invitation was used, taken back or is too old. Ask for a new one."))
    invitation = row[0]
    return JoinOffer(
        invitation_id=invitation.id,
        email=invitation.email,
        role=invitation.role,
        organisation_id=invitation.organisation_id,
        organisation_name=row[1],
        locale=invitation.locale,
        has_account=row[3] is not None,
    )


def join(token: str, *, name: str, password: str, locale: str, browser: Browser) -> str:
    """Make the account, open the place and a session; returns the session token.

    Raises NotFound (dead link), EmailTaken, InvalidInput (weak password).
    """
    offer = find_offer(token)
    if offer.has_account:
        raise EmailTaken(_("There is already an account with this email address. Sign in with it."))
    passwords.check_new_password(password, email=offer.email)
    hashed = passwords.hash_password(password)
    with transaction():
        taken = db.session.execute(
            update(Invitation)
            .where(
                Invitation.token_digest == _digest(token),
                Invitation.accepted_at.is_(None),
                Invitation.revoked_at.is_(None),
                Invitation.expires_at > utc_now(),
            )
            .values(accepted_at=utc_now())
            .returning(Invitation.id)
        ).first()
        if taken is None:
            raise NotFound(_("This invitation was used, taken back or is too old. Ask for a new one."))
        person = create_person(
            actor=None,
            email=offer.email,
            name=name,
            role=offer.role,
            organisation_id=offer.organisation_id,
            password_hash=hashed,
            locale=locale,
        )
        db.session.execute(
            update(Invitation).where(Invitation.id == offer.invitation_id).values(accepted_by_id=person.id)
        )
        audit.record(
            "invitation.accepted",
            actor=None,
            subject="invitation",
            subject_id=offer.invitation_id,
            organisation_id=offer.organisation_id,
        )
        return start_session(person.id, offer.role, user_agent=browser.user_agent, address=browser.address)

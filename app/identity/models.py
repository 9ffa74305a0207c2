"""People, their sessions, sign-in secrets and invitations. Secrets are stored as keyed digests only."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.core.db import Model
from app.core.types import PK, BigInt, StrEnumType, UTCDateTime, check_in, public_id_column
from app.partners.models import Role


class PersonStatus(StrEnum):
    ACTIVE = "active"
    DEACTIVATED = "deactivated"


class SecretKind(StrEnum):
    CODE = "code"
    RESET = "reset"


class Person(Model):
    """One account of one human being. E-mail is unique and case-folded, phone is E.164."""

    __tablename__ = "people"
    __table_args__ = (
        check_in("status", PersonStatus),
        CheckConstraint("email = lower(email)", name="email_folded"),
        Index(None, "name", "id"),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    email: Mapped[str] = mapped_column(Text, unique=True)
    phone: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str | None] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text, default="en")
    time_zone: Mapped[str | None] = mapped_column(Text)
    has_shortcuts: Mapped[bool] = mapped_column(default=True)
    status: Mapped[PersonStatus] = mapped_column(StrEnumType(PersonStatus), default=PersonStatus.ACTIVE)
    last_seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class UserSession(Model):
    """One signed-in browser. The cookie holds a random token, the row its digest and the role it was for."""

    __tablename__ = "user_sessions"
    __table_args__ = (Index(None, "person_id", "ended_at"),)

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    token_digest: Mapped[str] = mapped_column(Text, unique=True)
    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("people.id"))
    role: Mapped[Role] = mapped_column(StrEnumType(Role))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    user_agent: Mapped[str] = mapped_column(Text, default="")
    address: Mapped[str] = mapped_column(Text, default="")


class CompanySignIn(Model):
    """One account at the company's OpenID provider and whom it stands for: by (issuer, subject), unique both ways."""

    __tablename__ = "company_sign_ins"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        UniqueConstraint("person_id", "issuer"),
        CheckConstraint("length(subject) BETWEEN 1 AND 255", name="subject_length"),
    )

    id: Mapped[PK]
    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("people.id"))
    issuer: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    linked_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class SignInSecret(Model):
    """A mailed code or reset link. A row is written for unknown addresses too, so that both cost the same."""

    __tablename__ = "sign_in_secrets"
    __table_args__ = (check_in("kind", SecretKind), Index(None, "kind", "email_digest"))

    id: Mapped[PK]
    kind: Mapped[SecretKind] = mapped_column(StrEnumType(SecretKind))
    email_digest: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    secret_digest: Mapped[str] = mapped_column(Text, index=True)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Invitation(Model):
    """A link that lets one e-mail address join one organisation (or the vendor) in one role, until a date."""

    __tablename__ = "invitations"
    __table_args__ = (
        check_in("role", Role),
        CheckConstraint(
            "(organisation_id IS NULL) = (role NOT IN ('member', 'partner_admin'))", name="role_fits_side"
        ),
        Index(
            "uq_invitations_open_email",
            "email",
            text("coalesce(organisation_id, 0)"),
            unique=True,
            sqlite_where=text("accepted_at IS NULL AND revoked_at IS NULL"),
            postgresql_where=text("accepted_at IS NULL AND revoked_at IS NULL"),
        ),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    token_digest: Mapped[str] = mapped_column(Text, unique=True)
    email: Mapped[str] = mapped_column(Text)
    role: Mapped[Role] = mapped_column(StrEnumType(Role))
    organisation_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"), index=True)
    locale: Mapped[str] = mapped_column(Text, default="en")
    invited_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    accepted_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

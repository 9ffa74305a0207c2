"""Organisations, dated memberships, and how other systems know them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.core.db import Model
from app.core.types import PK, BigInt, LocalDate, StrEnumType, UTCDateTime, check_in, public_id_column

KINDS = (
    "reseller",
    "distributor",
    "agent",
    "retailer",
    "stockist",
    "wholesaler",
    "influencer",
    "advocate",
    "alliance",
)


class OrganisationStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"


class Role(StrEnum):
    """What a person is; `app.identity.permissions` alone says what each role may."""

    MEMBER = "member"
    PARTNER_ADMIN = "partner_admin"
    CHANNEL_MANAGER = "channel_manager"
    MARKETER = "marketer"
    FINANCE = "finance"
    AUDITOR = "auditor"
    OWNER = "owner"


PARTNER_ROLES = (Role.MEMBER, Role.PARTNER_ADMIN)
VENDOR_ROLES = (Role.CHANNEL_MANAGER, Role.MARKETER, Role.FINANCE, Role.AUDITOR, Role.OWNER)


class Organisation(Model):
    """A partner company. `parent_id` joins the companies of one group; supply links say who buys from whom.

    `kind` is a slug: one of KINDS, or what a vendor's own system calls its partner types.
    """

    __tablename__ = "organisations"
    __table_args__ = (
        check_in("status", OrganisationStatus),
        CheckConstraint("kind = lower(kind) AND length(kind) BETWEEN 1 AND 40", name="kind_slug"),
        CheckConstraint("length(country) = 2", name="country_alpha2"),
        CheckConstraint("length(currency) = 3", name="currency_iso"),
        Index(None, "name", "id"),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text, default="en")
    time_zone: Mapped[str] = mapped_column(Text, default="Asia/Kuala_Lumpur")
    registration_no: Mapped[str | None] = mapped_column(Text)
    domain: Mapped[str | None] = mapped_column(Text)
    # Slug of the present level; app.tiers writes it, and can always work it out again.
    tier: Mapped[str | None] = mapped_column(Text)
    city: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    parent_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"), index=True)
    status: Mapped[OrganisationStatus] = mapped_column(
        StrEnumType(OrganisationStatus), default=OrganisationStatus.ACTIVE
    )
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class Membership(Model):
    """A person's place, from and to; without an organisation it is at the vendor. One open row a person."""

    __tablename__ = "memberships"
    __table_args__ = (
        check_in("role", Role),
        CheckConstraint(
            "(organisation_id IS NULL) = (role NOT IN ('member', 'partner_admin'))", name="role_fits_side"
        ),
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="ends_after_start"),
        Index(
            "uq_memberships_open_person",
            "person_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "organisation_id", "person_id"),
    )

    id: Mapped[PK]
    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("people.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"))
    role: Mapped[Role] = mapped_column(StrEnumType(Role))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class OrganisationManager(Model):
    """Which vendor person looks after which organisation. One that nobody looks after is every manager's."""

    __tablename__ = "organisation_managers"

    organisation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisations.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("people.id"), primary_key=True, index=True)


class OrganisationFamily(Model):
    """Which families an organisation may sell. One without any row may sell them all."""

    __tablename__ = "organisation_families"

    organisation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisations.id"), primary_key=True)
    family_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("product_families.id"), primary_key=True, index=True
    )


class SupplyLink(Model):
    """A distributor supplies a reseller, from and to."""

    __tablename__ = "supply_links"
    __table_args__ = (
        CheckConstraint("distributor_id <> reseller_id", name="two_parties"),
        CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="ends_after_start"),
        UniqueConstraint("distributor_id", "reseller_id", "started_on"),
    )

    id: Mapped[PK]
    distributor_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisations.id"))
    reseller_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisations.id"), index=True)
    started_on: Mapped[date] = mapped_column(LocalDate)
    ended_on: Mapped[date | None] = mapped_column(LocalDate)


class ExternalId(Model):
    """How another system knows an organisation, a person or a product: by (source, key), never by name."""

    __tablename__ = "external_ids"
    __table_args__ = (
        CheckConstraint("kind IN ('organisation', 'person', 'product')", name="kind_known"),
        UniqueConstraint("kind", "source", "key"),
        Index(None, "kind", "target_id"),
    )

    id: Mapped[PK]
    kind: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    target_id: Mapped[int] = mapped_column(BigInt)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)

"""Sale lines as other systems report them: sell-in, sell-through and sell-out."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.core.db import Model
from app.core.types import PK, BigInt, LocalDate, StrEnumType, UTCDateTime, check_in


class SaleKind(StrEnum):
    """Vendor to distributor or reseller; distributor to reseller; reseller to end customer."""

    SELL_IN = "sell_in"
    SELL_THROUGH = "sell_through"
    SELL_OUT = "sell_out"


class SaleLine(Model):
    """One line of an invoice, known by (source, document, line), as it stands now.

    `organisation_id` is the partner that the line counts for; seller and buyer are partners too, or NULL for the
    vendor and for an end customer. A credit note is a row of its own with amounts below zero that names the line it
    credits; `credited_*` of that line is the sum of its credits. The history of a line is that of its activity.
    """

    __tablename__ = "sale_lines"
    __table_args__ = (
        check_in("kind", SaleKind),
        UniqueConstraint("source", "document", "line"),
        CheckConstraint("length(currency) = 3", name="currency_iso"),
        CheckConstraint("amount_minor BETWEEN -1000000000000000 AND 1000000000000000", name="amount_range"),
        CheckConstraint(
            "(credits_id IS NULL AND amount_minor >= 0 AND quantity >= 0)"
            " OR (credits_id IS NOT NULL AND amount_minor <= 0 AND quantity <= 0)",
            name="credit_is_negative",
        ),
        CheckConstraint(
            "credited_minor <= 0 AND amount_minor + credited_minor >= 0 OR credits_id IS NOT NULL",
            name="credit_fits",
        ),
        CheckConstraint("revision >= 1", name="revision_positive"),
        Index(None, "organisation_id", "sold_on", "id"),
        Index(None, "sold_on", "id"),
        Index(
            "ix_sale_lines_reported_by",
            "reported_by_id",
            "sold_on",
            sqlite_where=text("reported_by_id IS NOT NULL"),
            postgresql_where=text("reported_by_id IS NOT NULL"),
        ),
    )

    id: Mapped[PK]
    source: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)
    line: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    kind: Mapped[SaleKind] = mapped_column(StrEnumType(SaleKind))
    sold_on: Mapped[date] = mapped_column(LocalDate)
    organisation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisations.id"))
    seller_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"))
    buyer_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"))
    reported_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"))
    product_id: Mapped[int] = mapped_column(BigInt, ForeignKey("products.id"))
    quantity: Mapped[int] = mapped_column(BigInt)
    amount_minor: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(Text)
    credits_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("sale_lines.id"))
    credited_quantity: Mapped[int] = mapped_column(BigInt, default=0)
    credited_minor: Mapped[int] = mapped_column(BigInt, default=0)
    activity_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("activities.id"))
    batch_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("import_batches.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)

"""Product families and products."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.core.db import Model
from app.core.types import PK, BigInt, StrEnumType, UTCDateTime, check_in, public_id_column


class ProductStatus(StrEnum):
    ACTIVE = "active"
    RETIRED = "retired"


class ProductFamily(Model):
    """A line of products. Deals, programs and what a partner may sell name families, not single products."""

    __tablename__ = "product_families"

    id: Mapped[PK]
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class Product(Model):
    """One thing with a stock number. Other systems know it through `external_ids`, never by name."""

    __tablename__ = "products"
    __table_args__ = (check_in("status", ProductStatus), Index(None, "name", "id"))

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    sku: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    family_id: Mapped[int] = mapped_column(BigInt, ForeignKey("product_families.id"), index=True)
    subcategory: Mapped[str | None] = mapped_column(Text)
    status: Mapped[ProductStatus] = mapped_column(StrEnumType(ProductStatus), default=ProductStatus.ACTIVE)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)

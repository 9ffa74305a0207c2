"""Notices in every language: what was written first stands in title and body, the other languages beside it."""

import sqlalchemy as sa
from alembic import op

from app.core.types import JSONText

revision = "20261122_notice_words"
down_revision = "20261122_portal"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notices", sa.Column("translations", JSONText(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("restore the backup instead")

"""An index by which all the recipients of an award are found: the wall asks for them award by award."""

from alembic import op

revision = "20261122_award_index"
down_revision = "20261122_notice_words"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_award_recipients_award_id"), "award_recipients", ["award_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_award_recipients_award_id"), table_name="award_recipients")

"""Wider: more kinds of facts and postings, the company's level on facts and companies."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_wider"
down_revision = "20261122_spine"
branch_labels = None
depends_on = None

ACTIVITY_KINDS = ("deal_won", "sale", "course_passed", "recognition", "service_milestone")
POSTING_KINDS = (
    "award", "redemption", "refund", "clawback", "collection", "release", "expiry", "adjustment", "share", "reversal",
    "code_issue", "code_claim", "code_void", "code_expiry",
)  # fmt: skip
STRICT = {"sqlite_strict": True}


def _known(kinds: tuple[str, ...]) -> str:
    return f"kind IN ({', '.join(repr(kind) for kind in kinds)})"


def upgrade() -> None:
    with op.batch_alter_table("organisations") as table:
        table.add_column(sa.Column("tier", sa.Text(), nullable=True))
    with op.batch_alter_table("activities") as table:
        table.add_column(sa.Column("organisation_tier", sa.Text(), nullable=True))
        table.drop_constraint(op.f("ck_activities_kind_known"), type_="check")
        table.create_check_constraint(op.f("ck_activities_kind_known"), _known(ACTIVITY_KINDS))
    with op.batch_alter_table("postings", table_kwargs=STRICT) as table:
        table.drop_constraint(op.f("ck_postings_kind_known"), type_="check")
        table.create_check_constraint(op.f("ck_postings_kind_known"), _known(POSTING_KINDS))


def downgrade() -> None:
    raise NotImplementedError("restore the backup instead")

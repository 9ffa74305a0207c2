"""Certificates as facts of their own, and the day on which those counted so far no longer stand."""

from calendar import monthrange
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "20261122_certified"
down_revision = "20261122_award_index"
branch_labels = None
depends_on = None

ACTIVITY_KINDS = ("deal_won", "sale", "course_passed", "certified", "recognition", "service_milestone")


def upgrade() -> None:
    with op.batch_alter_table("activities") as table:
        table.drop_constraint(op.f("ck_activities_kind_known"), type_="check")
        known = f"kind IN ({', '.join(repr(kind) for kind in ACTIVITY_KINDS)})"
        table.create_check_constraint(op.f("ck_activities_kind_known"), known)
    _end_passes()


def _end_passes() -> None:
    """A passed course used to stand for its certificate; it does so for twelve months."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT organisation_id, day, part, SUM(amount) FROM tier_figures"
            " WHERE measure = 'passes' GROUP BY organisation_id, day, part HAVING SUM(amount) <> 0"
        )
    ).all()
    insert = sa.text(
        "INSERT INTO tier_figures (organisation_id, measure, day, part, amount, worth)"
        " VALUES (:organisation_id, 'passes', :day, :part, :amount, :amount)"
        " ON CONFLICT (organisation_id, measure, day, part)"
        " DO UPDATE SET amount = tier_figures.amount + excluded.amount, worth = tier_figures.worth + excluded.worth"
    )
    for organisation_id, day, part, amount in rows:
        on = day if isinstance(day, date) else date.fromisoformat(day)
        last = monthrange(on.year + 1, on.month)[1]
        until = date(on.year + 1, on.month, min(on.day, last)).isoformat()
        ended = sa.bindparam("day", until if isinstance(day, str) else date.fromisoformat(until))
        connection.execute(
            insert.bindparams(ended), {"organisation_id": organisation_id, "part": part, "amount": -amount}
        )


def downgrade() -> None:
    raise NotImplementedError("restore the backup instead")

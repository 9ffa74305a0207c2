"""One mail per organisation and batch, to its admins; history is not news, so old sales bring none."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from app.core import mail
from app.core.db import db, dialect, execute_sql, execute_sql_many
from app.core.i18n import _, force_locale, ngettext
from app.core.money import format_points
from app.core.settings import current_settings
from app.identity.queries import list_members
from app.integrations.imports.models import ImportShare
from app.integrations.imports.sales import Share
from app.partners.models import Role

_ADD = """
    INSERT INTO import_shares (batch_id, organisation_id, line_count, points, recent_points)
    VALUES (:batch_id, :organisation_id, :line_count, :points, :recent_points)
    ON CONFLICT (batch_id, organisation_id) DO UPDATE
       SET line_count = import_shares.line_count + excluded.line_count,
           points = import_shares.points + excluded.points,
           recent_points = import_shares.recent_points + excluded.recent_points"""


def add_shares(batch_id: int, shares: Mapping[int, Share]) -> None:
    """Add what a chunk meant per organisation, in the chunk's transaction: a killed run loses none of it."""
    execute_sql_many(
        _ADD,
        [
            {
                "batch_id": batch_id,
                "organisation_id": organisation_id,
                "line_count": share.line_count,
                "points": share.points,
                "recent_points": share.recent_points,
            }
            for organisation_id, share in sorted(shares.items())
        ],
    )


def adopt_shares(batch_id: int, *, source: str, sha256: str) -> None:
    """Take over what an interrupted run of the same file has recorded, so that its notices are not lost."""
    lost = "SELECT id FROM import_batches WHERE source = :source AND sha256 = :sha256 AND id <> :batch_id"
    lost += " AND status IN ('running', 'interrupted')"
    params = {"source": source, "sha256": sha256, "batch_id": batch_id}
    execute_sql(
        f"""INSERT INTO import_shares (batch_id, organisation_id, line_count, points, recent_points)
            SELECT {_as_number(":batch_id")}, organisation_id, SUM(line_count), SUM(points), SUM(recent_points)
              FROM import_shares WHERE batch_id IN ({lost}) GROUP BY organisation_id""",
        params,
    )
    execute_sql(f"DELETE FROM import_shares WHERE batch_id IN ({lost})", params)
    execute_sql(f"UPDATE import_batches SET status = 'interrupted' WHERE id IN ({lost})", params)


def _as_number(name: str) -> str:
    return name if dialect() == "sqlite" else f"CAST({name} AS bigint)"


def promise_notices(batch_id: int) -> int:
    """Promise the mails of a batch, in its last transaction; returns how many."""
    query = select(ImportShare.organisation_id, ImportShare.line_count, ImportShare.recent_points).where(
        ImportShare.batch_id == batch_id, ImportShare.recent_points > 0
    )
    rows = db.session.execute(query.order_by(ImportShare.organisation_id)).all()
    count = 0
    for row in rows:
        for person, role in list_members(row.organisation_id):
            if role is not Role.PARTNER_ADMIN:
                continue
            with force_locale(person.locale):
                subject, paragraphs = _wording(row.line_count, row.recent_points, person.locale)
                address = f"{current_settings().external_url}/sales"
                text, html = mail.compose(paragraphs, action=(_("See the lines"), address))
            dedupe = f"import:{batch_id}:{person.id}"
            mail.send(person.email, subject, text, html, dedupe=dedupe, person_id=person.id)
            count += 1
    return count


def _wording(lines: int, points: int, locale: str) -> tuple[str, list[str]]:
    shown = format_points(points, locale)
    subject = _("%(points)s points for your company’s sales", points=shown)
    first = ngettext(
        "%(num)s sale line of your company was recorded today.",
        "%(num)s sale lines of your company were recorded today.",
        lines,
    )
    second = _(
        "They bring your company %(points)s points. The wallet says which are ready and which are on the way.",
        points=shown,
    )
    return subject, [first, second]

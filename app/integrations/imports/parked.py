"""Lines that wait: for a partner, a product or the line that a credit note names. Tried again once that is known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from app.core.clock import utc_now
from app.core.db import dialect, execute_sql, execute_sql_many
from app.core.types import bind, dump_json
from app.integrations.imports.lines import ReadLine

_PARK = """
    INSERT INTO import_parked_lines
           (source, document, line, source_ref, sold_on, content, reason, wanted, batch_id, line_no, created_at)
    VALUES (:source, :document, :line, :source_ref, :sold_on, :content, :reason, :wanted, :batch_id, :line_no, :now)
    ON CONFLICT (source, document, line) DO UPDATE
       SET content = excluded.content, reason = excluded.reason, wanted = excluded.wanted, sold_on = excluded.sold_on,
           batch_id = excluded.batch_id, line_no = excluded.line_no, created_at = excluded.created_at, replayed_at = NULL
     WHERE import_parked_lines.content <> excluded.content OR import_parked_lines.reason <> excluded.reason
        OR import_parked_lines.wanted <> excluded.wanted OR import_parked_lines.replayed_at IS NOT NULL"""

_NOW_KNOWN = """
    FROM import_parked_lines AS p
   WHERE p.replayed_at IS NULL AND (:source IS NULL OR p.source = :source)
     AND (p.reason = 'credited_line' OR EXISTS (
          SELECT 1 FROM external_ids AS e
           WHERE e.kind = CASE p.reason WHEN 'partner' THEN 'organisation' ELSE 'product' END
             AND e.source = p.source AND e.key = p.wanted))"""


def park(source: str, waiting: Sequence[tuple[ReadLine, str, str]], batch_id: int) -> None:
    """Keep lines for later; one that waits already with the same content is left as it is."""
    now = bind(utc_now(), dialect())
    execute_sql_many(
        _cast(_PARK),
        [
            {
                "source": source,
                "document": line.document,
                "line": line.line,
                "source_ref": line.source_ref,
                "sold_on": line.sold_on,
                "content": dump_json(asdict(line) | {"line_no": 0}),
                "reason": reason,
                "wanted": wanted,
                "batch_id": batch_id,
                "line_no": line.line_no,
                "now": now,
            }
            for line, reason, wanted in waiting
        ],
    )


def _cast(statement: str) -> str:
    if dialect() == "sqlite":
        return statement
    return statement.replace(":content,", "CAST(:content AS jsonb),").replace(
        ":sold_on", "CAST(:sold_on AS date)"
    )


def settle(source: str, lines: Sequence[ReadLine]) -> None:
    """These lines are recorded (or refused for good): whatever waited under their numbers waits no longer."""
    if not lines or not _is_waiting(source):
        return
    if dialect() == "sqlite":
        members, value = (
            "IN (SELECT value FROM json_each(:refs))",
            dump_json([line.source_ref for line in lines]),
        )
    else:
        members = "= ANY(CAST(:refs AS text[]))"
        value = [line.source_ref for line in lines]  # type: ignore[assignment]
    execute_sql(
        f"""UPDATE import_parked_lines SET replayed_at = :now
             WHERE source = :source AND replayed_at IS NULL AND source_ref {members}""",
        {"now": bind(utc_now(), dialect()), "source": source, "refs": value},
    )


def _is_waiting(source: str) -> bool:
    query = "SELECT 1 FROM import_parked_lines WHERE replayed_at IS NULL AND source = :source LIMIT 1"
    return execute_sql(query, {"source": source}).first() is not None


def count_waiting(source: str | None = None) -> int:
    """How many lines wait."""
    found = execute_sql(
        "SELECT COUNT(*) FROM import_parked_lines WHERE replayed_at IS NULL AND "
        "(CAST(:source AS text) IS NULL OR source = :source)",
        {"source": source},
    )
    return int(found.scalar_one())


def sources_now_known(*, without_credits: bool = False) -> list[str]:
    """Sources of which at least one waiting line may go through now. Whether a credited line has come is known only
    by trying, which `without_credits` leaves out."""
    more = "AND p.reason <> 'credited_line'" if without_credits else ""
    rows = execute_sql(
        f"SELECT DISTINCT p.source {_typed(_NOW_KNOWN)} {more} ORDER BY p.source", {"source": None}
    )
    return [row[0] for row in rows]


def _typed(statement: str) -> str:
    return statement.replace("(:source IS NULL", "(CAST(:source AS text) IS NULL")


def next_lines(source: str, after: tuple[str, str], size: int) -> list[ReadLine]:
    """Waiting lines of a source that may go through now, in the order of programs, after a (date, reference)."""
    by_bytes = "" if dialect() == "sqlite" else ' COLLATE "C"'
    day = "p.sold_on" if dialect() == "sqlite" else "CAST(p.sold_on AS text)"
    rows: Any = execute_sql(
        f"""SELECT p.line_no, p.content {_typed(_NOW_KNOWN)}
               AND ({day} > :day OR ({day} = :day AND p.source_ref{by_bytes} > :ref))
             ORDER BY p.sold_on, p.source_ref{by_bytes} LIMIT :size""",
        {"source": source, "day": after[0], "ref": after[1], "size": size},
    )
    found = []
    for line_no, content in rows:
        values = json.loads(content) if isinstance(content, str) else content
        found.append(ReadLine(**(values | {"line_no": line_no})))
    return found

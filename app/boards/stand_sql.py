"""Where one person and their company stand on the running boards, in one statement: for home and the list of boards."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Text, TextClause, bindparam, text
from sqlalchemy.sql.selectable import Subquery

from app.boards.folding import TOP
from app.boards.standings import ABOVE, DAY_ABOVE
from app.core.types import BigInt, LocalDate

# Which boards besides those that fit the actor: none, those that the actor stands on, or all
ALSO_OWN, ALSO_ALL = "s.score > 0", "TRUE"
_PART = "(b.{column} = ',' OR {find}(b.{column}, ',' || CAST(:{name} AS TEXT) || ',') > 0)"
PARTS = (
    ("countries", "actor_country"),
    ("kinds", "actor_kind"),
    ("tiers", "actor_tier"),
    ("companies", "actor_company"),
)

# `at` is what the participant has, 0 for who is not on the board; `hi` and `day_hi` end the blocks of both scores
_STAND = """
WITH mine AS MATERIALIZED (
  SELECT b.id AS board_id, b.slug, b.names, b.prizes, b.metric, b.participants, b.period, b.audience, b.specificity,
   b.closes_on, p.id AS period_id, p.ends_on, p.day_on,
   COALESCE(s.score, 0) AS at, COALESCE(s.lead, 0) AS lead, COALESCE(s.day_score, 0) AS day_at,
   COALESCE((SELECT MIN(h.lo) FROM board_blocks h WHERE h.period_id = p.id AND h.lo > COALESCE(s.score, 0)), {top})
    AS hi
  FROM boards b
  JOIN board_periods p ON p.board_id = b.id AND p.starts_on <= :board_today AND p.ends_on >= :board_today
   AND p.closed_at IS NULL
  LEFT JOIN board_scores s ON s.period_id = p.id
   AND s.participant_id = CASE b.participants WHEN 'member' THEN :actor_person ELSE :actor_organisation END
  WHERE b.status = 'running' AND b.filled_at IS NOT NULL AND {fits}
  ORDER BY b.specificity DESC, CASE b.participants WHEN 'member' THEN 0 ELSE 1 END,
   CASE b.period WHEN 'month' THEN 1 WHEN 'quarter' THEN 0 WHEN 'year' THEN 2 ELSE 3 END, b.id
  LIMIT {limit}),
days AS MATERIALIZED (
  SELECT m.period_id AS period, m.day_at AS at, COALESCE((SELECT MIN(h.lo) FROM board_day_blocks h
    WHERE h.period_id = m.period_id AND h.lo > m.day_at), {top}) AS hi FROM mine m),
ranked AS MATERIALIZED (
  SELECT m.*, 1 + {above} AS rank, {many} AS many,
   CASE WHEN m.day_on = :board_today AND m.day_at > 0 THEN 1 + (SELECT {day_above} FROM days d WHERE d.period = m.period_id)
    WHEN m.day_on = :board_today THEN 0 ELSE -1 END AS was,
   CASE WHEN m.at > 0 THEN (SELECT x.participant_id FROM board_scores x WHERE x.period_id = m.period_id
     AND x.score > m.at ORDER BY x.score, x.lead LIMIT 1) END AS next_id,
   CASE WHEN m.at > 0 THEN (SELECT COUNT(*) FROM (SELECT 1 FROM board_scores x WHERE x.period_id = m.period_id
     AND x.score = m.at LIMIT 2) AS equals) END AS equals
  FROM mine m),
nexts AS MATERIALIZED (
  SELECT r.period_id AS period, x.participant_id AS who, x.organisation_id AS company, x.score AS at,
   COALESCE((SELECT MIN(h.lo) FROM board_blocks h WHERE h.period_id = x.period_id AND h.lo > x.score), {top}) AS hi
  FROM ranked r JOIN board_scores x ON x.period_id = r.period_id AND x.participant_id = r.next_id)
SELECT r.slug, r.specificity, r.rank, r.many, CAST({json} AS TEXT) AS extra FROM ranked r
 LEFT JOIN nexts nx ON nx.period = r.period_id
 LEFT JOIN people np ON r.participants = 'member' AND np.id = nx.who
 LEFT JOIN organisations o ON o.id = nx.company
 LEFT JOIN board_names n ON n.kind = r.participants AND n.subject_id = nx.who
 ORDER BY r.specificity DESC, CASE r.participants WHEN 'member' THEN 0 ELSE 1 END, r.board_id
"""
_MANY = """(COALESCE((SELECT SUM(b.count) FROM board_blocks b WHERE b.period_id = m.period_id), 0)
 + COALESCE((SELECT SUM(CASE WHEN d.score > 0 THEN 1 ELSE 0 END - CASE WHEN d.counted > 0 THEN 1 ELSE 0 END)
    FROM board_scores d WHERE d.period_id = m.period_id AND d.score <> d.counted), 0))"""
_FIELDS = (
    ("metric", "r.metric"), ("participants", "r.participants"), ("period", "r.period"), ("at", "r.at"), ("was", "r.was"),
    ("equals", "r.equals"), ("ends_on", "r.ends_on"), ("closes_on", "r.closes_on"), ("next", "nx.at"),
    ("next_rank", "{next_rank}"),
    ("person", "np.name"), ("company", "o.name"), ("mode", "n.mode"), ("alias", "n.alias"), ("region", "o.region"),
    ("country", "o.country"),
)  # fmt: skip
_RECORDS = ("names", "prizes", "audience")


@cache
def stand_sql(dialect: str, limit: int, also: str) -> str:
    """The statement in a dialect."""
    lite = dialect == "sqlite"
    find, make = ("instr", "json_object") if lite else ("strpos", "json_build_object")
    fits = " AND ".join(_PART.format(column=column, find=find, name=name) for column, name in PARTS)
    fields = [f"'{name}', {column}" for name, column in _FIELDS]
    fields += [f"'{name}', {f'json(r.{name})' if lite else f'r.{name}'}" for name in _RECORDS]
    return _STAND.format(
        top=TOP,
        fits=f"(({fits}) OR {also})" if also else f"({fits})",
        limit=limit,
        above=ABOVE.format(a="m", period="m.period_id"),
        day_above=DAY_ABOVE.format(a="d", period="d.period"),
        many=_MANY,
        json=f"{make}({', '.join(fields)})".replace(
            "{next_rank}", f"1 + {ABOVE.format(a='nx', period='nx.period')}"
        ),
    )


@cache
def _subquery(dialect: str, limit: int, also: str) -> Subquery:
    clause: TextClause = text(stand_sql(dialect, limit, also)).bindparams(
        bindparam("actor_person", type_=BigInt),
        bindparam("actor_organisation", type_=BigInt),
        bindparam("board_today", type_=LocalDate),
        *(bindparam(name, type_=Text) for _column, name in PARTS),
    )
    return clause.columns(slug=Text, specificity=BigInt, rank=BigInt, many=BigInt, extra=Text).subquery(
        "stand"
    )


def stand_of(dialect: str, limit: int, *, also: str = "") -> Subquery:
    """Columns slug, specificity, rank, many (participants) and extra (JSON), most fitting board first."""
    return _subquery(dialect, limit, also)

"""Who stands where: the first fifty, a rank, those around one, and yesterday's ranks. Exact, whatever the size.

Order: score, then `lead`, both falling. A rank is 1 + the number of participants with a greater score, so equal scores
share one. Plain statements; each looks at a few hundred index entries whether there are a thousand or a million.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from app.boards.folding import TOP
from app.boards.models import NameMode, Participants
from app.boards.scores import as_list, from_list
from app.core.db import execute_sql

PAGE = 50
AROUND = 2


class Key(NamedTuple):
    """A place in the order, for paging."""

    score: int
    lead: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of a board. `rank` is 0 until it is known; `was` is the rank when the day began, 0 for one who is new."""

    participant_id: int
    organisation_id: int
    score: int
    lead: int
    day_score: int
    person: str | None
    mode: NameMode
    alias: str | None
    company: str | None
    company_mode: NameMode
    company_alias: str | None
    region: str | None
    country: str | None
    rank: int = 0
    was: int | None = None

    @property
    def key(self) -> Key:
        return Key(self.score, self.lead)


_COLUMNS = """s.participant_id, s.organisation_id, s.score, s.lead, s.day_score, {person}, n.mode, n.alias,
 o.name, {company}, o.region, o.country"""
_PEOPLE = """ LEFT JOIN people p ON p.id = s.participant_id
 LEFT JOIN organisations o ON o.id = s.organisation_id
 LEFT JOIN board_names n ON n.kind = 'member' AND n.subject_id = s.participant_id
 LEFT JOIN board_names c ON c.kind = 'organisation' AND c.subject_id = s.organisation_id"""
_COMPANIES = """ LEFT JOIN organisations o ON o.id = s.participant_id
 LEFT JOIN board_names n ON n.kind = 'organisation' AND n.subject_id = s.participant_id"""


def _select(of: Participants, inner: str) -> str:
    """Lines with their names, for an inner statement that yields rows of `board_scores`."""
    people = of is Participants.PEOPLE
    columns = _COLUMNS.format(
        person="p.name" if people else "NULL", company="c.mode, c.alias" if people else "n.mode, n.alias"
    )
    joins = _PEOPLE if people else _COMPANIES
    return f"SELECT {columns} FROM ({inner}) AS s{joins} ORDER BY s.score DESC, s.lead DESC"


def _line(row: tuple[object, ...]) -> Standing:
    values = list(row)
    values[6] = NameMode(str(values[6] or NameMode.NAME))
    values[9] = NameMode(str(values[9] or NameMode.NAME))
    return Standing(*values)  # type: ignore[arg-type]


_TOP = """SELECT * FROM board_scores WHERE period_id = :period AND score > 0
 ORDER BY score DESC, lead DESC LIMIT :limit"""
_AFTER = """SELECT * FROM board_scores WHERE period_id = :period AND score > 0 AND (score, lead) < (:score, :lead)
 ORDER BY score DESC, lead DESC LIMIT :limit"""


def list_top(
    period_id: int, of: Participants, *, after: Key | None = None, limit: int = PAGE
) -> list[Standing]:
    """The first lines, or those after a key, with their ranks. One statement, and one more after a key."""
    if after is None:
        rows = execute_sql(_select(of, _TOP), {"period": period_id, "limit": limit})
        return with_ranks([_line(tuple(row)) for row in rows], {})
    given = {"period": period_id, "limit": limit, "score": after.score, "lead": after.lead}
    found = [_line(tuple(row)) for row in execute_sql(_select(of, _AFTER), given)]
    asked = list(dict.fromkeys(line.score for line in found))[:2]
    return with_ranks(found, ranks(period_id, asked) if asked else {})


def with_ranks(lines: list[Standing], known: dict[int, int]) -> list[Standing]:
    """Lines in order with their ranks. `known`: ranks of scores; without any, the first line is the board's first.

    A group of equals that begins inside the list is ranked by counting lines; one that began before it must be known,
    and so must the next group.
    """
    ranked: list[Standing] = []
    for at, line in enumerate(lines):
        if line.score in known:
            rank = known[line.score]
        elif at and lines[at - 1].score == line.score:
            rank = ranked[-1].rank
        elif ranked and known:
            first = next(i for i, other in enumerate(lines) if other.score == lines[at - 1].score)
            rank = ranked[-1].rank + at - first
        else:
            rank = at + 1
        ranked.append(replace(line, rank=rank))
    return ranked


def find_key(period_id: int, participant_id: int) -> Key | None:
    """Where somebody stands in the order; None if they are not on the board."""
    row = execute_sql(
        "SELECT score, lead FROM board_scores WHERE period_id = :period AND participant_id = :who AND score > 0",
        {"period": period_id, "who": participant_id},
    ).first()
    return Key(*row) if row is not None else None


# By values, not by a join with one's own row: only then both databases step into the index at one's place.
_AROUND = """
SELECT * FROM (SELECT * FROM board_scores WHERE period_id = :period
  AND (score, lead) > (:score, :lead) ORDER BY score, lead LIMIT :many) AS above
UNION ALL
SELECT * FROM (SELECT * FROM board_scores WHERE period_id = :period AND score > 0
  AND (score, lead) <= (:score, :lead) ORDER BY score DESC, lead DESC LIMIT :many + 1) AS below
UNION
SELECT * FROM (SELECT * FROM board_scores WHERE period_id = :period AND score > :score
  ORDER BY score, lead LIMIT 1) AS next
"""


def list_around(period_id: int, of: Participants, key: Key) -> list[Standing]:
    """The line of a key, two above and two below, and the nearest with a greater score; in order, not yet ranked."""
    given = {"period": period_id, "score": key.score, "lead": key.lead, "many": AROUND}
    return [_line(tuple(row)) for row in execute_sql(_select(of, _AROUND), given)]


# Blocks of scores now and when the day began: asked scores with the end of their own block, then the count above them.
# Now: the higher blocks, the rows of one's own block, and the rows whose fold is still due.
ASKED = """SELECT value AS at, COALESCE((SELECT MIN(h.lo) FROM {blocks} h
  WHERE h.period_id = {period} AND h.lo > value), {top}) AS hi FROM {source}"""
ABOVE = """COALESCE((SELECT SUM(b.count) FROM board_blocks b WHERE b.period_id = {period} AND b.lo >= {a}.hi), 0)
 + (SELECT COUNT(*) FROM board_scores x WHERE x.period_id = {period} AND x.score > {a}.at AND x.score < {a}.hi)
 + COALESCE((SELECT SUM(CASE WHEN d.score >= {a}.hi THEN 1 ELSE 0 END - CASE WHEN d.counted >= {a}.hi THEN 1 ELSE 0 END)
     FROM board_scores d WHERE d.period_id = {period} AND d.score <> d.counted), 0)"""
DAY_ABOVE = """COALESCE((SELECT b.above FROM board_day_blocks b WHERE b.period_id = {period} AND b.lo <= {a}.at
     ORDER BY b.lo DESC LIMIT 1), 0)
 + (SELECT COUNT(*) FROM board_scores x WHERE x.period_id = {period} AND x.day_score > 0
     AND x.day_score > {a}.at AND x.day_score < {a}.hi)"""


def asked_sql(source: str, blocks: str = "board_blocks", period: str = ":period") -> str:
    """Scores of a source with a column `value`, each with the end of its block: columns `at` and `hi`."""
    return ASKED.format(source=source, blocks=blocks, period=period, top=TOP)


def ranks(period_id: int, asked: Iterable[int]) -> dict[int, int]:
    """Ranks of scores now; of 0 it is one more than the number of participants. One statement."""
    return both_ranks(period_id, asked, ())[0]


def both_ranks(
    period_id: int, now: Iterable[int], day: Iterable[int]
) -> tuple[dict[int, int], dict[int, int]]:
    """Ranks of scores now, and of scores when the day began, in one statement."""
    asked_now, asked_day = sorted(set(now)), sorted(set(day))
    given = {"period": period_id, "now": as_list(asked_now), "day": as_list(asked_day)}
    query = f"""WITH n AS MATERIALIZED ({asked_sql(from_list("now"))}),
     d AS MATERIALIZED ({asked_sql(from_list("day"), "board_day_blocks")})
     SELECT 0, n.at, 1 + {ABOVE.format(a="n", period=":period")} FROM n
     UNION ALL SELECT 1, d.at, 1 + {DAY_ABOVE.format(a="d", period=":period")} FROM d"""
    found: tuple[dict[int, int], dict[int, int]] = ({}, {})
    for is_day, score, rank in execute_sql(query, given):
        found[is_day][int(score)] = int(rank)
    return found


def my_rank(period_id: int, participant_id: int) -> int | None:
    """Somebody's rank; None if they are not on the board. Two statements."""
    key = find_key(period_id, participant_id)
    return None if key is None else ranks(period_id, [key.score])[key.score]

"""What companies have, by measure and day: kept in step with the log, and summed for a window.

Amounts are added and taken away exactly, per currency; only their worth in the reporting currency is worked out, from
the day's whole amount at the day's rate, so that nothing depends on the order of facts. No rate: no worth, and the
amount counts once the rate has come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select

from app.activities.facts import Entry, Fact
from app.activities.pipeline import Gains
from app.core.db import db, dialect, execute_sql, execute_sql_many
from app.core.rates import convert_by, rate_on, rates_on
from app.core.settings import current_settings
from app.core.types import bind, dump_json, read_date
from app.tiers.models import Measure, TierFigure
from app.tiers.plans import Metric
from app.tiers.windows import DAY, Window, months_on

FIGURES: Any = TierFigure.__table__
REVENUE = {"deal_won": Measure.DEAL_REVENUE.value, "sale": Measure.SALE_REVENUE.value}
MONEY = frozenset(REVENUE.values())
CERTIFYING = frozenset({"certified", "course_passed"})
PASS_MONTHS = 12
CHUNK = 500


class Key(NamedTuple):
    """One row of figures."""

    organisation_id: int
    measure: str
    day: date
    part: str


class Rates:
    """Worth in the reporting currency by the rates of the day, each looked up once."""

    def __init__(self) -> None:
        self.target = current_settings().reporting_currency
        self._found: dict[tuple[str, date], int | None] = {}

    def learn(self, keys: Iterable[Key]) -> None:
        """Look up what these amounts need, with one statement where there are several."""
        wanted = {(key.part, key.day) for key in keys if key.measure in MONEY} - self._found.keys()
        if len(wanted) > 1:
            self._found |= rates_on(wanted)

    def worth(self, amount_minor: int, currency: str, on: date) -> int | None:
        """Minor units of the reporting currency; None without a rate."""
        if currency == self.target:
            return amount_minor
        rates = [self._rate(code, on) for code in (currency, self.target)]
        if rates[0] is None or rates[1] is None:
            return None
        return convert_by(amount_minor, currency, rates[0], self.target, rates[1])

    def worth_of(self, key: Key, amount: int) -> int | None:
        """The worth of a figure: money by the day's rate, anything else is what it is."""
        return self.worth(amount, key.part, key.day) if key.measure in MONEY else amount

    def _rate(self, currency: str, on: date) -> int | None:
        key = (currency, on)
        if key not in self._found:
            self._found[key] = rate_on(currency, on)
        return self._found[key]


def changes_of(entries: Sequence[Entry], gains: Gains, sign: int = 1) -> dict[Key, int]:
    """What entries add to the figures (or, with -1, take away)."""
    found: dict[
        tuple[int, str, date, str], int
    ] = {}  # plain tuples: an import comes through here line by line
    for entry in entries:
        fact = entry.fact
        organisation_id, on, kind = fact.organisation_id, fact.occurred_on, fact.kind
        measure = REVENUE.get(kind)
        if measure is not None:
            if fact.amount_minor:
                key = (organisation_id, measure, on, fact.currency or "")
                found[key] = found.get(key, 0) + fact.amount_minor
            if kind == "deal_won":
                key = (organisation_id, "deals", on, "")
                found[key] = found.get(key, 0) + 1
        elif kind in CERTIFYING and fact.member_id is not None:
            for day, number in _certified(fact):
                key = (organisation_id, "passes", day, str(fact.member_id))
                found[key] = found.get(key, 0) + number
        given = gains.get(entry.id)
        if given:
            points = given[0].points if len(given) == 1 else sum(gain.points for gain in given)
            if points:
                key = (organisation_id, "points", on, "")
                found[key] = found.get(key, 0) + points
    return {Key(*key): sign * amount for key, amount in found.items()}


def _certified(fact: Fact) -> list[tuple[date, int]]:
    """The day from which a fact certifies its member, and the day from which it no longer does, if there is one."""
    said, on = fact.attributes or {}, fact.occurred_on
    if fact.kind == "certified":
        until = read_date(said.get("until"))
    elif "certificate" in said:  # its certificate is a fact of its own
        return []
    else:  # recorded when a course passed stood for its certificate
        until = months_on(on, PASS_MONTHS) - DAY
    return [(on, 1)] if until is None else [(on, 1), (until + DAY, -1)]


def add(changes: Mapping[Key, int]) -> None:
    """Add to the figures, in key order, inside the recording transaction."""
    rows = [(key, amount) for key, amount in sorted(changes.items()) if amount]
    if not rows:
        return
    rates = Rates()
    home = rates.target
    foreign: list[Key] = []
    values = []
    for key, amount in rows:
        away = bool(key.part) and key.measure != "passes" and key.part != home
        if away:
            foreign.append(key)
        values.append((key, amount, None if away else amount))
    totals = _upsert(values)
    if foreign:
        _revalue([(key, totals[key]) for key in foreign], rates)


_UPSERT_LITE = """
INSERT INTO tier_figures (organisation_id, measure, day, part, amount, worth)
VALUES (:organisation_id, :measure, :day, :part, :amount, :worth)
ON CONFLICT (organisation_id, measure, day, part)
DO UPDATE SET amount = tier_figures.amount + excluded.amount, worth = tier_figures.worth + excluded.worth
"""
_UPSERT_POSTGRES = """
INSERT INTO tier_figures (organisation_id, measure, day, part, amount, worth)
SELECT * FROM unnest(CAST(:organisation_ids AS bigint[]), CAST(:measures AS text[]), CAST(:days AS date[]),
                     CAST(:parts AS text[]), CAST(:amounts AS bigint[]), CAST(:worths AS bigint[]))
ON CONFLICT (organisation_id, measure, day, part)
DO UPDATE SET amount = tier_figures.amount + excluded.amount, worth = tier_figures.worth + excluded.worth
RETURNING organisation_id, measure, day, part, amount
"""


def _upsert(values: Sequence[tuple[Key, int, int | None]]) -> dict[Key, int]:
    """Add rows; the amounts that money rows now hold."""
    if dialect() == "sqlite":
        rows = [
            {"organisation_id": key.organisation_id, "measure": key.measure, "day": key.day.isoformat(),
             "part": key.part, "amount": amount, "worth": worth}
            for key, amount, worth in values
        ]  # fmt: skip
        execute_sql_many(_UPSERT_LITE, rows)
        return _amounts([key for key, _amount, worth in values if worth is None])
    keys = [key for key, _amount, _worth in values]
    found = execute_sql(
        _UPSERT_POSTGRES,
        {
            "organisation_ids": [key.organisation_id for key in keys],
            "measures": [key.measure for key in keys],
            "days": [key.day for key in keys],
            "parts": [key.part for key in keys],
            "amounts": [amount for _key, amount, _worth in values],
            "worths": [worth for _key, _amount, worth in values],
        },
    )
    return {Key(row[0], row[1], row[2], row[3]): row[4] for row in found}


def _amounts(keys: Sequence[Key]) -> dict[Key, int]:
    """The present amounts of rows, on SQLite."""
    found: dict[Key, int] = {}
    query = """SELECT f.organisation_id, f.measure, f.day, f.part, f.amount FROM json_each(:keys) AS k
               JOIN tier_figures AS f ON f.organisation_id = json_extract(k.value, '$[0]')
                AND f.measure = json_extract(k.value, '$[1]') AND f.day = json_extract(k.value, '$[2]')
                AND f.part = json_extract(k.value, '$[3]')"""
    if keys:
        asked = dump_json([[key.organisation_id, key.measure, key.day.isoformat(), key.part] for key in keys])
        for row in execute_sql(query, {"keys": asked}):
            found[Key(row[0], row[1], read_date(row[2]) or date.min, row[3])] = row[4]
    return found


_REVALUE = """UPDATE tier_figures SET worth = :worth
 WHERE organisation_id = :organisation_id AND measure = :measure AND day = :day AND part = :part"""
_REVALUE_POSTGRES = """
UPDATE tier_figures AS f SET worth = g.worth
  FROM unnest(CAST(:organisation_ids AS bigint[]), CAST(:measures AS text[]), CAST(:days AS date[]),
              CAST(:parts AS text[]), CAST(:worths AS bigint[])) AS g(organisation_id, measure, day, part, worth)
 WHERE f.organisation_id = g.organisation_id AND f.measure = g.measure AND f.day = g.day AND f.part = g.part
"""


def _revalue(rows: Sequence[tuple[Key, int]], rates: Rates) -> int:
    """Write the worth of these rows' whole amounts; how many have one."""
    rates.learn(key for key, _amount in rows)
    values = [(key, rates.worth_of(key, amount)) for key, amount in rows]
    if dialect() == "sqlite":
        execute_sql_many(
            _REVALUE,
            [
                {"worth": worth, "organisation_id": key.organisation_id, "measure": key.measure,
                 "day": key.day.isoformat(), "part": key.part}
                for key, worth in values
            ],
        )  # fmt: skip
    else:
        execute_sql(
            _REVALUE_POSTGRES,
            {
                "organisation_ids": [key.organisation_id for key, _worth in values],
                "measures": [key.measure for key, _worth in values],
                "days": [key.day for key, _worth in values],
                "parts": [key.part for key, _worth in values],
                "worths": [worth for _key, worth in values],
            },
        )
    return sum(worth is not None for _key, worth in values)


def revalue_all(keys: Sequence[Key]) -> None:
    """Work out the worth of these rows anew."""
    rates = Rates()
    for at in range(0, len(keys), CHUNK):
        chunk = keys[at : at + CHUNK]
        rows = [(key, amount) for key in chunk if (amount := _amount(key)) is not None]
        _revalue(rows, rates)


def _amount(key: Key) -> int | None:
    columns = FIGURES.c
    found = db.session.scalar(
        select(columns.amount).where(
            columns.organisation_id == key.organisation_id,
            columns.measure == key.measure,
            columns.day == key.day,
            columns.part == key.part,
        )
    )
    return None if found is None else int(found)


def revalue_waiting() -> set[int]:
    """Give a worth to amounts whose rate has come since; the companies concerned. Inside a transaction."""
    query = select(FIGURES).where(FIGURES.c.worth.is_(None)).order_by(*FIGURES.primary_key).with_for_update()
    rates = Rates()
    rows = [
        (Key(row.organisation_id, row.measure.value, row.day, row.part), row.amount)
        for row in db.session.execute(query)
    ]
    rates.learn(key for key, _amount in rows)
    ready = [(key, amount) for key, amount in rows if rates.worth_of(key, 0) is not None]
    for at in range(0, len(ready), CHUNK):
        _revalue(ready[at : at + CHUNK], rates)
    return {key.organisation_id for key, _amount in ready}


# Of certificates the table has the days on which they begin (1) and no longer stand (-1): somebody counts who had one
# on the window's first day, or got one later.
_SUMS = """SELECT {at}organisation_id, measure, SUM(worth), 0, SUM(CASE WHEN worth IS NULL THEN 1 ELSE 0 END)
             FROM tier_figures
            WHERE organisation_id {ids} AND measure <> 'passes' AND day BETWEEN :start AND :end
            GROUP BY organisation_id, measure
            UNION ALL
           SELECT {at}organisation_id, 'passes', 0, COUNT(*), 0
             FROM (SELECT organisation_id FROM tier_figures
                    WHERE organisation_id {ids} AND measure = 'passes' AND day <= :end
                    GROUP BY organisation_id, part
                   HAVING SUM(CASE WHEN day <= :start THEN amount ELSE 0 END) > 0
                       OR MAX(CASE WHEN day > :start THEN amount ELSE 0 END) > 0) AS certified
            GROUP BY organisation_id"""
_IDS = {"sqlite": "IN (SELECT value FROM json_each(:ids))", "postgresql": "= ANY(:ids)"}

Sums = dict[str, int]


def sums_of_all(window: Window) -> dict[int, Sums]:
    """`sums` of every company that has anything. One statement."""
    name = dialect()
    rows = execute_sql(
        _SUMS.format(at="", ids="IS NOT NULL"),
        {"start": bind(window.start, name), "end": bind(window.end, name)},
    )
    return _gathered(rows)


def sums(organisation_ids: Iterable[int], window: Window) -> dict[int, Sums]:
    """What companies have in a window, per measure (passes: how many people), and under `waiting` how many day amounts
    have no rate yet. One statement."""
    name, ids = dialect(), sorted(set(organisation_ids))
    if not ids:
        return {}
    rows = execute_sql(
        _SUMS.format(at="", ids=_IDS[name]),
        {
            "ids": dump_json(ids) if name == "sqlite" else ids,
            "start": bind(window.start, name),
            "end": bind(window.end, name),
        },
    )
    return _gathered(rows)


def sums_of(asked: Mapping[Window, Sequence[int]]) -> dict[Window, dict[int, Sums]]:
    """`sums` for several windows, each with its companies. One statement."""
    name, windows = dialect(), sorted(asked)
    parts, values = [], dict[str, Any]()
    for at, window in enumerate(windows):
        part = _SUMS.format(at=f"{at} AS at, ", ids=_IDS[name])
        for word in ("ids", "start", "end"):
            part = part.replace(f":{word}", f":{word}_{at}")
        parts.append(part)
        ids = sorted(set(asked[window]))
        values[f"ids_{at}"] = dump_json(ids) if name == "sqlite" else ids
        values[f"start_{at}"], values[f"end_{at}"] = bind(window.start, name), bind(window.end, name)
    found: dict[Window, list[Any]] = {window: [] for window in windows}
    if parts:
        for row in execute_sql(" UNION ALL ".join(parts), values):
            found[windows[row[0]]].append(row[1:])
    return {window: _gathered(rows) for window, rows in found.items()}


def _gathered(rows: Iterable[Any]) -> dict[int, Sums]:
    found: dict[int, Sums] = {}
    for organisation_id, measure, worth, people, waiting in rows:
        company = found.setdefault(organisation_id, {})
        company[measure] = people if measure == "passes" else int(worth or 0)
        if waiting:
            company["waiting"] = company.get("waiting", 0) + int(waiting)
    return found


def have(metrics: Iterable[Metric], found: Mapping[str, int]) -> dict[str, int]:
    """Sums per measure as figures per metric."""
    return {metric.key: sum(found.get(measure.value, 0) for measure in metric.measures) for metric in metrics}

"""The verbs that write boards: define, start, end; and how somebody appears on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete

from app.activities.facts import Entry
from app.activities.queries import in_force, list_entries
from app.boards import closing, reactor, scores, worths
from app.boards.models import EMPTY_PART, Board, BoardStatus, Metric
from app.boards.rules import REVENUE_KINDS, Rule
from app.core import audit, jobs
from app.core.clock import today, utc_now
from app.core.db import db, end_read, lock, transaction
from app.core.errors import Conflict, InvalidInput
from app.core.i18n import _, _l
from app.core.slugs import free_slug, slugify
from app.programs.engine import Rates

MAX_NAME, MAX_PRIZE = 60, 120
FILL = "boards.fill"
RESERVED = ("new", "preview", "audience")


class BoardFixed(Conflict):
    """A board that runs keeps its rule."""

    code = "board_fixed"
    default = _l("This board runs already. What it counts cannot change; its name, prize and last day can.")


@dataclass(frozen=True, slots=True)
class Words:
    """What a board is called and what may be won, by language; English is needed and stands in for the others."""

    names: dict[str, str]
    prizes: dict[str, str]

    def check(self) -> None:
        """Raises InvalidInput."""
        wrong: dict[str, object] = {}
        if not self.names.get("en"):
            wrong["name_en"] = _("Write a name in English; the other languages may follow.")
        if any(self.prizes.values()) and not self.prizes.get("en"):
            wrong["prize_en"] = _("Write the prize in English too.")
        if wrong:
            raise InvalidInput(fields=wrong)


def create_board(words: Words, rule: Rule, *, closes_on: date | None, actor: Any) -> Board:
    """Write a draft. Raises InvalidInput with a sentence per field."""
    words.check()
    check_rule(rule)
    _check_last_day(closes_on)
    with transaction():
        board = Board(
            slug=free_slug(Board.slug, slugify(words.names["en"], fallback="board", longest=50), RESERVED),
            made_by_id=actor.person_id,
            status=BoardStatus.DRAFT,
        )
        _write_words(board, words, closes_on)
        _write_rule(board, rule)
        db.session.add(board)
        db.session.flush()
        audit.record("board.created", actor=actor, subject="board", subject_id=board.id)
    return board


def edit_board(board_id: int, words: Words, rule: Rule, *, closes_on: date | None, actor: Any) -> Board:
    """Change a board: a draft wholly, a running one in its words and last day. Raises BoardFixed, InvalidInput."""
    words.check()
    check_rule(rule)
    with transaction():
        board = lock(Board, board_id)
        is_over = board.status is BoardStatus.RUNNING and board.closes_on and board.closes_on < today()
        if board.status is BoardStatus.ENDED or is_over:
            raise Conflict(_("This board has ended. It stays as it is."))
        if closes_on != board.closes_on:
            _check_last_day(closes_on)
        if board.status is BoardStatus.DRAFT:
            _write_rule(board, rule)
        elif _content(Rule.of(board)) != _content(rule):
            raise BoardFixed()
        _write_words(board, words, closes_on)
        audit.record("board.edited", actor=actor, subject="board", subject_id=board.id)
    return board


def _content(rule: Rule) -> tuple[Any, ...]:
    record = rule.audience.to_record()
    parts = tuple(
        tuple(sorted(record.get(name, ()))) for name in ("countries", "kinds", "organisation_ids", "tiers")
    )
    return rule.metric, rule.participants, rule.period, tuple(sorted(rule.sources)), parts


def check_rule(rule: Rule) -> None:
    """Raises InvalidInput for a rule that could not count."""
    wrong: dict[str, object] = {}
    if rule.metric is not Metric.REVENUE and rule.sources:
        wrong["sources"] = _("Only revenue asks where the money comes from.")
    if not set(rule.sources) <= set(REVENUE_KINDS):
        wrong["sources"] = _("Choose one of the answers offered.")
    if wrong:
        raise InvalidInput(fields=wrong)


def _check_last_day(closes_on: date | None) -> None:
    if closes_on is not None and closes_on < today():
        raise InvalidInput(
            fields={"closes_on": _("The last day lies in the past. Choose today or a later day.")}
        )


def _write_words(board: Board, words: Words, closes_on: date | None) -> None:
    board.names = {locale: text for locale, text in words.names.items() if text}
    board.prizes = {locale: text for locale, text in words.prizes.items() if text} or None
    board.closes_on = closes_on


def _write_rule(board: Board, rule: Rule) -> None:
    audience = rule.audience
    board.metric, board.participants, board.period = rule.metric, rule.participants, rule.period
    board.sources, board.audience = list(rule.sources), audience.to_record()
    board.countries = _part(audience.countries)
    board.kinds = _part(audience.kinds)
    board.tiers = _part(audience.tiers)
    board.companies = _part(audience.organisation_ids)
    parts = (audience.organisation_ids, audience.tiers, audience.countries, audience.kinds)
    board.specificity = sum(weight for weight, part in zip((8, 4, 2, 1), parts, strict=True) if part)


def _part(values: Any) -> str:
    return EMPTY_PART + "".join(f"{value}," for value in values)


def start_board(board_id: int, *, actor: Any) -> Board:
    """Let a draft run: partners see it at once, and what has happened so far is counted next. Twice does nothing."""
    with transaction():
        board = lock(Board, board_id)
        if board.status is BoardStatus.ENDED:
            raise Conflict(_("This board has ended. It stays as it is."))
        if board.status is BoardStatus.RUNNING:
            return board
        if board.closes_on is not None and board.closes_on < today():
            raise Conflict(_("The last day lies in the past. Change it first."))
        board.status, board.started_at = BoardStatus.RUNNING, utc_now()
        jobs.enqueue(FILL, {"board_id": board.id}, dedupe=f"{FILL}:{board.id}")
        audit.record("board.started", actor=actor, subject="board", subject_id=board.id)
    return board


def end_board(board_id: int, *, actor: Any) -> None:
    """End a running board; its standing becomes final. Raises Conflict for a draft; twice does nothing."""
    with transaction():
        board = lock(Board, board_id)
        if board.status is BoardStatus.DRAFT:
            raise Conflict(_("A draft has not begun, so it cannot end."))
        if board.status is BoardStatus.RUNNING:
            audit.record("board.ended", actor=actor, subject="board", subject_id=board.id)
    closing.end(board_id)


def discard_board(board_id: int, *, actor: Any) -> None:
    """Drop a draft. Raises Conflict once it has begun."""
    with transaction():
        board = lock(Board, board_id)
        if board.status is not BoardStatus.DRAFT:
            raise BoardFixed()
        db.session.execute(delete(Board).where(Board.id == board_id))
        audit.record("board.discarded", actor=actor, subject="board", subject_id=board_id)


def count_waiting_money() -> int:
    """Count the facts that waited for an exchange rate and have one now; how many. Safe to repeat."""
    done, after = 0, 0
    while ids := worths.list_waiting(after):
        after = ids[-1]
        rates = Rates()
        ready = [entry for entry in list_entries(ids) if worths.worth_of(entry, rates) is not None]
        end_read()
        for entry in sorted(ready, key=lambda entry: entry.fact.order):
            done += _count_one(entry, worths.worth_of(entry, rates) or 0)
    return done


def _count_one(entry: Entry, worth: int) -> bool:
    with transaction():
        scores.share()
        if not worths.settle(entry, worth) or not in_force([entry.id]):
            return False
        rules = [rule for rule in scores.running_rules() if rule.metric is Metric.REVENUE]
        reactor.count(rules, [entry], {}, {entry.id: worth})
        return True

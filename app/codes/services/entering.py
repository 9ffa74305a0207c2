"""A code typed in: read, told apart from a typing error, throttled, found.

Whatever is wrong with a well-formed code (unknown, used up, expired, void, still locked), the answer, its bytes and the
statements behind it are the same. Wrong ones count: by default ten an hour a person or browser, thirty an address, a
thousand in all (settings `gift_code_…_hourly`). Who has used up their own gets no answer at all until the hour is over;
when the address or everybody together has, people who are signed in and under their own limit still may use right
codes, and guests are asked to sign in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from app.codes.alphabet import LENGTH, MOST_AT_ONCE, Mistyped, Typed, digests_of, read_codes
from app.codes.errors import TooManyWrongCodes
from app.codes.queries.holding import Held, find_by_digests
from app.codes.services.telling import HOUR, warn_of_guessing
from app.core import limits
from app.core.db import end_read
from app.core.errors import InvalidInput
from app.core.i18n import _, ngettext
from app.core.settings import current_settings

LONGEST = 20_000
EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who types: a person, or the session of a guest; and the address they come from."""

    person_id: int | None
    session: str
    address: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One throttle: `codes.<scope>` counts the wrong codes of `who` in an hour."""

    scope: str
    who: str
    limit: int

    def take(self, count: int) -> int | None:
        """Count codes before they are known to be wrong; how many wrong ones there were. None, and nothing counted, if
        that was the limit."""
        before = limits.count(f"codes.{self.scope}", self.who, self.limit, HOUR, cost=count) - count
        if before < self.limit:
            return before
        self.give_back(count)
        return None

    def give_back(self, count: int) -> None:
        limits.give_back(f"codes.{self.scope}", self.who, self.limit, HOUR, count=count)

    def allows(self) -> bool:
        return limits.allowed(f"codes.{self.scope}", self.who, self.limit, HOUR)

    @property
    def wait_seconds(self) -> int:
        return limits.wait_seconds(f"codes.{self.scope}", self.who, self.limit, HOUR)


def rules_for(visitor: Visitor) -> tuple[list[Rule], list[Rule]]:
    """(own limits, that stop right codes too; shared limits, that stop wrong ones)."""
    settings = current_settings()
    own = settings.gift_code_person_hourly
    address = Rule("address", limits.network_of(visitor.address), settings.gift_code_address_hourly)
    everybody = Rule("installation", EVERYBODY, settings.gift_code_installation_hourly)
    if visitor.person_id is not None:
        return [Rule("person", str(visitor.person_id), own)], [address, everybody]
    return [Rule("session", visitor.session, own), address, everybody], []


def read_typed(text: str) -> Typed:
    """What was typed, without a typing error. Raises InvalidInput (field `code`); nothing is counted."""
    if len(text) > LONGEST:
        raise _invalid(_("This is too long to be gift codes. Enter one code a line."))
    typed = read_codes(text)
    if not typed.count:
        raise _invalid(_("Enter a code. It has 16 letters and numbers."))
    if typed.count > MOST_AT_ONCE:
        raise _invalid(_("Enter at most %(count)s codes at a time.", count=MOST_AT_ONCE))
    if typed.mistakes:
        raise _invalid(*(_mistake(wrong, typed.count) for wrong in typed.mistakes))
    return typed


def enter(text: str, visitor: Visitor) -> list[Held]:
    """The codes behind what was typed, all of them usable. Nothing moves.

    Raises InvalidInput (field `code`) for a typing error, and alike for every code that cannot be used;
    TooManyWrongCodes with the seconds to wait. Call it outside of any transaction: what it counts must stand.
    """
    typed = read_typed(text)
    own, shared = rules_for(visitor)
    count = len(typed.codes)
    before = _take_all(own, count)  # counted first, so that many at once cannot slip by
    digests = digests_of(typed.codes)
    found = find_by_digests(digests)
    end_read()
    wrong = count - len(found)
    if found:
        for rule in own:
            rule.give_back(len(found))
    if not wrong:
        return found
    before += _take_all(shared, wrong)
    for rule, number in zip((*own, *shared), before, strict=True):
        if number + wrong > rule.limit:  # several at once do not go past it either
            _stop(rule)
    for rule in own:
        if not rule.allows():
            warn_of_guessing(rule.scope, rule.who, rule.limit)
    known = {code.digest for code in found}
    lines = [line for digest, line in zip(digests, typed.lines.values(), strict=True) if digest not in known]
    raise _invalid(*(_unknown(line, typed.count) for line in lines))


def _take_all(rules: list[Rule], count: int) -> list[int]:
    """Count on all of these, or on none if one of them is used up; what each had before. Raises TooManyWrongCodes."""
    found: list[int] = []
    for rule in rules:
        before = rule.take(count)
        if before is None:
            for other in rules[: len(found)]:
                other.give_back(count)
            _stop(rule)
        found.append(before)
    return found


def _stop(rule: Rule) -> NoReturn:
    warn_of_guessing(rule.scope, rule.who, rule.limit)
    seconds = rule.wait_seconds
    minutes = -(-seconds // 60)
    sentence = ngettext(
        "Too many wrong codes. Try again in %(num)s minute. Your codes keep their points.",
        "Too many wrong codes. Try again in %(num)s minutes. Your codes keep their points.",
        minutes,
    )
    raise TooManyWrongCodes(sentence, retry_after=seconds)


def _invalid(*sentences: str) -> InvalidInput:
    return InvalidInput(" ".join(sentences), fields={"code": " ".join(sentences)})


def _mistake(wrong: Mistyped, count: int) -> str:
    place = {"line": wrong.line, "character": wrong.character, "most": LENGTH}
    if count == 1:
        sentences = {
            "character": _("A code never has “%(character)s”. Check that character.", **place),
            "length": ngettext(
                "A code has %(most)s characters. This one has %(num)s.",
                "A code has %(most)s characters. This one has %(num)s.", wrong.length, **place,
            ),
            "check": _("One character is not right. Compare the code with yours, character by character."),
        }  # fmt: skip
        return sentences[wrong.reason]
    sentences = {
        "character": _("Code %(line)s: a code never has “%(character)s”.", **place),
        "length": ngettext(
            "Code %(line)s has %(num)s character instead of %(most)s.",
            "Code %(line)s has %(num)s characters instead of %(most)s.", wrong.length, **place,
        ),
        "check": _("Code %(line)s: one character is not right.", **place),
    }  # fmt: skip
    return sentences[wrong.reason]


def _unknown(line: int, count: int) -> str:
    if count == 1:
        return _("We don’t recognise this code. Check all 16 characters.")
    return _("Code %(line)s: we don’t recognise it. Check all 16 characters.", line=line)

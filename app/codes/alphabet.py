"""How a gift code is written: 16 characters, shown 4-4-4-4, the last a check character.

23 characters that are not taken for one another and hold no vowel, so that no code spells a word. 23 is a prime: the
check character makes the weighted sum of all values a multiple of it, with a different weight at each place, so any one
wrong character and any two exchanged ones are noticed, not only most of them.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

from app.core.crypto import keyed_digest, keyed_digests

ALPHABET = "CDFGHJKMPQRTVWXY2346789"
LENGTH = 16
BASE = len(ALPHABET)
# The check character's weight is -1, so that it equals the sum of the others.
WEIGHTS = (*range(1, LENGTH), BASE - 1)
MOST_AT_ONCE = 10
PURPOSE = "gift-code"

_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
_FAIR = BASE * (256 // BASE)  # bytes from here on would favour the first characters, so they are dropped
_TO_VALUE = bytes(number % BASE for number in range(256))
_UNFAIR = bytes(range(_FAIR, 256))
_TO_LETTER = bytes(ord(ALPHABET[number]) if number < BASE else 0 for number in range(256))
_BETWEEN = re.compile(r"[\n\r\v\f,;|\t\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Mistyped:
    """Why a line is no code that we could have written: `reason` is character, length or check."""

    line: int
    reason: str
    character: str = ""
    length: int = 0


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed: codes in their order, each once, and the lines that hold a typing error."""

    codes: tuple[str, ...]
    lines: dict[str, int]
    mistakes: tuple[Mistyped, ...]
    count: int


def draw_codes(count: int) -> list[str]:
    """Random codes without dashes, from the system's secure source; every code is equally likely."""
    need = count * (LENGTH - 1)
    values = b""
    while len(values) < need:
        more = need - len(values)
        values += secrets.token_bytes(more + more // 8 + 16).translate(_TO_VALUE, _UNFAIR)
    parts = []
    for start in range(0, need, LENGTH - 1):
        part = values[start : start + LENGTH - 1]
        parts.append(part + bytes((sum(map(mul, WEIGHTS, part)) % BASE,)))
    text = b"".join(parts).translate(_TO_LETTER).decode("ascii")
    return [text[start : start + LENGTH] for start in range(0, len(text), LENGTH)]


def is_whole(code: str) -> bool:
    """Whether the check character fits: a code that fails was mistyped, one that passes may still be unknown."""
    if len(code) != LENGTH or any(letter not in _VALUES for letter in code):
        return False
    return sum(weight * _VALUES[letter] for weight, letter in zip(WEIGHTS, code, strict=True)) % BASE == 0


def shown(code: str) -> str:
    """A code as people read it: 7KX4-M92Q-DT3V-8HJC."""
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def digest_of(code: str) -> str:
    """What is kept of a code: HMAC-SHA-256 under a key of the installation."""
    return keyed_digest(PURPOSE, code)


def digests_of(codes: Sequence[str]) -> list[str]:
    """The same for many codes."""
    return keyed_digests(PURPOSE, codes)


def bare(text: str) -> str:
    """Capitals without spaces, dashes and invisible marks; full-width letters of other keyboards become plain."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(letter for letter in folded if not _is_between(letter))


def _is_between(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) in ("Pd", "Cf", "Cc") or letter in "_\u2212."


def read_codes(text: str) -> Typed:
    """Read what was typed: one code a line, or several with a comma between, or run together by a careless paste.

    `count` is how many lines held something; a code typed twice counts once.
    """
    codes: dict[str, int] = {}
    mistakes: list[Mistyped] = []
    count = 0
    for piece in _BETWEEN.split(text):
        code = bare(piece)
        if not code:
            continue
        several = len(code) > LENGTH and len(code) % LENGTH == 0 and all(letter in _VALUES for letter in code)
        for part in _cut(code) if several else [code]:
            count += 1
            wrong = _mistake(part, count)
            if wrong is not None:
                mistakes.append(wrong)
            else:
                codes.setdefault(part, count)
    return Typed(tuple(codes), codes, tuple(mistakes), count)


def _cut(code: str) -> list[str]:
    return [code[start : start + LENGTH] for start in range(0, len(code), LENGTH)]


def _mistake(code: str, line: int) -> Mistyped | None:
    strange = next((letter for letter in code if letter not in _VALUES), "")
    if strange:
        return Mistyped(line, "character", character=strange)
    if len(code) != LENGTH:
        return Mistyped(line, "length", length=len(code))
    return None if is_whole(code) else Mistyped(line, "check")

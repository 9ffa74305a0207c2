"""Is it the same customer? Pure functions over text: no database, no clock, alike everywhere.

Same customer: equal registrable domain, or equal normalised name in one country, or equal registration number in one
country. Nearly the same: trigram similarity of the normalised names of at least 0.82 in one country.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

import idna
from publicsuffixlist import PublicSuffixList

from app.deals.legal_forms import FORMS, GLUED, LONGEST, ONLY_LAST

NEAR_BASIS_POINTS = 8_200
NAME_MAX = 300

# A customer's mailbox at one of these says nothing about the customer.
SHARED_DOMAINS = frozenset(
    "gmail.com googlemail.com yahoo.com yahoo.co.id yahoo.com.my ymail.com outlook.com hotmail.com live.com "
    "icloud.com me.com aol.com proton.me protonmail.com gmx.com gmx.de mail.com qq.com 163.com 126.com "
    "yandex.com zoho.com".split()
)

_LETTERS = str.maketrans(
    {
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ı": "i",
        "ħ": "h",
        "ى": "ي",
        "ة": "ه",
        "ـ": "",
        "'": "",
        "’": "",
        "ʼ": "",
        "`": "",
        "&": " and ",
        "+": " and ",
    }
)
_MARKS = re.compile("[\u0300-\u036f\u064b-\u065f\u0670]")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}[^\W\d_]?(?!\w)")
_SLASHED = re.compile(r"\b([ak])/s\b")
_CJK_GAP = re.compile("(?<=[\u3040-\u30ff\u3400-\u9fff]) (?=[\u3040-\u30ff\u3400-\u9fff])")


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def host_of(text: str) -> str | None:
    """The host in what a person types: a domain, a web address or an e-mail address; ASCII (IDNA), lower case."""
    text = text.strip()
    if not text or len(text) > 2_000 or any(char.isspace() for char in text):
        return None
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        return idna.encode(host.rstrip("."), uts46=True, transitional=False).decode("ascii").lower() or None
    except (ValueError, UnicodeError):
        return None


def registrable_domain(text: str) -> str | None:
    """The domain a company can register, by the Public Suffix List: `shop.mutiara.co.id` -> `mutiara.co.id`.

    None where there is none: a bare suffix (`co.id`), one label, an address number, or a shared mail provider.
    """
    host = host_of(text)
    if host is None or "." not in host or not re.fullmatch(r"[a-z0-9.-]+", host):
        return None
    if host.rsplit(".", 1)[1].isdigit():
        return None
    try:
        unicode_host = idna.decode(host)
    except (idna.IDNAError, UnicodeError):
        unicode_host = host
    found = _suffixes().privatesuffix(unicode_host)
    if not found:
        return None
    depth = found.count(".") + 1
    ascii_found = ".".join(host.split(".")[-depth:])
    return None if ascii_found in SHARED_DOMAINS else ascii_found


def fold(text: str) -> str:
    """One spelling: width, case, accents and Arabic vowel marks folded; Chinese, Arabic and other letters kept."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _MARKS.sub("", unicodedata.normalize("NFD", text)).translate(_LETTERS)
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=1)
def _glued() -> tuple[str, ...]:
    return tuple(fold(form) for form in GLUED)


def name_key(name: str) -> str:
    """A company's name without legal form, accents, case and punctuation; empty only for an empty name.

    Legal forms are taken away at either end as long as something is left: `PT Bumi Raya, Tbk` -> `bumi raya`.
    """
    text = _SLASHED.sub(r"\1s", fold(name))
    text = _DOTTED.sub(lambda match: match.group().replace(".", ""), text)
    text = _CJK_GAP.sub("", " ".join(_words(text)))
    words = _without_forms(_unglued(text).split())
    return (" ".join(words) or " ".join(name.casefold().split()))[:NAME_MAX].strip()


def _words(text: str) -> list[str]:
    kept = (char if unicodedata.category(char)[0] in "LMN" else " " for char in text)
    return "".join(kept).split()


def _unglued(text: str) -> str:
    before = None
    while before != text:
        before = text
        for form in _glued():
            text = text.removesuffix(form).strip() or text
            text = text.removeprefix(form).strip() or text
    return text


def _without_forms(words: list[str]) -> list[str]:
    changed = True
    while changed and len(words) > 1:
        changed = False
        for size in range(min(LONGEST, len(words) - 1), 0, -1):
            if tuple(words[-size:]) in FORMS:
                words, changed = words[:-size], True
                break
            if tuple(words[:size]) in FORMS and not (size == 1 and words[0] in ONLY_LAST):
                words, changed = words[size:], True
                break
    return words


def registration_key(number: str) -> str | None:
    """A registration number without spaces and punctuation, capitals; None for fewer than four characters."""
    key = "".join(char for char in unicodedata.normalize("NFKC", number).upper() if char.isalnum())
    return key if len(key) >= 4 else None


@lru_cache(maxsize=4_096)
def trigrams(key: str) -> frozenset[str]:
    """Trigrams of each word, padded by two blanks before and one after (as PostgreSQL's pg_trgm does)."""
    padded = [f"  {word} " for word in key.split()]
    return frozenset(text[at : at + 3] for text in padded for at in range(len(text) - 2))


def similarity(left: str, right: str) -> int:
    """Shared trigrams over all trigrams of two normalised names, in basis points (10,000 = equal)."""
    a, b = trigrams(left), trigrams(right)
    return 10_000 * len(a & b) // len(a | b) if a and b else 0


def is_near(left: str, right: str) -> bool:
    """True from a similarity of 0.82 on."""
    return similarity(left, right) >= NEAR_BASIS_POINTS


def signature(key: str) -> tuple[list[str], int]:
    """The few trigrams to store and to look up, and how many there are in all.

    Prefix filter: order every set the same way (by hash); two sets of similarity >= t must share one among the first
    n - ceil(t * n) + 1 of each. So an index finds all candidates, and a name costs a handful of rows.
    """
    ordered = sorted(trigrams(key), key=lambda gram: hashlib.blake2b(gram.encode(), digest_size=8).digest())
    total = len(ordered)
    shared = -(-total * NEAR_BASIS_POINTS // 10_000)
    return ordered[: total - shared + 1], total


def size_range(total: int) -> tuple[int, int]:
    """How many trigrams a near name can have."""
    return -(-total * NEAR_BASIS_POINTS // 10_000), total * 10_000 // NEAR_BASIS_POINTS

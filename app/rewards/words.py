"""Words of a reward: per language, folded for search, as a slug."""

from __future__ import annotations

import re
import unicodedata


def words_in(words: dict[str, str] | None, locale: str) -> str:
    """The text of a language, or the English one."""
    if not words:
        return ""
    return words.get(locale) or words.get("en") or next(iter(words.values()), "")


def fold(text: str) -> str:
    """Text as search sees it: no case, no accents."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def slug_of(text: str) -> str:
    """A readable slug; empty text gives `reward`."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:60].strip("-") or "reward"


def clean(text: str | None, limit: int = 2000) -> str:
    """Text as typed, without zero bytes (PostgreSQL refuses them), edges and what is beyond the limit."""
    return (text or "").replace("\x00", "").strip()[:limit]

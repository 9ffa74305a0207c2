"""Numbers and what they count in the lines of commands, which speak English."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """`1 code`, `2,000 codes`; `many` where an s is not enough (`2 activities`)."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"

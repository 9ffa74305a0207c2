"""How a rank is counted without walking over everybody above: participants grouped by score into blocks.

A block holds all scores from its `lo` up to the next block's; it is split when it grows over MOST participants and
joined when it shrinks, so a million participants make some two thousand blocks. A rank is the sum of the higher blocks
and a count inside one's own. A score that very many share gets a block one score wide: inside it nobody is above
anybody, so it may hold any number. The arithmetic here is plain; `app.boards.folding` keeps the rows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping

MOST, AIM, FEW = 1024, 512, 128
DAY_AIM = 128  # the blocks of yesterday never change, and carry the sum of those above
LOWEST = 1  # a score of 0 is not on the board


def cut(values: Iterable[tuple[int, int]], lo: int = LOWEST, aim: int = AIM) -> list[tuple[int, int]]:
    """Blocks from `lo` on for ascending (score, how many): (lo of the block, how many). At least one, maybe empty."""
    blocks: list[tuple[int, int]] = []
    start, count = lo, 0
    for score, many in values:
        if many >= aim:  # a block of its own, one score wide
            if score > start:
                blocks.append((start, count))
            blocks.append((score, count + many if score == start else many))
            start, count = score + 1, 0
            continue
        if count and count + many > aim:
            blocks.append((start, count))
            start, count = score, 0
        count += many
    blocks.append((start, count))
    return blocks


class Blocks:
    """The blocks of one period in memory, and which of them changed."""

    def __init__(self, rows: Iterable[tuple[int, int]]) -> None:
        """`rows`: (lo, count) ascending; none means a period without blocks yet."""
        found = list(rows)
        self.stored = dict(found)
        self.los = [lo for lo, _count in found] or [LOWEST]
        self.counts = [count for _lo, count in found] or [0]

    def _at(self, score: int) -> int:
        return bisect_right(self.los, score) - 1

    def move(self, before: int, after: int) -> None:
        """A participant's counted score changes; 0 is off the board."""
        if before:
            self.counts[self._at(before)] -= 1
        if after:
            self.counts[self._at(after)] += 1

    def crowded(self) -> list[tuple[int, int | None]]:
        """(lo, hi) of blocks that hold more than MOST and may be split; hi is the next block's lo or None."""
        found: list[tuple[int, int | None]] = []
        for at, count in enumerate(self.counts):
            hi = self.los[at + 1] if at + 1 < len(self.los) else None
            if count > MOST and (hi is None or hi - self.los[at] > 1):
                found.append((self.los[at], hi))
        return found

    def split(self, lo: int, values: Iterable[tuple[int, int]]) -> None:
        """Replace the block that begins at `lo` by blocks made of its ascending (score, how many)."""
        at = self.los.index(lo)
        made = cut(values, lo)
        self.los[at : at + 1] = [start for start, _count in made]
        self.counts[at : at + 1] = [count for _start, count in made]

    def join(self) -> None:
        """Join neighbours that hold few."""
        at = 1
        while at < len(self.los):
            if self.counts[at] + self.counts[at - 1] <= FEW:
                self.counts[at - 1] += self.counts[at]
                del self.los[at], self.counts[at]
            else:
                at += 1

    def changes(self) -> tuple[dict[int, int], list[int]]:
        """(lo -> count of blocks to write, los of blocks to drop)."""
        now = dict(zip(self.los, self.counts, strict=True))
        written = {lo: count for lo, count in now.items() if self.stored.get(lo) != count}
        return written, [lo for lo in self.stored if lo not in now]


def with_above(blocks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """(lo, how many stand in higher blocks) of (lo, count) ascending."""
    above, found = 0, []
    for lo, count in reversed(blocks):
        found.append((lo, above))
        above += count
    return found[::-1]


def spread(scores: Iterable[int]) -> Mapping[int, int]:
    """How many have each score above 0, ascending."""
    found: dict[int, int] = {}
    for score in scores:
        if score > 0:
            found[score] = found.get(score, 0) + 1
    return dict(sorted(found.items()))

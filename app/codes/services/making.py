"""Codes made in bulk: drawn, hashed, written and handed to the export, a few thousand at a time.

The clear codes exist in this function's hands for one chunk, and then only inside the encrypted export.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import select

from app.codes.alphabet import digests_of, draw_codes
from app.codes.models import GiftCode, GiftCodeBatch
from app.core.bulk import insert_rows, reserve_ids
from app.core.db import db

CHUNK = 5_000
# Takes the clear codes of a chunk, with the batch and the chunk's place in it, and encrypts them.
Sink = Callable[[GiftCodeBatch, int, Sequence[str]], None]

_COLUMNS = ("id", "batch_id", "digest", "last_four")


def make_codes(batch: GiftCodeBatch, sink: Sink) -> Iterator[list[int]]:
    """Make the codes of a new batch inside the present transaction; yields their ids chunk by chunk."""
    for position, start in enumerate(range(0, batch.code_count, CHUNK)):
        codes = draw_codes(min(CHUNK, batch.code_count - start))
        ids = reserve_ids("gift_codes", len(codes))
        lasts = [code[-4:] for code in codes]
        rows = zip(ids, [batch.id] * len(ids), digests_of(codes), lasts, strict=True)
        insert_rows("gift_codes", _COLUMNS, rows)
        sink(batch, position, codes)
        yield ids


def ids_of(batch_id: int) -> Iterator[list[int]]:
    """The codes of a batch as ids, chunk by chunk."""
    after = 0
    while True:
        query = select(GiftCode.id).where(GiftCode.batch_id == batch_id, GiftCode.id > after)
        ids = list(db.session.scalars(query.order_by(GiftCode.id).limit(CHUNK)))
        if not ids:
            return
        after = ids[-1]
        yield ids

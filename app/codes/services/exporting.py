"""The one export of a batch: kept sealed until it is fetched once, then gone. It holds the only clear codes there are."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from typing import IO, TYPE_CHECKING

from sqlalchemy import delete, insert, select

from app.codes.alphabet import LENGTH, shown
from app.codes.errors import BatchMoved
from app.codes.export import LEAST_PASSWORD, Writer
from app.codes.models import BatchState, GiftCodeBatch, GiftCodeExport
from app.codes.services.making import Sink
from app.core import audit
from app.core.clock import utc_now
from app.core.crypto import seal, unseal
from app.core.db import db, lock, transaction
from app.core.errors import InvalidInput
from app.core.i18n import _

if TYPE_CHECKING:
    from app.identity.actor import Actor


def rows_of(codes: Sequence[str], points: int, valid_until: date) -> str:
    """Codes as the lines of the file."""
    tail = f",{points},{valid_until.isoformat()}\n"
    return "".join(shown(code) + tail for code in codes)


def keep_sealed(batch: GiftCodeBatch, position: int, codes: Sequence[str]) -> None:
    """A sink that keeps the codes of a new batch sealed in the database until its file is fetched."""
    sealed = seal("".join(codes).encode(), _aad(batch, position))
    row = {"batch_id": batch.id, "position": position, "sealed": sealed}
    db.session.execute(insert(GiftCodeExport).values(row))


def writing_to(writer: Writer) -> Sink:
    """A sink that writes straight into an export file."""
    return lambda batch, _position, codes: writer.write(rows_of(codes, batch.points, batch.valid_until))


def _aad(batch: GiftCodeBatch, position: int) -> str:
    return f"gift-codes:{batch.public_id}:{position}"


def check_password(password: str) -> None:
    """Raises InvalidInput for one that is too short to guard codes."""
    if len(password) < LEAST_PASSWORD:
        sentence = _(
            "Use at least %(count)s characters. Whoever has the file and this has the codes.",
            count=LEAST_PASSWORD,
        )
        raise InvalidInput(fields={"password": sentence})


def take_export(batch_id: int, password: str, *, actor: Actor | None) -> IO[bytes]:
    """The export under a password, once: the kept codes are deleted in the same commit.

    Returns a temporary file that holds ciphertext only. Raises InvalidInput, BatchMoved (not live, or fetched before).
    """
    check_password(password)
    found: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the answer streams it and closes it
    try:
        with transaction():
            batch = lock(GiftCodeBatch, batch_id)
            if batch.state is not BatchState.LIVE:
                raise BatchMoved()
            if batch.exported_at is not None:
                raise BatchMoved(_("This file was fetched already. Void the batch and make another."))
            writer = Writer(found, password)
            for position in _positions(batch.id):
                text = _opened(batch, position)
                codes = [text[start : start + LENGTH] for start in range(0, len(text), LENGTH)]
                writer.write(rows_of(codes, batch.points, batch.valid_until))
            writer.close()
            db.session.execute(delete(GiftCodeExport).where(GiftCodeExport.batch_id == batch.id))
            note_export(batch, actor)
    except BaseException:
        found.close()
        raise
    found.seek(0)
    return found


def _positions(batch_id: int) -> list[int]:
    query = select(GiftCodeExport.position).where(GiftCodeExport.batch_id == batch_id)
    return list(db.session.scalars(query.order_by(GiftCodeExport.position)))


def _opened(batch: GiftCodeBatch, position: int) -> str:
    sealed = db.session.scalar(
        select(GiftCodeExport.sealed).where(
            GiftCodeExport.batch_id == batch.id, GiftCodeExport.position == position
        )
    )
    return unseal(bytes(sealed or b""), _aad(batch, position)).decode()


def note_export(batch: GiftCodeBatch, actor: Actor | None) -> None:
    """Say on the batch and in the audit trail that its codes left the house."""
    batch.exported_at, batch.exported_by_id = utc_now(), actor.person_id if actor else None
    audit.record("code_batch.exported", actor=actor, subject="gift_code_batch", subject_id=batch.id)


def purge_exports() -> int:
    """Delete kept files of batches that are no longer live and no longer wait; returns how many parts."""
    gone = select(GiftCodeBatch.id).where(
        GiftCodeBatch.state.in_((BatchState.DECLINED, BatchState.VOID, BatchState.ENDED))
    )
    with transaction():
        query = delete(GiftCodeExport).where(GiftCodeExport.batch_id.in_(gone))
        return int(db.session.execute(query).rowcount)  # type: ignore[attr-defined]

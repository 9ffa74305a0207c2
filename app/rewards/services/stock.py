"""Voucher stock from a file: codes are sealed as they come in, one spelling once per reward."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.core import audit
from app.core.clock import today, utc_now
from app.core.db import db, dialect, execute_sql_many, transaction
from app.core.errors import InvalidInput, NotFound
from app.core.i18n import _
from app.core.types import bind, new_public_id
from app.rewards.codes import digest_of, seal_code
from app.rewards.models import FOREVER, Denomination, Reward, RewardKind, StockImport, VoucherCode
from app.rewards.words import clean

if TYPE_CHECKING:
    from app.identity.actor import Actor

LINES_LIMIT = 50_000
SHOWN_LINES = 100
_HEADERS = {
    "code": "code", "voucher": "code", "kod": "code", "kode": "code", "pin": "pin",
    "expires_on": "expires_on", "expiry": "expires_on", "use_by": "expires_on",
}  # fmt: skip
_INSERT = """
INSERT INTO voucher_codes (public_id, reward_id, denomination_id, sealed, code_digest, expires_on, state, created_at)
VALUES (:public_id, :reward_id, :denomination_id, :sealed, :code_digest, :expires_on, 'available', :created_at)
"""


@dataclass(frozen=True, slots=True)
class StockLine:
    """One code of a file, with its line number there."""

    line: int
    code: str
    pin: str
    expires_on: date


@dataclass(frozen=True, slots=True)
class StockReport:
    """What an import did: codes added, and the lines that named a code we have already."""

    added: int
    duplicate_lines: list[int] = field(default_factory=list)


def import_codes(
    slug: str, denomination_id: int, content: bytes, *, actor: Actor, file_name: str = ""
) -> StockReport:
    """Add the codes of a CSV file (`code`, and where there are such columns `pin`, `expires_on`) to one value's stock.

    Codes known already are left out and reported by line. A file that is not such a list is refused whole with one
    sentence (InvalidInput, field `file`). Raises NotFound.
    """
    lines = list(read_stock(content))
    reward_id = _find_denomination(slug, denomination_id)
    name, now = dialect(), bind(utc_now(), dialect())
    rows: list[dict[str, Any]] = []
    seen: set[str] = set()
    duplicates: list[int] = []
    for line in lines:
        digest = digest_of(reward_id, line.code)
        if digest in seen:
            duplicates.append(line.line)
            continue
        seen.add(digest)
        public_id = new_public_id()
        rows.append(
            {
                "line": line.line,
                "public_id": public_id,
                "reward_id": reward_id,
                "denomination_id": denomination_id,
                "sealed": seal_code(public_id, line.code, line.pin),
                "code_digest": digest,
                "expires_on": bind(line.expires_on, name),
                "created_at": now,
            }
        )
    with transaction():
        db.session.scalar(select(Reward.id).where(Reward.id == reward_id).with_for_update())
        known = _known(reward_id, [row["code_digest"] for row in rows])
        duplicates += [row["line"] for row in rows if row["code_digest"] in known]
        fresh = [row for row in rows if row["code_digest"] not in known]
        execute_sql_many(_INSERT, fresh)
        duplicates.sort()
        db.session.add(
            StockImport(
                reward_id=reward_id,
                denomination_id=denomination_id,
                person_id=actor.person_id,
                file_name=clean(file_name, 120),
                added_count=len(fresh),
                duplicate_count=len(duplicates),
                duplicate_lines=duplicates[:SHOWN_LINES],
            )
        )
        about = {"denomination_id": denomination_id, "added": len(fresh), "duplicates": len(duplicates)}
        audit.record("stock.imported", actor=actor, subject="reward", subject_id=reward_id, after=about)
    return StockReport(len(fresh), duplicates)


def _find_denomination(slug: str, denomination_id: int) -> int:
    row = db.session.execute(
        select(Reward.id, Reward.kind)
        .join(Denomination, Denomination.reward_id == Reward.id)
        .where(Reward.slug == slug, Denomination.id == denomination_id, Denomination.is_active)
    ).first()
    if row is None:
        raise NotFound()
    if row.kind is not RewardKind.DIGITAL_VOUCHER:
        raise InvalidInput(fields={"file": _("This reward is sent by hand, so it has no codes.")})
    return int(row.id)


def _known(reward_id: int, digests: list[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(digests), 500):
        part = digests[start : start + 500]
        known.update(
            db.session.scalars(
                select(VoucherCode.code_digest).where(
                    VoucherCode.reward_id == reward_id, VoucherCode.code_digest.in_(part)
                )
            )
        )
    return known


def read_stock(content: bytes) -> Iterator[StockLine]:
    """The codes of a file. Raises InvalidInput with the line at fault; nothing is guessed."""
    text = _decoded(content)
    first = text.split("\n", 1)[0]
    separator = next((mark for mark in (";", "\t") if mark in first and "," not in first), ",")
    columns: list[str] | None = None
    count = 0
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if columns is None:
                columns = _columns(cells)
                if columns is not _PLAIN:
                    continue
            count += 1
            if count > LINES_LIMIT:
                raise _refused(_("Send at most %(limit)s codes in one file.", limit=LINES_LIMIT))
            yield _line(dict(zip(columns, cells, strict=False)), reader.line_num)
    except csv.Error:
        raise _refused(_("This is not a list of codes. Send a CSV file with one code a line.")) from None
    if not count:
        raise _refused(_("There is no code in this file."))


_PLAIN = ["code", "expires_on"]


def _columns(cells: list[str]) -> list[str]:
    named = [_HEADERS.get(cell.casefold().replace(" ", "_"), "") for cell in cells]
    if "code" in named:
        return named
    if len(cells) > 2:
        raise _refused(_("Name the columns in the first line: code, pin, expires_on."))
    return _PLAIN


def _line(values: dict[str, str], number: int) -> StockLine:
    code = values.get("code", "")
    if not 4 <= len(code) <= 200:
        raise _refused(_("Line %(line)s: a code has 4 to 200 characters.", line=number))
    expires_on = FOREVER
    if values.get("expires_on"):
        try:
            expires_on = date.fromisoformat(values["expires_on"])
        except ValueError:
            raise _refused(_("Line %(line)s: write the last day as 2027-12-31.", line=number)) from None
        if expires_on < today():
            raise _refused(_("Line %(line)s: this code has run out already.", line=number))
    return StockLine(number, code, values.get("pin", "")[:60], expires_on)


def _decoded(content: bytes) -> str:
    if not content.strip():
        raise _refused(_("This file is empty."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(_("This is not a list of codes. Send a CSV file with one code a line.")) from None
    if "\x00" in text or any(ord(letter) < 32 and letter not in "\r\n\t" for letter in text[:4096]):
        raise _refused(_("This is not a list of codes. Send a CSV file with one code a line."))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refused(sentence: object) -> InvalidInput:
    return InvalidInput(str(sentence), fields={"file": sentence})

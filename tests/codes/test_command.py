"""`tangga codes issue` says how far it is on a terminal, and nothing of it elsewhere."""

import pytest

from app.codes.cli import _counting
from app.codes.models import GiftCodeBatch


def test_a_terminal_sees_how_many_codes_are_made(capsys: pytest.CaptureFixture[str]) -> None:
    written: list[int] = []
    batch = GiftCodeBatch(code_count=12_000)
    for shows in (False, True):
        sink = _counting(lambda _batch, position, texts: written.append(len(texts)), shows)
        for position, count in enumerate((5_000, 5_000, 2_000)):
            sink(batch, position, ["x"] * count)
        seen = capsys.readouterr()
        assert seen.out == ""
        assert seen.err == (
            "\r5,000 of 12,000 codes\r10,000 of 12,000 codes\r12,000 of 12,000 codes\n" if shows else ""
        )
    assert written == [5_000, 5_000, 2_000] * 2

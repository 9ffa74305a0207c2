"""`tangga codes` on a terminal and in scripts: how far it is, and the short name that was asked for or none."""

import pytest
from flask import Flask

from app.codes.cli import _counting, codes
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


def test_a_short_name_that_is_taken_is_refused_and_one_made_of_the_name_moves_on(app: Flask) -> None:
    def add(*words: str) -> tuple[int, str]:
        given = ["campaign", "--name", "Partner Day", "--giver", "Veridia", "--budget", "1000", *words]
        done = app.test_cli_runner().invoke(codes, given)
        return done.exit_code, done.output.strip()

    assert add("--slug", "partner-day") == (0, "Campaign partner-day added.")
    code, said = add("--slug", "Partner Day")
    assert code == 1 and "there is a campaign partner-day already" in said
    assert add() == (0, "Campaign partner-day-2 added.")

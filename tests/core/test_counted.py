"""How commands count."""

import pytest

from app.core.counted import counted


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 codes"), (1, "1 code"), (2, "2 codes"), (100_000, "100,000 codes")]
)
def test_one_is_said_as_one(number: int, words: str) -> None:
    assert counted(number, "code") == words


def test_a_plural_may_be_a_word_of_its_own() -> None:
    assert [counted(number, "activity", "activities") for number in (1, 2)] == ["1 activity", "2 activities"]

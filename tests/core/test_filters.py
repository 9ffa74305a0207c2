"""How the look writes what it is given."""

import pytest

from app.core.filters import initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Aina Zahari", "AZ"), ("Wei Jie Lim", "WL"), ("Nor", "NO"), ("z", "Z"), ("( ) —", "?"), ("", "?")],
)
def test_initials_are_of_two_words_or_the_first_two_letters_of_one(name: str, letters: str) -> None:
    assert initials(name) == letters

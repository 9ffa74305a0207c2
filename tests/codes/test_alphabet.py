"""How codes are written: every single error and every exchange of two neighbours is noticed, without exception."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from app.codes.alphabet import ALPHABET, LENGTH, draw_codes, is_whole, read_codes, shown

codes = st.integers(0, 10**6).map(lambda _: draw_codes(1)[0])


@given(codes)
def test_every_single_wrong_character_is_noticed(code):
    """Exhaustive over all places and all 22 other characters."""
    for place in range(LENGTH):
        for letter in ALPHABET:
            if letter != code[place]:
                assert not is_whole(code[:place] + letter + code[place + 1 :])


@given(codes)
def test_every_exchange_of_two_characters_is_noticed_neighbours_or_not(code):
    for first in range(LENGTH):
        for second in range(first + 1, LENGTH):
            swapped = list(code)
            swapped[first], swapped[second] = swapped[second], swapped[first]
            assert is_whole("".join(swapped)) == (code[first] == code[second])


def test_the_rule_holds_for_every_pair_of_values_at_every_pair_of_places():
    """The proof behind the two above: weights differ from each other and from zero modulo a prime."""
    from app.codes.alphabet import BASE, WEIGHTS

    assert all(BASE % number for number in range(2, BASE))
    assert len({weight % BASE for weight in WEIGHTS}) == LENGTH and 0 not in {w % BASE for w in WEIGHTS}


def test_codes_are_whole_distinct_and_use_every_character_evenly():
    drawn = draw_codes(20_000)
    assert len(set(drawn)) == len(drawn) and all(map(is_whole, drawn))
    counts = Counter("".join(drawn))
    assert set(counts) == set(ALPHABET)
    even = 20_000 * LENGTH / len(ALPHABET)
    assert all(abs(count - even) < even * 0.05 for count in counts.values())
    assert {len(draw_codes(count)) for count in (1, 7, 333)} == {1, 7, 333}


@given(
    codes,
    st.sampled_from(["{}", " {} ", "{}\u200b", "\ufeff{}"]),
    st.sampled_from(" -–—_.\u00a0"),
    st.booleans(),
)
def test_capitals_spaces_dashes_and_invisible_marks_do_not_matter(code, around, between, is_lower):
    text = around.format(between.join(code[start : start + 4] for start in range(0, 16, 4)))
    assert read_codes(text.lower() if is_lower else text).codes == (code,)


def test_full_width_letters_of_another_keyboard_are_read():
    code = draw_codes(1)[0]
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    assert read_codes(wide).codes == (code,)


def test_several_codes_stand_one_a_line_with_commas_or_run_together():
    drawn = draw_codes(3)
    for text in ("\n".join(map(shown, drawn)), ", ".join(drawn), "".join(drawn), "\r\n\r\n".join(drawn)):
        assert read_codes(text).codes == tuple(drawn)
    assert read_codes("\n".join([*drawn, drawn[0]])).codes == tuple(drawn)


def test_a_mistake_says_which_line_and_what():
    good, bad = draw_codes(2)
    other = "C" if bad[0] != "C" else "D"
    typed = read_codes("\n".join([good, other + bad[1:], good[:-1], "O" + bad[1:], "😀" * 16]))
    assert [(wrong.line, wrong.reason) for wrong in typed.mistakes] == [
        (2, "check"), (3, "length"), (4, "character"), (5, "character"),
    ]  # fmt: skip

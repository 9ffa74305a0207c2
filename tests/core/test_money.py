"""Numbers are read by locale, written by locale, and never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import (
    InvalidNumber,
    NumberTooLarge,
    format_money,
    format_points,
    mul_div_ceil,
    mul_div_floor,
    mul_div_half_up,
    parse_amount,
    parse_int,
    parse_plain_amount,
)


@pytest.mark.parametrize(
    ("text", "currency", "locale", "minor"),
    [
        ("48,000", "MYR", "en", 4_800_000),
        ("48,000.50", "MYR", "ms", 4_800_050),
        ("48.000", "IDR", "id", 4_800_000),
        ("412.000.000", "IDR", "id", 41_200_000_000),
        ("48000", "MYR", "id", 4_800_000),
        ("48000", "MYR", "en", 4_800_000),
        ("RM 48,000", "MYR", "en", 4_800_000),
        ("rp 48.000", "IDR", "id", 4_800_000),
        ("1200", "JPY", "en", 1_200),
        ("1.250", "KWD", "en", 1_250),
        ("0,5", "MYR", "id", 50),
    ],
)
def test_amounts_are_read_by_locale(text: str, currency: str, locale: str, minor: int) -> None:
    assert parse_amount(text, currency, locale) == minor


@pytest.mark.parametrize(
    ("text", "currency", "locale"),
    [
        ("48.000", "MYR", "en"),  # three decimals: a grouping of another language, not guessed
        ("48,000", "IDR", "id"),  # decimals that rupiah does not have
        ("48 ribu", "MYR", "ms"),
        ("4,8000", "MYR", "en"),
        ("48,00", "MYR", "en"),
        ("-5", "MYR", "en"),
        ("1e5", "MYR", "en"),
        ("٤٨", "MYR", "en"),
        ("", "MYR", "en"),
        ("99999999999999999", "MYR", "en"),
        ("1.000,50", "IDR", "id"),
    ],
)
def test_what_does_not_fit_is_refused(text: str, currency: str, locale: str) -> None:
    with pytest.raises(InvalidNumber):
        parse_amount(text, currency, locale)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("10,000,000,000,000.01", "en"),
        ("99999999999999999", "en"),
        ("9" * 50, "en"),
        ("1" + ".000" * 20, "id"),
    ],
)
def test_a_number_too_large_is_told_from_what_is_none(text: str, locale: str) -> None:
    with pytest.raises(NumberTooLarge):
        parse_amount(text, "MYR", locale)


@pytest.mark.parametrize("text", ["-" + "9" * 50, "9" * 50 + "a", "much"])
def test_what_is_no_amount_is_not_called_too_large(text: str) -> None:
    with pytest.raises(InvalidNumber) as refused:
        parse_amount(text, "MYR", "en")
    assert not isinstance(refused.value, NumberTooLarge)


def test_money_is_written_by_locale() -> None:
    nbsp = "\u00a0"
    assert format_money(4_800_000, "MYR", "en") == f"RM{nbsp}48,000"
    assert format_money(2_850, "MYR", "ms") == f"RM{nbsp}28.50"
    assert format_money(4_800_000_000, "IDR", "id") == f"Rp{nbsp}48.000.000"
    assert format_money(4_800_000_000, "IDR", "id", short=True) == f"Rp{nbsp}48{nbsp}jt"
    assert format_money(8_400_000, "MYR", "en", short=True) == f"RM{nbsp}84k"
    assert format_money(120_000, "USD", "en") == f"USD{nbsp}1,200"
    assert format_money(-50, "MYR", "en") == f"\u2212RM{nbsp}0.50"
    assert format_points(12_480, "id") == "12.480"
    assert format_points(-1_600, "en", signed=True) == "\u22121,600"
    assert format_points(2_600, "ms", signed=True) == "+2,600"


@given(
    st.integers(0, 10**15), st.sampled_from(["MYR", "JPY", "KWD", "USD"]), st.sampled_from(["en", "ms", "id"])
)
def test_what_is_written_is_read_back(minor: int, currency: str, locale: str) -> None:
    assert parse_amount(format_money(minor, currency, locale), currency, locale) == minor


@given(st.integers(0, 10**12), st.sampled_from(["en", "ms", "id"]))
def test_points_are_read_back(value: int, locale: str) -> None:
    assert parse_int(format_points(value, locale), locale) == value


def test_data_files_use_plain_digits() -> None:
    assert parse_plain_amount("2024.99", "USD") == 202_499
    assert parse_plain_amount("-12.5", "USD") == -1_250
    assert parse_plain_amount("12.5000", "USD") == 1_250
    for text in ("12,5", "1.234,5", "12.555", "abc", "1e3", ""):
        with pytest.raises(InvalidNumber):
            parse_plain_amount(text, "USD")


@given(st.integers(0, 10**15), st.integers(1, 10**10), st.integers(1, 10**10))
def test_rounding_goes_the_way_its_name_says(value: int, numerator: int, denominator: int) -> None:
    exact = value * numerator
    low, high = mul_div_floor(value, numerator, denominator), mul_div_ceil(value, numerator, denominator)
    assert low * denominator <= exact < (low + 1) * denominator
    assert (high - 1) * denominator < exact <= high * denominator
    near = mul_div_half_up(value, numerator, denominator)
    assert near in (low, high)
    assert 2 * abs(near * denominator - exact) <= denominator

"""Contrast of the brand tokens."""

from __future__ import annotations

import pytest

from app.core.palette import DEFAULTS, LEAST_RATIO, contrast, nearest_readable, poor_pairs


def test_the_ratios_are_those_of_wcag() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert contrast("#777777", "#777777") == 1.0
    assert round(contrast("#0b6159", "#ffffff"), 1) == 7.3
    assert round(contrast("#f3f8f6", "#0c3330"), 1) == 12.8


def test_the_tokens_of_the_design_pass() -> None:
    assert poor_pairs(DEFAULTS) == []


@pytest.mark.parametrize("token", sorted(DEFAULTS))
def test_each_token_can_fail_and_is_named(token: str) -> None:
    worst = {"on_brand": "#0b6159", "on_brand_dark": "#5accb9", "accent": "#2b1b00"}
    bad = worst.get(token, "#141d1b" if token == "brand_dark" else "#f0f0f0")
    named = {pair.token for pair in poor_pairs({**DEFAULTS, token: bad})}
    assert token in named


@pytest.mark.parametrize("colour", ["#9ad0c8", "#ffcc00", "#777777", "#123456"])
@pytest.mark.parametrize("against", ["#ffffff", "#141d1b", "#2b1b00"])
def test_the_suggestion_can_be_read(colour: str, against: str) -> None:
    assert contrast(nearest_readable(colour, against), against) >= LEAST_RATIO

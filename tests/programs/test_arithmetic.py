"""Points are integers, rounded down once per fact."""

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.activities.facts import Fact
from app.core.money import CURRENCIES, MAX_AMOUNT, exponent
from app.core.rates import SCALE
from app.programs.engine import Rates, amount_for, judge, units_for
from app.programs.rules import Definition, Reward, Rule

DAY = date(2026, 11, 10)
amounts = st.integers(0, MAX_AMOUNT)
small = st.integers(1, 10**6)


def fact(amount=None, currency="MYR", quantity=None):
    return Fact(
        "sale", "test", "1", 1, DAY, member_id=2, amount_minor=amount,
        currency=currency if amount is not None else None, quantity=quantity,
    )  # fmt: skip


def points(reward, given, rates=None):
    verdict = judge(Rule("main", "sale", (reward,)), given, rates or Rates(lambda currency, on: None))
    assert verdict.missing_rate is None
    return sum(offer.gross_points for offer in verdict.offers)


@given(amounts, small, st.integers(1, 10**9))
def test_points_per_money_are_the_floor_of_the_exact_product(amount, per_points, per_minor):
    reward = Reward(1, "per_money", per_points, per_minor=per_minor, currency="MYR")
    exact = Fraction(amount) * per_points / per_minor
    assert points(reward, fact(amount)) == min(exact.numerator // exact.denominator, MAX_AMOUNT)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20), small, st.integers(1, 10**6))
def test_splitting_an_amount_over_lines_never_earns_more(lines, per_points, per_minor):
    reward = Reward(1, "per_money", per_points, per_minor=per_minor, currency="MYR")
    apart = sum(points(reward, fact(amount)) for amount in lines)
    together = points(reward, fact(sum(lines)))
    assert together - len(lines) < apart <= together


@given(st.integers(1, 10**9), small, st.integers(1, 10**6))
def test_the_next_useful_amount_is_the_smallest_that_gives_the_points(wanted, per_points, per_minor):
    reward = Reward(1, "per_money", per_points, per_minor=per_minor, currency="MYR")
    least = amount_for(reward, wanted)
    assert points(reward, fact(least)) >= wanted or least > MAX_AMOUNT
    assert points(reward, fact(least - 1)) < wanted


@given(st.integers(1, 10**6), st.integers(1, 10**4))
def test_units_multiply(units, each):
    reward = Reward(1, "per_unit", each)
    assert points(reward, fact(quantity=units)) == units * each
    assert units_for(reward, units * each) == units


@given(
    st.integers(0, 10**12), st.sampled_from(CURRENCIES), st.sampled_from(CURRENCIES), st.integers(1, 10**14),
    st.integers(1, 10**14), small, st.integers(1, 10**6),
)  # fmt: skip
def test_another_currency_counts_at_the_rate_of_the_date(
    amount, source, target, from_rate, to_rate, per, per_minor
):
    rates = Rates(lambda currency, on: {source: from_rate, target: to_rate}[currency])
    reward = Reward(1, "per_money", per, per_minor=per_minor, currency=target)
    if source == target:
        exact = Fraction(amount)
    else:
        ratio = Fraction(from_rate * 10 ** exponent(target), to_rate * 10 ** exponent(source))
        doubled = 2 * amount * ratio + 1
        exact = Fraction(doubled.numerator // (doubled.denominator * 2))
    wanted = min(int(exact) * per // per_minor, MAX_AMOUNT)
    assert points(reward, fact(amount, source), rates) == wanted


@given(amounts, small, st.integers(1, 10**6), st.integers(0, 100))
def test_the_last_line_of_a_calculation_is_what_is_given(amount, per_points, per_minor, quantity):
    for reward in (
        Reward(1, "per_money", per_points, per_minor=per_minor, currency="MYR"),
        Reward(1, "per_unit", per_points),
        Reward(1, "fixed", per_points),
    ):
        verdict = judge(
            Rule("main", "sale", (reward,)), fact(amount, quantity=quantity), Rates(lambda *_: SCALE)
        )
        for offer in verdict.offers:
            assert offer.lines[-1]["result"] == offer.gross_points > 0
            assert offer.lines[-1]["unit"] == "points"


def test_without_a_rate_the_fact_has_to_wait_and_is_never_counted_one_to_one():
    none = Rates(lambda currency, on: SCALE if currency == "MYR" else None)
    reward = Reward(1, "per_money", 4, per_minor=100_00, currency="MYR")
    verdict = judge(Rule("main", "sale", (reward,)), fact(10_000_00, "USD"), none)
    assert (verdict.offers, verdict.missing_rate) == ([], ("USD", "MYR"))
    least = Rule("main", "sale", (Reward(1, "fixed", 5),), min_amount_minor=1, min_currency="MYR")
    assert judge(least, fact(10_000_00, "USD"), none).missing_rate == ("USD", "MYR")
    assert judge(least, fact(None), none).offers == []


def test_a_definition_survives_its_record():
    rule = Rule(
        "main", "sale", (Reward(1, "fixed", 5), Reward(2, "per_money", 1, "organisation", 1000, "USD", 0, 99)),
        min_amount_minor=5, min_currency="USD", min_quantity=3, family_ids=(1, 2),
    )  # fmt: skip
    made = Definition((rule,), starts_on=DAY)
    assert Definition.from_record(made.to_record()) == made

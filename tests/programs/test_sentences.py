"""The sentence is made from the record, whole, in three languages."""

from datetime import date, timedelta
from itertools import product

import pytest

from app.core.clock import freeze, utc_now
from app.core.i18n import LOCALES
from app.programs.calculations import worded_lines
from app.programs.engine import line
from app.programs.rules import Audience, Definition, Reward, Rule
from app.programs.sentences import Names, Part, sentence
from tests.programs.makers import definition, reward

YEAR = utc_now().year


def words(made, locale="en", **more):
    return sentence(made, locale=locale, **more).text.replace("\xa0", " ")


def test_the_demo_rule_reads_the_same_in_three_languages(app, cast):
    made = definition(
        reward("fixed", 500),
        family_ids=(cast.families["firewall"],),
        min_amount_minor=10_000_00,
        min_currency="MYR",
    )
    with app.app_context():
        assert words(made) == "Win a deal in Firewall of RM 10,000 or more and get 500 points."
        assert words(made, "ms") == (
            "Menangi peluang jualan Firewall bernilai RM 10,000 atau lebih dan dapatkan 500 mata."
        )
        assert (
            words(made, "id") == "Menangkan deal Firewall senilai RM 10.000 atau lebih dan dapatkan 500 poin."
        )


def test_what_is_asked_and_what_is_given_stand_out(app, cast):
    made = definition(
        reward("per_money", 1, per_minor=10_00, currency="USD", payee="organisation"), trigger="sale"
    )
    with app.app_context():
        assert sentence(made, locale="en").parts == (
            Part("For each sale, your company gets ", ""),
            Part("1 point for every USD\xa010", "reward"),
            Part(".", ""),
        )


def test_limits_follow_as_whole_sentences(app, cast):
    made = definition(
        reward("per_unit", 150, hold_days=14, cap_points=3000), reward("fixed", 20, number=2, payee="organisation"),
        trigger="sale", min_quantity=3, family_ids=(cast.families["firewall"], cast.families["cloud"]),
        audience=Audience(("MY", "ID"), ("reseller",)), starts_on=date(YEAR, 10, 1), ends_on=date(YEAR, 12, 31),
    )  # fmt: skip
    with app.app_context():
        assert sentence(made, locale="en", budget_points=60_000).full == (
            "For each sale of Firewall or Cloud, you get 150 points for every unit. Your company also gets 20 points."
            " For companies of type Reseller in Malaysia and Indonesia. From 1 October to 31 December."
            " Only from 3 units on. At most 3,000 points for each person. The points clear 14 days after the sale."
            " It stops when 60,000 points have been given in all."
        )
        indonesian = sentence(made, locale="id", budget_points=60_000).full
        for text in (
            "Malaysia dan Indonesia",
            "1 Oktober sampai 31 Desember",
            "3.000 poin per orang",
            "60.000 poin",
        ):
            assert text in indonesian
        malay = sentence(made, locale="ms", budget_points=60_000).full
        for text in ("1 Oktober hingga 31 Disember", "3,000 mata bagi setiap orang", "3 unit"):
            assert text in malay


@pytest.mark.parametrize("locale", LOCALES)
def test_every_shape_is_a_whole_sentence_without_marks_or_gaps(app, cast, locale):
    families = {1: "Aa **x** __y__ %(points)s", 2: "Bb <b>"}
    seen = set()
    with app.app_context():
        for trigger, has_family, has_amount, kind, payee, points in product(
            ("deal_won", "sale"), (False, True), (False, True), ("fixed", "per_money", "per_unit"),
            ("member", "organisation"), (1, 7),
        ):  # fmt: skip
            money = {"per_minor": 123_00, "currency": "SGD"} if kind == "per_money" else {}
            rule = Rule(
                "main", trigger, (Reward(1, kind, points, payee, hold_days=0, **money),),
                family_ids=(1, 2) if has_family else (), min_amount_minor=4_567_00 if has_amount else None,
                min_currency="MYR" if has_amount else None,
            )  # fmt: skip
            made = sentence(Definition((rule,)), locale=locale, names=Names(families))
            text = made.text
            assert text.endswith(".") and "\x01" not in text
            bare = text.replace(families[1], "").replace(families[2], "")
            assert not any(mark in bare for mark in ("**", "__", "%("))
            assert (families[1] in text) == has_family
            assert ("4,567" in text or "4.567" in text) == has_amount
            assert ("123" in text) == (kind == "per_money")
            assert [part.style for part in made.parts if part.style].count("reward") == 1
            seen.add(text)
    assert len(seen) == 96


def test_an_open_start_in_the_past_is_not_worth_a_sentence(app, cast):
    with app.app_context(), freeze(utc_now()):
        past = definition(starts_on=utc_now().date() - timedelta(days=40))
        future = definition(starts_on=utc_now().date() + timedelta(days=40))
        assert sentence(past, locale="en").details == ()
        assert sentence(future, locale="en").details[0].startswith("From ")


def test_calculations_are_worded_in_the_readers_language(app, cast):
    from app.core.i18n import force_locale

    lines = [
        line("", "deal_won_amount", "IDR", 100_000_000_00),
        line("=", "converted", "MYR", 26_500_00, on="2026-11-10"),
        line("×", "per_money", "points", 1060, points=4, per_minor=100_00, currency="MYR"),
        line("−", "cap", "points", 500, cap=500, used=0),
        line("−", "budget", "points", 90),
    ]
    with app.app_context(), force_locale("id"):
        assert worded_lines(lines) == [
            ("", "Nilai deal", "Rp\xa0100.000.000"),
            ("=", "Dengan kurs 10 November", "RM\xa026.500") if YEAR == 2026 else worded_lines(lines)[1],
            ("×", "4 poin per RM\xa0100", "1.060"),
            ("−", "Batas 500 poin tercapai", "500"),
            ("−", "Seluruh sisa anggaran", "90"),
        ]

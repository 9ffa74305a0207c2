"""The shapes of a program's sentence: one whole sentence each, so that every language may turn it as it likes.

`**` marks what the rule asks for, `__` what it gives; the marks never reach a screen. Keys: trigger, conditions
(none, family, amount, both; courses), what the reward counts, payee.
"""

from __future__ import annotations

# ruff: noqa: E501


def _n(singular: str, plural: str) -> tuple[str, str]:
    """Mark a pair for translation; `app.programs.sentences` says it."""
    return singular, plural


MAIN = {
    ("deal_won", "none", "fixed", "member"): _n(
        "Win a deal and get __%(points)s point__.",
        "Win a deal and get __%(points)s points__.",
    ),
    ("deal_won", "none", "fixed", "organisation"): _n(
        "Win a deal and your company gets __%(points)s point__.",
        "Win a deal and your company gets __%(points)s points__.",
    ),
    ("deal_won", "none", "per_money", "member"): _n(
        "Win a deal and get __%(points)s point for every %(per)s__.",
        "Win a deal and get __%(points)s points for every %(per)s__.",
    ),
    ("deal_won", "none", "per_money", "organisation"): _n(
        "Win a deal and your company gets __%(points)s point for every %(per)s__.",
        "Win a deal and your company gets __%(points)s points for every %(per)s__.",
    ),
    ("deal_won", "none", "per_unit", "member"): _n(
        "Win a deal and get __%(points)s point for every unit__.",
        "Win a deal and get __%(points)s points for every unit__.",
    ),
    ("deal_won", "none", "per_unit", "organisation"): _n(
        "Win a deal and your company gets __%(points)s point for every unit__.",
        "Win a deal and your company gets __%(points)s points for every unit__.",
    ),
    ("deal_won", "family", "fixed", "member"): _n(
        "Win a deal in **%(families)s** and get __%(points)s point__.",
        "Win a deal in **%(families)s** and get __%(points)s points__.",
    ),
    ("deal_won", "family", "fixed", "organisation"): _n(
        "Win a deal in **%(families)s** and your company gets __%(points)s point__.",
        "Win a deal in **%(families)s** and your company gets __%(points)s points__.",
    ),
    ("deal_won", "family", "per_money", "member"): _n(
        "Win a deal in **%(families)s** and get __%(points)s point for every %(per)s__.",
        "Win a deal in **%(families)s** and get __%(points)s points for every %(per)s__.",
    ),
    ("deal_won", "family", "per_money", "organisation"): _n(
        "Win a deal in **%(families)s** and your company gets __%(points)s point for every %(per)s__.",
        "Win a deal in **%(families)s** and your company gets __%(points)s points for every %(per)s__.",
    ),
    ("deal_won", "family", "per_unit", "member"): _n(
        "Win a deal in **%(families)s** and get __%(points)s point for every unit__.",
        "Win a deal in **%(families)s** and get __%(points)s points for every unit__.",
    ),
    ("deal_won", "family", "per_unit", "organisation"): _n(
        "Win a deal in **%(families)s** and your company gets __%(points)s point for every unit__.",
        "Win a deal in **%(families)s** and your company gets __%(points)s points for every unit__.",
    ),
    ("deal_won", "amount", "fixed", "member"): _n(
        "Win a deal of **%(least)s or more** and get __%(points)s point__.",
        "Win a deal of **%(least)s or more** and get __%(points)s points__.",
    ),
    ("deal_won", "amount", "fixed", "organisation"): _n(
        "Win a deal of **%(least)s or more** and your company gets __%(points)s point__.",
        "Win a deal of **%(least)s or more** and your company gets __%(points)s points__.",
    ),
    ("deal_won", "amount", "per_money", "member"): _n(
        "Win a deal of **%(least)s or more** and get __%(points)s point for every %(per)s__.",
        "Win a deal of **%(least)s or more** and get __%(points)s points for every %(per)s__.",
    ),
    ("deal_won", "amount", "per_money", "organisation"): _n(
        "Win a deal of **%(least)s or more** and your company gets __%(points)s point for every %(per)s__.",
        "Win a deal of **%(least)s or more** and your company gets __%(points)s points for every %(per)s__.",
    ),
    ("deal_won", "amount", "per_unit", "member"): _n(
        "Win a deal of **%(least)s or more** and get __%(points)s point for every unit__.",
        "Win a deal of **%(least)s or more** and get __%(points)s points for every unit__.",
    ),
    ("deal_won", "amount", "per_unit", "organisation"): _n(
        "Win a deal of **%(least)s or more** and your company gets __%(points)s point for every unit__.",
        "Win a deal of **%(least)s or more** and your company gets __%(points)s points for every unit__.",
    ),
    ("deal_won", "both", "fixed", "member"): _n(
        "Win a deal in **%(families)s** of **%(least)s or more** and get __%(points)s point__.",
        "Win a deal in **%(families)s** of **%(least)s or more** and get __%(points)s points__.",
    ),
    ("deal_won", "both", "fixed", "organisation"): _n(
        "Win a deal in **%(families)s** of **%(least)s or more** and your company gets __%(points)s point__.",
        "Win a deal in **%(families)s** of **%(least)s or more** and your company gets __%(points)s points__.",
    ),
    ("deal_won", "both", "per_money", "member"): _n(
        "Win a deal in **%(families)s** of **%(least)s or more** and get __%(points)s point for every %(per)s__.",
        "Win a deal in **%(families)s** of **%(least)s or more** and get __%(points)s points for every %(per)s__.",
    ),
    ("deal_won", "both", "per_money", "organisation"): _n(
        "Win a deal in **%(families)s** of **%(least)s or more** and your company gets __%(points)s point for every %(per)s__.",
        "Win a deal in **%(families)s** of **%(least)s or more** and your company gets __%(points)s points for every %(per)s__.",
    ),
    ("deal_won", "both", "per_unit", "member"): _n(
        "Win a deal in **%(families)s** of **%(least)s or more** and get __%(points)s point for every unit__.",
        "Win a deal in **%(families)s** of **%(least)s or more** and get __%(points)s points for every unit__.",
    ),
    ("deal_won", "both", "per_unit", "organisation"): _n(
        "Win a deal in **%(families)s** of **%(least)s or more** and your company gets __%(points)s point for every unit__.",
        "Win a deal in **%(families)s** of **%(least)s or more** and your company gets __%(points)s points for every unit__.",
    ),
    ("sale", "none", "fixed", "member"): _n(
        "For each sale, you get __%(points)s point__.",
        "For each sale, you get __%(points)s points__.",
    ),
    ("sale", "none", "fixed", "organisation"): _n(
        "For each sale, your company gets __%(points)s point__.",
        "For each sale, your company gets __%(points)s points__.",
    ),
    ("sale", "none", "per_money", "member"): _n(
        "For each sale, you get __%(points)s point for every %(per)s__.",
        "For each sale, you get __%(points)s points for every %(per)s__.",
    ),
    ("sale", "none", "per_money", "organisation"): _n(
        "For each sale, your company gets __%(points)s point for every %(per)s__.",
        "For each sale, your company gets __%(points)s points for every %(per)s__.",
    ),
    ("sale", "none", "per_unit", "member"): _n(
        "For each sale, you get __%(points)s point for every unit__.",
        "For each sale, you get __%(points)s points for every unit__.",
    ),
    ("sale", "none", "per_unit", "organisation"): _n(
        "For each sale, your company gets __%(points)s point for every unit__.",
        "For each sale, your company gets __%(points)s points for every unit__.",
    ),
    ("sale", "family", "fixed", "member"): _n(
        "For each sale of **%(families)s**, you get __%(points)s point__.",
        "For each sale of **%(families)s**, you get __%(points)s points__.",
    ),
    ("sale", "family", "fixed", "organisation"): _n(
        "For each sale of **%(families)s**, your company gets __%(points)s point__.",
        "For each sale of **%(families)s**, your company gets __%(points)s points__.",
    ),
    ("sale", "family", "per_money", "member"): _n(
        "For each sale of **%(families)s**, you get __%(points)s point for every %(per)s__.",
        "For each sale of **%(families)s**, you get __%(points)s points for every %(per)s__.",
    ),
    ("sale", "family", "per_money", "organisation"): _n(
        "For each sale of **%(families)s**, your company gets __%(points)s point for every %(per)s__.",
        "For each sale of **%(families)s**, your company gets __%(points)s points for every %(per)s__.",
    ),
    ("sale", "family", "per_unit", "member"): _n(
        "For each sale of **%(families)s**, you get __%(points)s point for every unit__.",
        "For each sale of **%(families)s**, you get __%(points)s points for every unit__.",
    ),
    ("sale", "family", "per_unit", "organisation"): _n(
        "For each sale of **%(families)s**, your company gets __%(points)s point for every unit__.",
        "For each sale of **%(families)s**, your company gets __%(points)s points for every unit__.",
    ),
    ("sale", "amount", "fixed", "member"): _n(
        "For each sale of **%(least)s or more**, you get __%(points)s point__.",
        "For each sale of **%(least)s or more**, you get __%(points)s points__.",
    ),
    ("sale", "amount", "fixed", "organisation"): _n(
        "For each sale of **%(least)s or more**, your company gets __%(points)s point__.",
        "For each sale of **%(least)s or more**, your company gets __%(points)s points__.",
    ),
    ("sale", "amount", "per_money", "member"): _n(
        "For each sale of **%(least)s or more**, you get __%(points)s point for every %(per)s__.",
        "For each sale of **%(least)s or more**, you get __%(points)s points for every %(per)s__.",
    ),
    ("sale", "amount", "per_money", "organisation"): _n(
        "For each sale of **%(least)s or more**, your company gets __%(points)s point for every %(per)s__.",
        "For each sale of **%(least)s or more**, your company gets __%(points)s points for every %(per)s__.",
    ),
    ("sale", "amount", "per_unit", "member"): _n(
        "For each sale of **%(least)s or more**, you get __%(points)s point for every unit__.",
        "For each sale of **%(least)s or more**, you get __%(points)s points for every unit__.",
    ),
    ("sale", "amount", "per_unit", "organisation"): _n(
        "For each sale of **%(least)s or more**, your company gets __%(points)s point for every unit__.",
        "For each sale of **%(least)s or more**, your company gets __%(points)s points for every unit__.",
    ),
    ("sale", "both", "fixed", "member"): _n(
        "For each sale of **%(families)s** of **%(least)s or more**, you get __%(points)s point__.",
        "For each sale of **%(families)s** of **%(least)s or more**, you get __%(points)s points__.",
    ),
    ("sale", "both", "fixed", "organisation"): _n(
        "For each sale of **%(families)s** of **%(least)s or more**, your company gets __%(points)s point__.",
        "For each sale of **%(families)s** of **%(least)s or more**, your company gets __%(points)s points__.",
    ),
    ("sale", "both", "per_money", "member"): _n(
        "For each sale of **%(families)s** of **%(least)s or more**, you get __%(points)s point for every %(per)s__.",
        "For each sale of **%(families)s** of **%(least)s or more**, you get __%(points)s points for every %(per)s__.",
    ),
    ("sale", "both", "per_money", "organisation"): _n(
        "For each sale of **%(families)s** of **%(least)s or more**, your company gets __%(points)s point for every %(per)s__.",
        "For each sale of **%(families)s** of **%(least)s or more**, your company gets __%(points)s points for every %(per)s__.",
    ),
    ("sale", "both", "per_unit", "member"): _n(
        "For each sale of **%(families)s** of **%(least)s or more**, you get __%(points)s point for every unit__.",
        "For each sale of **%(families)s** of **%(least)s or more**, you get __%(points)s points for every unit__.",
    ),
    ("sale", "both", "per_unit", "organisation"): _n(
        "For each sale of **%(families)s** of **%(least)s or more**, your company gets __%(points)s point for every unit__.",
        "For each sale of **%(families)s** of **%(least)s or more**, your company gets __%(points)s points for every unit__.",
    ),
    ("course_passed", "none", "fixed", "member"): _n(
        "Pass a course and get __%(points)s point__.",
        "Pass a course and get __%(points)s points__.",
    ),
    ("course_passed", "none", "fixed", "organisation"): _n(
        "Pass a course and your company gets __%(points)s point__.",
        "Pass a course and your company gets __%(points)s points__.",
    ),
    ("course_passed", "courses", "fixed", "member"): _n(
        "Pass **%(courses)s** and get __%(points)s point__.",
        "Pass **%(courses)s** and get __%(points)s points__.",
    ),
    ("course_passed", "courses", "fixed", "organisation"): _n(
        "Pass **%(courses)s** and your company gets __%(points)s point__.",
        "Pass **%(courses)s** and your company gets __%(points)s points__.",
    ),
    ("recognition", "none", "fixed", "member"): _n(
        "Be recognised and get __%(points)s point__.",
        "Be recognised and get __%(points)s points__.",
    ),
    ("recognition", "none", "offered", "member"): _n(
        "Be recognised and get __the points that come with the award__.",
        "Be recognised and get __the points that come with the award__.",
    ),
    ("recognition", "none", "per_offered", "member"): _n(
        "Be recognised and get __%(points)s point for each point of the award__.",
        "Be recognised and get __%(points)s points for each point of the award__.",
    ),
    ("recognition", "none", "fixed", "organisation"): _n(
        "When your company is recognised, it gets __%(points)s point__.",
        "When your company is recognised, it gets __%(points)s points__.",
    ),
    ("recognition", "none", "offered", "organisation"): _n(
        "When your company is recognised, it gets __the points that come with the award__.",
        "When your company is recognised, it gets __the points that come with the award__.",
    ),
    ("recognition", "none", "per_offered", "organisation"): _n(
        "When your company is recognised, it gets __%(points)s point for each point of the award__.",
        "When your company is recognised, it gets __%(points)s points for each point of the award__.",
    ),
    ("service_milestone", "none", "fixed", "member"): _n(
        "Reach a service anniversary and get __%(points)s point__.",
        "Reach a service anniversary and get __%(points)s points__.",
    ),
    ("service_milestone", "none", "per_year", "member"): _n(
        "Reach a service anniversary and get __%(points)s point for every year__.",
        "Reach a service anniversary and get __%(points)s points for every year__.",
    ),
    ("service_milestone", "none", "fixed", "organisation"): _n(
        "When your company reaches a service anniversary, it gets __%(points)s point__.",
        "When your company reaches a service anniversary, it gets __%(points)s points__.",
    ),
    ("service_milestone", "none", "per_year", "organisation"): _n(
        "When your company reaches a service anniversary, it gets __%(points)s point for every year__.",
        "When your company reaches a service anniversary, it gets __%(points)s points for every year__.",
    ),
}

ALSO = {
    ("fixed", "member"): _n("You also get __%(points)s point__.", "You also get __%(points)s points__."),
    ("fixed", "organisation"): _n(
        "Your company also gets __%(points)s point__.", "Your company also gets __%(points)s points__."
    ),
    ("per_money", "member"): _n(
        "You also get __%(points)s point for every %(per)s__.",
        "You also get __%(points)s points for every %(per)s__.",
    ),
    ("per_money", "organisation"): _n(
        "Your company also gets __%(points)s point for every %(per)s__.",
        "Your company also gets __%(points)s points for every %(per)s__.",
    ),
    ("per_unit", "member"): _n(
        "You also get __%(points)s point for every unit__.",
        "You also get __%(points)s points for every unit__.",
    ),
    ("per_unit", "organisation"): _n(
        "Your company also gets __%(points)s point for every unit__.",
        "Your company also gets __%(points)s points for every unit__.",
    ),
    ("per_year", "member"): _n(
        "You also get __%(points)s point for every year__.",
        "You also get __%(points)s points for every year__.",
    ),
    ("offered", "member"): _n(
        "You also get __the points that come with the award__.",
        "You also get __the points that come with the award__.",
    ),
    ("per_offered", "member"): _n(
        "You also get __%(points)s point for each point of the award__.",
        "You also get __%(points)s points for each point of the award__.",
    ),
}

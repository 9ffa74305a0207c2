"""The demo's ladder: Member, Silver, Gold, Platinum by sales, deals and certified people of a year that began some weeks
ago; one level held by hand, and one that is short of what it needs since its pin ended. Distributors climb the same
levels by a score, into which their purchases count: one is close to Silver, one to Gold, and one has given back what
carried it to Silver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from app.core.clock import today
from app.partners.audience import Audience
from app.tiers.models import TierVersion
from app.tiers.plans import SCORE, Benefit, Definition, Level, Metric
from app.tiers.services.pins import pin_level
from app.tiers.services.plans import create_plan, publish, save_draft, send_for_sign_off, start_version
from app.tiers.services.reviews import run_review
from seeds.people import Demo

RM = 100
YEAR_BEGAN_DAYS_AGO = 46  # or up to a month more: the year begins with a month
PIN_ENDED_DAYS_AGO = 36  # the grace began a day later, and its first warning went out thirty days after that
WARNED_DAYS_AGO = 5
SEATS = "ticket"


def tiers_events(demo: Demo) -> Iterator[tuple[float, Callable[[], object]]]:
    """The plan begins with its year; yesterday somebody began to write the next year's."""
    begins = _year_began(today())
    made: dict[str, TierVersion] = {}

    def begin(key: str, name: str, ladder: Definition) -> None:
        draft = create_plan(name, ladder, month=begins.month, actor=demo.actors["marketer"])
        send_for_sign_off(draft.id, actor=demo.actors["marketer"])
        made[key] = publish(draft.id, actor=demo.actors["finance"])

    def write_next() -> None:
        draft = start_version(made["plan"].plan_id, actor=demo.actors["marketer"])
        ladder = _ladder()
        silver = replace(ladder.levels[1], needs=_needs(50_000, deals=1))
        gold = replace(ladder.levels[2], needs=_needs(110_000, deals=5, certified=4))
        changed = replace(ladder, levels=(ladder.levels[0], silver, gold, ladder.levels[3]))
        save_draft(
            draft.id, name=f"{begins.year + 1} plan", definition=changed, month=begins.month,
            actor=demo.actors["marketer"],
        )  # fmt: skip

    def hold(company: str, level: str, reason: str, ends_on: date, by: str) -> None:
        pin_level(demo.companies[company].id, level, reason, ends_on, actor=demo.actors[by])

    age, now = float((today() - begins).days), today()
    came_over = "Came over from another vendor with four shops: Silver while they settle."
    reference = "Builds the reference site in Johor with us: Gold until it is open."
    yield age, lambda: begin("plan", f"{begins.year} plan", _ladder())
    yield age - 0.1, lambda: begin("distributors", f"{begins.year} distributors", _distributors())
    yield (
        age - 0.2,
        lambda: hold("sumber", "silver", came_over, now - timedelta(days=PIN_ENDED_DAYS_AGO), "owner"),
    )
    yield PIN_ENDED_DAYS_AGO - 1, run_review
    yield 19, lambda: hold("jaya", "gold", reference, now + timedelta(days=150), "manager")
    yield WARNED_DAYS_AGO, run_review
    yield 1, write_next


def _year_began(on: date) -> date:
    return (on - timedelta(days=YEAR_BEGAN_DAYS_AGO)).replace(day=1)


def _ladder() -> Definition:
    return Definition(
        (Metric("revenue", sources=("deal_won",)), Metric("deals"), Metric("certified")),
        (
            Level("member", "Member", directory_order=4),
            Level(
                "silver", "Silver", _needs(50_000, deals=1, certified=1), 12_500, 2_000 * RM, 3, (_seats(2),),
            ),
            Level(
                "gold", "Gold", _needs(120_000, deals=5, certified=4), 15_000, 10_000 * RM, 2,
                (_seats(4), _lounge()),
            ),
            Level(
                "platinum", "Platinum", _needs(300_000, deals=12, certified=6), 20_000, 40_000 * RM, 1,
                (_seats(8), _engineer()),
            ),
        ),
    )  # fmt: skip


def _distributors() -> Definition:
    """70 of 100, by what they buy from the vendor, the deals that they win themselves, and certified people."""
    return Definition(
        (Metric("revenue", 50, ("sale",)), Metric("deals", 30), Metric("certified", 20)),
        (
            Level("member", "Member", directory_order=4),
            Level("silver", "Silver", _needs(200_000, deals=2, certified=1), 12_500, 5_000 * RM, 3, (_seats(2),)),
            Level(
                "gold", "Gold", _needs(600_000, deals=6, certified=3), 15_000, 25_000 * RM, 2,
                (_seats(4), _returns(30)),
            ),
            Level(
                "platinum", "Platinum", _needs(1_500_000, deals=15, certified=6), 20_000, 80_000 * RM, 1,
                (_seats(8), _returns(60), _engineer()),
            ),
        ),
        SCORE,
        audience=Audience(kinds=("distributor",)),
    )  # fmt: skip


def _needs(ringgit: int, **others: int) -> dict[str, int]:
    return {"revenue": ringgit * RM, **others}


def _seats(count: int) -> Benefit:
    return Benefit(
        SEATS,
        {"en": "Partner Day seats", "ms": "Tempat Hari Rakan Niaga", "id": "Kursi Hari Mitra"},
        {"en": f"{count} seats", "ms": f"{count} tempat", "id": f"{count} kursi"},
    )


def _lounge() -> Benefit:
    return Benefit(
        "gift",
        {"en": "Airport lounge", "ms": "Ruang legar lapangan terbang", "id": "Ruang tunggu bandara"},
        {
            "en": "a reward for Gold and above",
            "ms": "ganjaran untuk Gold ke atas",
            "id": "hadiah untuk Gold ke atas",
        },
    )


def _returns(days: int) -> Benefit:
    return Benefit(
        "sparkles",
        {"en": "Stock can go back", "ms": "Stok boleh dipulangkan", "id": "Stok bisa dikembalikan"},
        {"en": f"within {days} days", "ms": f"dalam {days} hari", "id": f"dalam {days} hari"},
    )


def _engineer() -> Benefit:
    return Benefit(
        "headphones",
        {"en": "A named engineer", "ms": "Jurutera khas", "id": "Teknisi khusus"},
        {"en": "answers in 2 hours", "ms": "menjawab dalam 2 jam", "id": "menjawab dalam 2 jam"},
    )

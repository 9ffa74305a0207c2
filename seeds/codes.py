"""The demo's gift codes: campaigns with codes used and expired, one batch taken back, one that waits for a second person,
one whose file was fetched, and two codes that went toward a reward.

Codes are random and kept nowhere in clear, so a few unused ones are written to demo-codes.txt in the data folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from secrets import token_urlsafe
from typing import Any

from app.codes import services
from app.codes.alphabet import digests_of, shown
from app.codes.models import GiftCodeBatch, Occasion
from app.codes.queries import find_by_digests
from app.core.clock import today
from app.core.db import end_read
from app.core.settings import current_settings
from app.rewards.services.redemptions import redeem
from seeds.people import Demo
from seeds.rewards import denomination_of

Event = tuple[float, Callable[[], object]]
KEPT_CODES = 8
BOOTH, PARTNER_DAY, QUIZ_WEEK = "Booth at TechFest KL", "Partner Day KL guests", "Quiz week winners"
HOLDERS = (
    "borneo.bagus", "jaya.jason", "rimba.faiz", "selat.kavitha", "nusa.putri", "nusa.andi", "sumber.dewi",
    "mutiara.siti",
)  # fmt: skip


@dataclass(frozen=True)
class Story:
    """One campaign with one batch: made `age` days ago for `days`, `used` of its codes put into wallets until it was
    `voided` (days ago, why)."""

    age: float
    name: str
    occasion: Occasion
    message: str
    points: int
    count: int
    used: int
    days: int
    budget: int
    is_kept: bool = False
    voided: tuple[float, str] | None = None


STORIES = (
    Story(264, "Ramadan thank-you", Occasion.THANKS, "Selamat Hari Raya, and thank you for a strong first quarter.",
          300, 42, 34, 90, 20_000),
    Story(84, "Ipoh product day", Occasion.EVENT, "", 200, 60, 4, 180, 15_000,
          voided=(71, "The printed cards were left behind in the hall.")),
    Story(41, QUIZ_WEEK, Occasion.PRIZE, "You answered all ten.", 1_000, 25, 16, 180, 60_000),
    Story(21, BOOTH, Occasion.EVENT, "", 150, 50, 11, 120, 40_000),
    Story(9, PARTNER_DAY, Occasion.THANKS, "Good to have you with us in Kuala Lumpur.", 500, 250, 3, 79,
          236_000, is_kept=True),
    Story(4, "Surabaya roadshow", Occasion.EVENT, "", 250, 420, 0, 150, 341_000),
)  # fmt: skip
QUIZ_WEEK_FETCHED, LOST = 40, 14  # days ago: the file of a batch, one card of the booth
# days ago, who, reward, face value in minor units, the campaign whose next code pays first; the wallet pays the rest
PAID = (
    (10, "jaya.jason", "kopi-tiga-card", 2_000, BOOTH),
    (5, "borneo.bagus", "nasi-co-lunch", 3_000, PARTNER_DAY),
    (3, "rimba.faiz", "kopi-tiga-card", 2_000, PARTNER_DAY),
)


@dataclass
class Made:
    """A batch and, until the demo is loaded, its clear codes."""

    batch_id: int = 0
    campaign_id: int = 0
    codes: list[str] = field(default_factory=list)

    def sink(self, batch: GiftCodeBatch, position: int, codes: Sequence[str]) -> None:
        services.keep_sealed(batch, position, codes)
        self.codes.extend(codes)


def codes_events(demo: Demo) -> list[Event]:
    """Campaigns made, approved where they must be, and codes used over the weeks after."""
    events: list[Event] = []
    batches = {story.name: Made() for story in STORIES}
    for story in STORIES:
        made = batches[story.name]
        events.append((story.age, partial(_make, demo, story, made)))
        if story.is_kept:
            events.append((story.age - 0.5, partial(_approve, demo, made)))
            events.append((0.01, partial(_keep_last, made)))
        span = min(story.age, story.days) - 1
        if story.voided:
            age, reason = story.voided
            span = story.age - age - 1
            events.append((age, partial(_void, demo, made, reason)))
        for number in range(story.used):
            age = story.age - 1 - span * number / max(story.used, 1)
            events.append((age, partial(_use, demo, made, number)))
    events.append((QUIZ_WEEK_FETCHED, partial(_fetch, demo, batches[QUIZ_WEEK])))
    events.append((LOST, partial(_lose_one, demo, batches[BOOTH])))
    for number, (age, who, slug, face, name) in enumerate(PAID):
        events.append((age, partial(_pay, demo, batches[name], number, who, slug, face)))
    return events


def _make(demo: Demo, story: Story, made: Made) -> None:
    maker = demo.actors["marketer"]
    first = today()
    details = services.CampaignDetails(
        story.name, current_settings().vendor_name, story.budget, first, first + timedelta(days=story.days),
        story.occasion, story.message,
    )  # fmt: skip
    made.campaign_id = services.add_campaign(details, actor=maker).id
    wanted = services.Wanted(story.points, story.count)
    made.batch_id = services.issue_batch(made.campaign_id, wanted, made.sink, actor=maker).id


def _approve(demo: Demo, made: Made) -> None:
    services.approve_batch(made.batch_id, actor=demo.actors["finance"])


def _keep_last(made: Made) -> None:
    keep(made.codes[-KEPT_CODES:])


def _void(demo: Demo, made: Made, reason: str) -> None:
    services.void_batch(made.batch_id, actor=demo.actors["marketer"], reason=reason)


def _lose_one(demo: Demo, made: Made) -> None:
    """One card was lost, and its code is taken back."""
    marketer = demo.actors["marketer"]
    services.void_code(made.batch_id, made.codes[-1], actor=marketer, reason="A guest lost the card.")


def _fetch(demo: Demo, made: Made) -> None:
    """The one file of a batch leaves the house, under a password that nobody kept."""
    services.take_export(made.batch_id, token_urlsafe(), actor=demo.actors["marketer"]).close()


def _pay(demo: Demo, made: Made, number: int, who: str, slug: str, face: int) -> None:
    """A code goes toward a reward: as far as it reaches, or a part of it."""
    held = find_by_digests(digests_of([made.codes[-KEPT_CODES - 2 - number]]))
    end_read()
    key, codes = f"demo-paid-by-code-{number}", [code.code_id for code in held]
    redeem(slug, denomination_of(slug, face), 1, key, demo.actors[who], code_ids=codes)


def _use(demo: Demo, made: Made, number: int) -> None:
    held = find_by_digests(digests_of([made.codes[number]]))
    end_read()
    holder: Any = demo.actors[HOLDERS[number % len(HOLDERS)]]
    services.claim(f"demo-code-{made.batch_id}-{number}", [code.code_id for code in held], actor=holder)


def keep(codes: Sequence[str]) -> None:
    """Leave a few unused codes where whoever runs the demo finds them; readable by them alone."""
    path = current_settings().data_path / "demo-codes.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "Gift codes of the demo, 500 points each. Try them at /redeem.\n"
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text + "".join(f"{shown(code)}\n" for code in codes))

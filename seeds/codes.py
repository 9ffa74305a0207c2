"""The demo's gift codes: four campaigns, some of their codes used, one batch that waits for a second person.

Codes are random and kept nowhere in clear, so a few unused ones are written to demo-codes.txt in the data folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.codes import services
from app.codes.alphabet import digests_of, shown
from app.codes.models import GiftCodeBatch, Occasion
from app.codes.queries import find_by_digests
from app.core.clock import today
from app.core.db import end_read
from app.core.settings import current_settings
from seeds.people import Demo

Event = tuple[float, Callable[[], object]]
KEPT_CODES = 8
HOLDERS = (
    "borneo.bagus", "jaya.jason", "rimba.faiz", "selat.kavitha", "nusa.putri", "nusa.andi", "sumber.dewi",
    "mutiara.siti",
)  # fmt: skip


@dataclass(frozen=True)
class Story:
    """One campaign with one batch: made `age` days ago for `days`, `used` of its codes put into wallets."""

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


STORIES = (
    Story(264, "Ramadan thank-you", Occasion.THANKS, "Selamat Hari Raya, and thank you for a strong first quarter.",
          300, 42, 34, 90, 20_000),
    Story(41, "Quiz week winners", Occasion.PRIZE, "You answered all ten.", 1_000, 25, 16, 180, 60_000),
    Story(21, "Booth at TechFest KL", Occasion.EVENT, "", 150, 50, 11, 120, 40_000),
    Story(9, "Partner Day KL guests", Occasion.THANKS, "Good to have you with us in Kuala Lumpur.", 500, 250, 3, 79,
          236_000, is_kept=True),
    Story(4, "Surabaya roadshow", Occasion.EVENT, "", 250, 420, 0, 150, 341_000),
)  # fmt: skip


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
    for story in STORIES:
        made = Made()
        events.append((story.age, lambda story=story, made=made: _make(demo, story, made)))
        if story.is_kept:
            events.append((story.age - 0.5, lambda made=made: _approve(demo, made)))
            events.append((0.01, lambda made=made: keep(made.codes[-KEPT_CODES:])))
        span = min(story.age, story.days) - 1
        for number in range(story.used):
            age = story.age - 1 - span * number / max(story.used, 1)
            events.append((age, lambda made=made, number=number: _use(demo, made, number)))
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

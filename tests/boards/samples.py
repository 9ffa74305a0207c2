"""A board for Malaysia and a draft; a stranger to a board is tested in test_pages.py."""

from __future__ import annotations

from app.boards.models import Metric, Participants, Period
from app.boards.services import Rule, Words, create_board
from app.partners.audience import Audience
from tests.boards.makers import board
from tests.cast import Cast
from tests.support.permissions import Sample


def samples(cast: Cast) -> dict[str, Sample]:
    own = board(cast, name="Deals in Malaysia", audience=Audience(countries=("MY",)))
    rule = Rule(Metric.DEALS, Participants.PEOPLE, Period.YEAR)
    draft = create_board(Words({"en": "A draft"}, {}), rule, closes_on=None, actor=cast.marketer)
    mine = {"slug": own.slug}
    vendor = {"*": {404}}
    return {
        "boards.show": Sample(mine),
        "boards.me": Sample(mine, also=vendor),
        "boards.choose": Sample(mine, also=vendor),
        "boards_admin.show": Sample(mine),
        "boards_admin.edit": Sample(mine),
        "boards_admin.save": Sample(mine),
        "boards_admin.start": Sample({"slug": draft.slug}),
        "boards_admin.end": Sample({"slug": own.slug}),
        "boards_admin.discard": Sample({"slug": draft.slug}),
    }

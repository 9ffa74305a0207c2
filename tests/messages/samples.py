"""Announcements: one for Malaysia that the manager made, one for Indonesia, and drafts of both sides."""

from app.messages.services import drafts
from tests.cast import Cast
from tests.messages.support import draft, in_country, live
from tests.support.permissions import Sample


def samples(cast: Cast) -> dict[str, Sample]:
    own = live(cast.manager, audience=in_country("MY")).public_id
    foreign = live(cast.marketer, audience=in_country("ID")).public_id
    article = Sample({"public_id": own}, {"public_id": foreign})
    form = {"kind": "news", "title_en": "Headline", "body_en": "Text"}
    editing = Sample(*_drafts(cast), form=form)
    mine, theirs = _drafts(cast)
    out, unseen = {"public_id": live(cast.manager).public_id}, _drafts(cast)[1]
    told = Sample(out, unseen, also={"*": {404}})  # a draft has no receipts
    return {
        "messages.*": article,
        "messages_admin.*": editing,
        "messages_admin.discard": Sample(mine, theirs, also={"*": {404}}),  # thrown away once
        "messages_admin.receipts": told,
        "messages_admin.download": told,
        "news_editor.*": editing,
    }


def _drafts(cast: Cast) -> tuple[dict[str, str], dict[str, str]]:
    """One that the manager made, and one that the manager may not see."""
    mine, theirs = (
        {"public_id": drafts.create(draft(), actor=actor).public_id}
        for actor in (cast.manager, cast.marketer)
    )
    return mine, theirs

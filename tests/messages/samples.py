"""Announcements: one for Malaysia that the manager made, one for Indonesia, and drafts of both sides."""

from app.messages.services import drafts
from tests.cast import Cast
from tests.messages.support import draft, in_country, live
from tests.support.permissions import Sample


def samples(cast: Cast) -> dict[str, Sample]:
    own = live(cast.manager, audience=in_country("MY")).public_id
    foreign = live(cast.marketer, audience=in_country("ID")).public_id
    mine = drafts.create(draft(), actor=cast.manager).public_id
    theirs = drafts.create(draft(), actor=cast.marketer).public_id
    article = Sample({"public_id": own}, {"public_id": foreign})
    form = {"kind": "news", "title_en": "Headline", "body_en": "Text"}
    editing = Sample({"public_id": mine}, {"public_id": theirs}, form=form)
    return {"messages.*": article, "messages_admin.*": editing, "news_editor.*": editing}

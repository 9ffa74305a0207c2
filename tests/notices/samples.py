"""A notice of Aisyah's and one of Budi's."""

from app.core.db import transaction
from app.identity.actor import Actor
from app.notices import services
from app.notices.queries import list_notices
from tests.cast import Cast
from tests.support.permissions import Sample


def samples(cast: Cast) -> dict[str, Sample]:
    found = [_told(actor) for actor in (cast.aisyah, cast.budi)]
    own, foreign = ({"public_id": public_id} for public_id in found)
    # Notices are a person's own: to everybody else they do not exist.
    return {"notices.*": Sample(own, foreign, also={"*": {404}})}


def _told(actor: Actor) -> str:
    with transaction():
        services.notify(
            [actor.person_id], "test.told", lambda: ("Title", "Body"), href="/notices", dedupe="sample"
        )
    return list_notices(actor).lines[0].public_id

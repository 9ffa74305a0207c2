"""A program for Malaysia, one for Indonesia, and one of which a version is still open."""

from app.programs import services
from app.programs.rules import Audience
from tests.cast import Cast
from tests.programs.makers import definition, live
from tests.support.permissions import Sample


def samples(cast: Cast) -> dict[str, Sample]:
    live(cast, definition(audience=Audience(countries=("MY",))), name="In Malaysia")
    live(cast, definition(audience=Audience(countries=("ID",))), name="In Indonesia")
    changing = live(cast, name="Changing")
    services.start_version(changing.program_id, actor=cast.marketer)
    # The first role that may publishes or discards the open version; the next finds none.
    return {
        "programs.show": Sample({"slug": "in-malaysia"}, {"slug": "in-indonesia"}),
        "programs_admin.*": Sample({"slug": "changing"}, also={"*": {404}}),
    }

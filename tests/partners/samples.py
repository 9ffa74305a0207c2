"""Companies, in and out of sight."""

from tests.cast import Cast
from tests.support.permissions import Sample


def samples(cast: Cast) -> dict[str, Sample]:
    return {
        "partners_admin.*": Sample(
            {"public_id": cast.kinabalu.public_id}, {"public_id": cast.merapi.public_id}
        ),
    }

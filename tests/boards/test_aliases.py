"""An alias is one's own: nobody stands on a board under a name that reads like another's, or the vendor's."""

import pytest

from app.boards.models import NameMode, Participants
from app.boards.names import choose_name
from app.core.errors import InvalidInput


@pytest.mark.parametrize("dressed", ["{}", "{}.", "  {}  ", "-{}-"])
def test_a_name_in_disguise_is_taken(app, cast, dressed):
    with app.app_context():
        for name in (cast.budi.name, cast.budi.name.replace(" ", "-"), cast.merapi.name, "Veridia"):
            with pytest.raises(InvalidInput):
                choose_name(
                    Participants.PEOPLE, cast.aisyah.person_id, NameMode.ALIAS, dressed.format(name), actor=cast.aisyah
                )  # fmt: skip


def test_letters_of_two_scripts_that_look_alike_are_refused(app, cast):
    with app.app_context(), pytest.raises(InvalidInput):
        choose_name(
            Participants.PEOPLE, cast.aisyah.person_id, NameMode.ALIAS, "V\u0435ridia", actor=cast.aisyah
        )

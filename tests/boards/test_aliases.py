"""An alias is one's own: nobody stands on a board under a name that reads like another's, or the vendor's."""

import pytest

from app.boards.models import NameMode, Participants
from app.boards.names import choose_name
from app.core.db import db, transaction
from app.core.errors import InvalidInput
from app.core.i18n import force_locale
from app.identity.models import Person
from app.partners.models import Organisation


@pytest.mark.parametrize("dressed", ["{}", "{}.", "  {}  ", "-{}-"])
def test_a_name_in_disguise_is_taken(app, cast, dressed):
    with app.app_context():
        for name in (cast.budi.name, cast.budi.name.replace(" ", "-"), cast.merapi.name, "Veridia"):
            with pytest.raises(InvalidInput):
                choose_name(
                    Participants.PEOPLE, cast.aisyah.person_id, NameMode.ALIAS, dressed.format(name), actor=cast.aisyah
                )  # fmt: skip


@pytest.mark.parametrize("alias", ["Élodie Tan", "élodie tan", "Elodie Tan", "ELODIE-TAN", "PT Surya Ékspor"])
def test_a_name_with_an_accent_is_taken_with_it_and_without(app, cast, alias):
    with app.app_context():
        with transaction():
            db.session.get_one(Person, cast.budi.person_id).name = "Élodie Tan"
            db.session.get_one(Organisation, cast.merapi.id).name = "PT Surya Ékspor"
        with pytest.raises(InvalidInput):
            choose_name(Participants.PEOPLE, cast.aisyah.person_id, NameMode.ALIAS, alias, actor=cast.aisyah)
        choose_name(Participants.PEOPLE, cast.aisyah.person_id, NameMode.ALIAS, "Élodie", actor=cast.aisyah)


@pytest.mark.parametrize("alias", ["Veridia team", "Team-VERIDIA", "Tangga support", "Ask_Veridia"])
def test_no_alias_speaks_for_the_vendor(app, cast, alias):
    with app.app_context(), pytest.raises(InvalidInput):
        choose_name(Participants.PEOPLE, cast.aisyah.person_id, NameMode.ALIAS, alias, actor=cast.aisyah)


def test_a_word_that_only_begins_like_the_vendor_is_free(app, cast):
    with app.app_context():
        for alias in ("Veridian Sky", "Tanggapan"):
            choose_name(
                Participants.PEOPLE, cast.aisyah.person_id, NameMode.ALIAS, alias, actor=cast.aisyah
            )  # fmt: skip


def test_letters_of_two_scripts_that_look_alike_are_refused(app, cast):
    with app.app_context(), pytest.raises(InvalidInput):
        choose_name(
            Participants.PEOPLE, cast.aisyah.person_id, NameMode.ALIAS, "V\u0435ridia", actor=cast.aisyah
        )


def test_the_phrase_for_who_wishes_no_name_is_nobodys_alias(app, cast):
    def choose(alias):
        choose_name(
            Participants.PEOPLE, cast.aisyah.person_id, NameMode.ALIAS, alias, actor=cast.aisyah
        )  # fmt: skip

    phrases = (
        "A partner in Selangor", "a  PARTNER-in_Selangor", "Partner in Riau", "Apartner in Riau", "A partner in",
        "Rakan niaga di Selangor", "Rakan-Niaga.di Sabah", "Mitra di Riau", "Mitra-di Riau", "Mitrá di Riau",
    )  # fmt: skip
    with app.app_context():
        for locale, phrase in zip(("en", "ms", "id") * 4, phrases, strict=False):
            with force_locale(locale), pytest.raises(InvalidInput):
                choose(phrase)
        for name in ("Mitra Digital", "Partner Inc", "Rakan Niaga Hebat"):
            choose(name)

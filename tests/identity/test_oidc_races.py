"""First sign-ins by the company's provider, at once: one account is linked to one person, whoever is quicker."""

import pytest
from sqlalchemy import select

from app.core.db import db, transaction
from app.identity.models import CompanySignIn
from app.identity.oidc import Vouched
from app.identity.services.company_sign_in import NoAccount, sign_in_vouched
from app.identity.services.tries import Browser
from tests.races import race, split

ISSUER = "https://id.vendor.example"


def first_time(app, subjects, email):
    """Everybody at once; (how many got in, what the others were told, whom the links name)."""
    outcomes = race(
        app, [lambda each=each: sign_in_vouched(Vouched(ISSUER, each, email), Browser()) for each in subjects]
    )
    tokens, errors = split(outcomes)
    with app.app_context():
        links = [(row.person_id, row.subject) for row in db.session.scalars(select(CompanySignIn))]
        with transaction():
            for row in db.session.scalars(select(CompanySignIn)):
                db.session.delete(row)
    return tokens, errors, links


@pytest.mark.race
def test_one_account_in_two_tabs_is_linked_once_and_both_are_in(app, cast, rounds):
    for _round in range(rounds["race"]):
        tokens, errors, links = first_time(app, ["subject-1"] * 2, cast.aisyah.email)
        assert errors == [] and len(set(tokens)) == 2
        assert links == [(cast.aisyah.person_id, "subject-1")]


@pytest.mark.race
def test_of_two_accounts_with_one_address_one_gets_in(app, cast, rounds):
    for _round in range(rounds["race"]):
        tokens, errors, links = first_time(app, ["subject-1", "subject-2"], cast.aisyah.email)
        assert (len(tokens), [type(error) for error in errors]) == (1, [NoAccount])
        assert len(links) == 1

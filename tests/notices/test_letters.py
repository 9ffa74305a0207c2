"""Letters to many readers: whom they go to, and that each goes once."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core.db import db, transaction
from app.core.mail import Mail
from app.identity.models import Person, PersonStatus
from app.notices.letters import Letter, find_readers, send_once
from app.partners.models import Membership, Organisation, OrganisationStatus, Role
from tests.cast import Cast


@pytest.fixture
def ours(app: Flask, cast: Cast) -> object:
    return Membership.organisation_id == cast.kinabalu.id


def test_who_is_shut_out_is_not_written_to(app: Flask, cast: Cast, ours: object) -> None:
    with app.app_context():
        both = sorted([cast.aisyah.person_id, cast.kinabalu_admin.person_id])
        assert [one.id for one in find_readers(ours)] == both
        assert [one.id for one in find_readers(Membership.role == Role.OWNER)] == [cast.owner.person_id]
        with transaction():
            shut = update(Person).where(Person.id == cast.aisyah.person_id)
            db.session.execute(shut.values(status=PersonStatus.DEACTIVATED))
        assert [one.id for one in find_readers(ours)] == [cast.kinabalu_admin.person_id]
        with transaction():
            closed = update(Organisation).where(Organisation.id == cast.kinabalu.id)
            db.session.execute(closed.values(status=OrganisationStatus.SUSPENDED))
        assert find_readers(ours) == []


def test_a_letter_goes_once_and_has_a_button_only_where_it_leads(
    app: Flask, cast: Cast, ours: object
) -> None:
    with app.app_context():
        for button in ("Open it", "Open it", ""):
            with transaction():
                send_once(find_readers(ours), lambda said=button: Letter("News", ["Words"], said), href="/x",
                          dedupe=f"news:{button}")  # fmt: skip
        texts = db.session.scalars(select(Mail.text).order_by(Mail.id)).all()
        assert len(texts) == 4 and ["/x" in text for text in texts] == [True, True, False, False]

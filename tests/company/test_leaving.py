"""A person who is kept out leaves their deals to an admin."""

from sqlalchemy import select

from app.company.services import deactivate_member
from app.core.db import db, transaction
from app.deals.models import Deal
from tests.cast import sign_in


def draft_of(app, actor):
    with app.app_context(), transaction():
        row = Deal(
            organisation_id=actor.organisation_id,
            member_id=actor.person_id,
            currency="MYR",
            customer_name="Kota",
        )
        db.session.add(row)
        db.session.flush()
        return row.id


def holder_of(app, deal_id):
    with app.app_context():
        return db.session.scalar(select(Deal.member_id).where(Deal.id == deal_id))


def test_deals_pass_to_the_admin_who_acts(app, client, cast):
    deal_id = draft_of(app, cast.aisyah)
    sign_in(client, cast.kinabalu_admin)
    assert client.post(f"/team/{cast.aisyah.public_id}/deactivation").status_code == 303
    assert holder_of(app, deal_id) == cast.kinabalu_admin.person_id


def test_deals_pass_to_the_companys_admin_when_the_vendor_acts(app, client, cast):
    deal_id = draft_of(app, cast.budi)
    sign_in(client, cast.owner)
    assert client.post(f"/admin/people/{cast.budi.public_id}/deactivation").status_code == 303
    assert holder_of(app, deal_id) == cast.merapi_admin.person_id


def test_without_an_admin_they_wait_with_the_person(app, cast):
    deal_id = draft_of(app, cast.budi)
    with app.app_context():
        deactivate_member(cast.merapi_admin.person_id, actor=cast.owner)
        deactivate_member(cast.budi.person_id, actor=cast.owner)
    assert holder_of(app, deal_id) == cast.budi.person_id

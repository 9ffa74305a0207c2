"""Partner organisations: whose they are, what is written about them, and what other systems call them."""

import pytest
from sqlalchemy import func, select

from app.core.audit import AuditDetail, AuditEvent
from app.core.db import db, transaction
from app.core.errors import Conflict, NotFound
from app.identity.services import people
from app.partners import services
from app.partners.models import Membership, Organisation, OrganisationManager, OrganisationStatus, Role
from app.partners.queries import (
    find_external,
    find_external_many,
    find_organisation,
    list_family_ids,
    list_manager_ids,
    may_sell,
    visible_organisations,
)


def seen_by(actor):
    return {row.name for row in db.session.scalars(visible_organisations(actor))}


def test_a_partner_sees_itself_alone(app, cast):
    with app.app_context():
        assert seen_by(cast.aisyah) == seen_by(cast.kinabalu_admin) == {"Kinabalu Networks"}
        with pytest.raises(NotFound):
            find_organisation(cast.merapi.public_id, cast.aisyah)


def test_a_channel_manager_sees_what_they_or_nobody_looks_after(app, cast):
    with app.app_context():
        assert seen_by(cast.manager) == {"Kinabalu Networks", "Merapi Solusi"}
        services.set_managers(cast.merapi.id, [cast.owner.person_id], actor=cast.owner)
        assert seen_by(cast.manager) == {"Kinabalu Networks"}
        services.set_managers(
            cast.merapi.id, [cast.owner.person_id, cast.manager.person_id], actor=cast.owner
        )
        assert seen_by(cast.manager) == {"Kinabalu Networks", "Merapi Solusi"}
        for reader in (cast.marketer, cast.finance, cast.auditor, cast.owner):
            assert seen_by(reader) == {"Kinabalu Networks", "Merapi Solusi"}


def test_only_managers_and_owners_look_after_partners(app, cast):
    with app.app_context():
        for person in (cast.finance, cast.budi):
            with pytest.raises(Conflict):
                services.set_managers(cast.merapi.id, [person.person_id], actor=cast.owner)
        assert list_manager_ids(cast.merapi.id) == []
        services.set_managers(cast.merapi.id, [cast.manager.person_id], actor=cast.owner)
        people.change_role(cast.manager.person_id, Role.FINANCE, actor=cast.owner)
        assert list_manager_ids(cast.merapi.id) == []


def test_without_a_list_of_families_a_partner_may_sell_everything(app, cast):
    firewall, cloud = cast.families["firewall"], cast.families["cloud"]
    with app.app_context():
        assert may_sell(cast.kinabalu.id, [firewall, cloud])
        services.set_families(cast.kinabalu.id, [firewall], actor=cast.owner)
        assert may_sell(cast.kinabalu.id, [firewall]) and not may_sell(cast.kinabalu.id, [firewall, cloud])
        services.set_families(cast.kinabalu.id, [], actor=cast.owner)
        assert list_family_ids(cast.kinabalu.id) == [] and may_sell(cast.kinabalu.id, [cloud])


def test_changes_are_audited_with_before_and_after(app, cast):
    with app.app_context():
        services.update_organisation(
            cast.kinabalu.id, actor=cast.owner, city="Sandakan", name="Kinabalu Networks"
        )
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.code == "partner.edited")).one()
        detail = db.session.get(AuditDetail, event.id)
        assert (event.actor_id, event.organisation_id) == (cast.owner.person_id, cast.kinabalu.id)
        assert (detail.before, detail.after) == ({"city": "Kota Kinabalu"}, {"city": "Sandakan"})
        services.update_organisation(cast.kinabalu.id, actor=cast.owner, city="Sandakan")
        assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == 1


def test_suspending_twice_is_refused(app, cast):
    with app.app_context():
        services.suspend_organisation(cast.merapi.id, actor=cast.owner, reason="Unpaid")
        with pytest.raises(Conflict):
            services.suspend_organisation(cast.merapi.id, actor=cast.owner, reason="Unpaid")
        db.session.expire_all()
        assert db.session.get(Organisation, cast.merapi.id).status is OrganisationStatus.SUSPENDED


def test_other_systems_know_an_organisation_by_source_and_key(app, cast):
    with app.app_context():
        row = services.create_organisation(
            actor=cast.owner,
            name="Rimba Networks",
            kind="warehouse",
            country="MY",
            currency="MYR",
            external=("erp", "R-1"),
        )
        assert find_external("organisation", "erp", "R-1") == row.id
        assert find_external("organisation", "crm", "R-1") is None
        services.add_external("organisation", "erp", "R-2", row.id)  # a merge is a second key
        services.add_external_many("organisation", "erp", {"R-3": cast.merapi.id})
        assert find_external_many("organisation", "erp") == {
            "R-1": row.id,
            "R-2": row.id,
            "R-3": cast.merapi.id,
        }
        assert find_external_many("organisation", "erp", ["R-2", "R-9"]) == {"R-2": row.id}


@pytest.mark.parametrize(
    "values",
    [
        {"role": "member", "organisation_id": None},
        {"role": "owner", "organisation_id": 1},
        {"role": "nobody", "organisation_id": None},
    ],
)
def test_the_database_refuses_a_role_on_the_wrong_side(app, cast, values):
    from sqlalchemy.exc import IntegrityError

    row = {"started_at": "2026-01-01 00:00:00.000000+00", "ended_at": "2026-01-02 00:00:00.000000+00"}
    with app.app_context(), pytest.raises(IntegrityError), transaction():
        from app.core.db import execute_sql

        organisation_id = cast.kinabalu.id if values["organisation_id"] else None
        execute_sql(
            "INSERT INTO memberships (person_id, organisation_id, role, started_at, ended_at) "
            "VALUES (:person, :organisation, :role, :started_at, :ended_at)",
            {
                "person": cast.aisyah.person_id,
                "organisation": organisation_id,
                "role": values["role"],
                **row,
            },
        )


def test_the_database_refuses_a_second_open_place(app, cast):
    from sqlalchemy.exc import IntegrityError

    with app.app_context(), pytest.raises(IntegrityError), transaction():
        db.session.add(
            Membership(person_id=cast.aisyah.person_id, organisation_id=cast.merapi.id, role=Role.MEMBER)
        )


def test_a_manager_row_names_real_people(app, cast):
    from sqlalchemy.exc import IntegrityError

    with app.app_context(), pytest.raises(IntegrityError), transaction():
        db.session.add(OrganisationManager(organisation_id=cast.merapi.id, person_id=999_999))

"""Invitations, roles, access: who may do what to whom."""

import re

import pytest
from sqlalchemy import func, select, update

from app.core.audit import AuditEvent
from app.core.clock import utc_now
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from app.core.mail import Mail
from app.identity.models import Invitation, Person
from app.identity.queries import find_person, list_members, visible_people
from app.identity.services import invitations, people
from app.partners.models import Membership, OrganisationManager, Role
from tests.cast import PASSWORD, add_person, let_post, sign_in


def link_in_newest_mail(app, to):
    with app.app_context():
        text = db.session.scalar(select(Mail.text).where(Mail.recipient == to).order_by(Mail.id.desc()))
    return re.search(r"/join/\S+", text).group(0)


def audit_codes(app):
    with app.app_context():
        return list(db.session.scalars(select(AuditEvent.code).order_by(AuditEvent.id)))


def test_an_invited_person_joins_by_the_link_once(app, client, cast):
    sign_in(client, cast.kinabalu_admin)
    answer = client.post(
        "/team/invitations", data={"email": "Farid.B@kinabalu.example.com", "role": "member"}
    )
    assert (answer.status_code, answer.location) == (303, "/team")
    assert "farid.b@kinabalu.example.com" in client.get("/team").get_data(as_text=True)
    link = link_in_newest_mail(app, "farid.b@kinabalu.example.com")
    guest = app.test_client()
    page = guest.get(link).get_data(as_text=True)
    assert "Kinabalu Networks" in page and "farid.b@kinabalu.example.com" in page
    let_post(guest)
    assert guest.post(link, data={"name": "", "password": PASSWORD, "locale": "ms"}).status_code == 422
    assert guest.post(link, data={"name": "Farid", "password": "short", "locale": "ms"}).status_code == 422
    joined = guest.post(link, data={"name": "Farid Bakar", "password": PASSWORD, "locale": "ms"})
    assert (joined.status_code, joined.location) == (303, "/")
    assert guest.get("/team").status_code == 200
    assert app.test_client().get(link).status_code == 404
    with app.app_context():
        person = db.session.scalars(select(Person).where(Person.name == "Farid Bakar")).one()
        assert (person.email, person.locale) == ("farid.b@kinabalu.example.com", "ms")
    assert {"invitation.sent", "invitation.accepted", "person.created"} <= set(audit_codes(app))


def test_an_invitation_can_be_sent_again_and_taken_back(app, client, cast):
    sign_in(client, cast.kinabalu_admin)
    client.post("/team/invitations", data={"email": "new@kinabalu.example.com", "role": "member"})
    first = link_in_newest_mail(app, "new@kinabalu.example.com")
    with app.app_context():
        public_id = db.session.scalar(select(Invitation.public_id))
    assert client.post(f"/team/invitations/{public_id}/again").status_code == 303
    second = link_in_newest_mail(app, "new@kinabalu.example.com")
    guest = app.test_client()
    assert guest.get(first).status_code == 404 and guest.get(second).status_code == 200
    rival = sign_in(app.test_client(), cast.merapi_admin)
    assert rival.post(f"/team/invitations/{public_id}/revocation").status_code == 404
    assert client.post(f"/team/invitations/{public_id}/revocation").status_code == 303
    assert guest.get(second).status_code == 404


def test_an_invitation_runs_out(app, client, cast):
    sign_in(client, cast.kinabalu_admin)
    client.post("/team/invitations", data={"email": "new@kinabalu.example.com", "role": "member"})
    link = link_in_newest_mail(app, "new@kinabalu.example.com")
    with app.app_context(), transaction():
        db.session.execute(update(Invitation).values(expires_at=utc_now()))
    assert client.get(link).status_code == 404
    assert "Ran out" in client.get("/team").get_data(as_text=True)


def test_a_second_invitation_and_one_to_a_member_are_refused(client, cast):
    sign_in(client, cast.kinabalu_admin)
    form = {"email": "new@kinabalu.example.com", "role": "member"}
    assert client.post("/team/invitations", data=form).status_code == 303
    assert client.post("/team/invitations", data=form).status_code == 409
    again = client.post("/team/invitations", data={"email": cast.aisyah.email, "role": "member"})
    assert again.status_code == 409 and cast.aisyah.email in again.get_data(as_text=True)
    assert client.post("/team/invitations", data={"email": "nonsense", "role": "member"}).status_code == 422
    assert client.post("/team/invitations", data={"email": "a@b.example", "role": "owner"}).status_code == 422


def test_inviting_a_rivals_member_tells_nothing_and_moves_nobody(app, client, cast):
    sign_in(client, cast.kinabalu_admin)
    form = {"email": cast.budi.email, "role": "member"}
    assert client.post("/team/invitations", data=form).status_code == 303
    link = link_in_newest_mail(app, cast.budi.email)
    guest = app.test_client()
    let_post(guest)
    assert "already an account" in guest.get(link).get_data(as_text=True)
    assert guest.post(link, data={"name": "B", "password": PASSWORD, "locale": "id"}).status_code == 409
    with app.app_context():
        query = select(Membership.organisation_id).where(Membership.person_id == cast.budi.person_id)
        assert db.session.scalars(query).all() == [cast.merapi.id]


def test_a_partner_sees_and_manages_only_its_own_people(app, cast):
    with app.app_context():
        names = {row[0].name for row in db.session.execute(visible_people(cast.kinabalu_admin))}
        assert names == {"Aisyah Rahman", "Farid Hamzah"}
        with pytest.raises(NotFound):
            find_person(cast.budi.public_id, cast.kinabalu_admin)
        with pytest.raises(Forbidden):
            people.deactivate(cast.budi.person_id, actor=cast.kinabalu_admin)
        with pytest.raises(Forbidden):
            people.change_role(cast.budi.person_id, Role.PARTNER_ADMIN, actor=cast.kinabalu_admin)
        with pytest.raises(Forbidden):
            people.deactivate(cast.kinabalu_admin.person_id, actor=cast.aisyah)
        with pytest.raises(Forbidden):
            invitations.invite("x@y.example", Role.MEMBER, cast.merapi.id, actor=cast.kinabalu_admin)
        with pytest.raises(InvalidInput):
            invitations.invite("x@y.example", Role.OWNER, cast.kinabalu.id, actor=cast.kinabalu_admin)
        with pytest.raises(InvalidInput):
            people.change_role(cast.aisyah.person_id, Role.OWNER, actor=cast.kinabalu_admin)


def test_a_role_change_is_a_new_dated_row(app, client, cast):
    sign_in(client, cast.kinabalu_admin)
    path = f"/team/{cast.aisyah.public_id}/role"
    assert client.post(path, data={"role": "partner_admin"}).status_code == 303
    with app.app_context():
        rows = db.session.execute(
            select(Membership.role, Membership.ended_at)
            .where(Membership.person_id == cast.aisyah.person_id)
            .order_by(Membership.id)
        ).all()
    assert [row.role for row in rows] == [Role.MEMBER, Role.PARTNER_ADMIN]
    assert rows[0].ended_at is not None and rows[1].ended_at is None
    assert client.post(path, data={"role": "finance"}).status_code == 422


def test_nobody_changes_their_own_access(client, cast):
    sign_in(client, cast.kinabalu_admin)
    own = f"/team/{cast.kinabalu_admin.public_id}"
    assert client.post(f"{own}/role", data={"role": "member"}).status_code == 409
    assert client.post(f"{own}/deactivation").status_code == 409


def test_deactivating_twice_says_so_and_reactivating_lets_in(app, client, cast):
    sign_in(client, cast.kinabalu_admin)
    path = f"/team/{cast.aisyah.public_id}"
    assert client.post(f"{path}/deactivation").status_code == 303
    assert client.post(f"{path}/deactivation").status_code == 409
    assert "Deactivated" in client.get("/team").get_data(as_text=True)
    assert client.post(f"{path}/reactivation").status_code == 303
    guest = app.test_client()
    let_post(guest)
    assert guest.post("/sign-in", data={"email": cast.aisyah.email, "password": PASSWORD}).status_code == 303


def test_the_last_owner_stays(app, cast):
    with app.app_context():
        second = add_person("second@vendor.example.com", "Second Owner", Role.OWNER)
        people.change_role(second.person_id, Role.FINANCE, actor=cast.owner)
        third = add_person("third@vendor.example.com", "Third Owner", Role.OWNER)
        people.deactivate(cast.owner.person_id, actor=third)
        with pytest.raises(Conflict):
            people.deactivate(third.person_id, actor=cast.owner)


def test_a_channel_manager_manages_people_of_their_partners_only(app, client, cast):
    with app.app_context(), transaction():
        db.session.add(OrganisationManager(organisation_id=cast.merapi.id, person_id=cast.owner.person_id))
    sign_in(client, cast.manager)
    assert client.get(f"/admin/people/{cast.aisyah.public_id}").status_code == 200
    assert client.get(f"/admin/people/{cast.budi.public_id}").status_code == 404
    assert client.post(f"/admin/people/{cast.budi.public_id}/deactivation").status_code == 404
    assert client.post(f"/admin/people/{cast.aisyah.public_id}/deactivation").status_code == 303
    assert client.post(f"/admin/people/{cast.finance.public_id}/deactivation").status_code == 403
    assert client.get("/admin/people/invitations/new").status_code == 403


def test_a_deactivated_manager_looks_after_nobody(app, cast):
    with app.app_context():
        with transaction():
            db.session.add(
                OrganisationManager(organisation_id=cast.merapi.id, person_id=cast.manager.person_id)
            )
        people.deactivate(cast.manager.person_id, actor=cast.owner)
        assert db.session.scalar(select(func.count()).select_from(OrganisationManager)) == 0


def test_the_owner_invites_a_colleague(app, client, cast):
    sign_in(client, cast.owner)
    form = {"email": "new@vendor.example.com", "role": "auditor"}
    assert client.post("/admin/people/invitations", data=form).location == "/admin/people"
    page = client.get("/admin/people").get_data(as_text=True)
    assert "new@vendor.example.com" in page
    guest = app.test_client()
    let_post(guest)
    link = link_in_newest_mail(app, "new@vendor.example.com")
    joined = guest.post(link, data={"name": "New Auditor", "password": PASSWORD, "locale": "en"})
    assert joined.location == "/admin"
    assert guest.get("/admin/people").status_code == 200
    assert guest.post(f"/admin/people/{cast.aisyah.public_id}/deactivation").status_code == 403


def test_people_are_found_by_name_email_and_company(client, cast):
    sign_in(client, cast.owner)

    def found(query):
        text = client.get(f"/admin/people?{query}").get_data(as_text=True)
        return {name for name in ("Aisyah Rahman", "Budi Santoso", "Grace Wong") if name in text}

    assert found("q=aisyah") == {"Aisyah Rahman"}
    assert found("q=merapi") == {"Budi Santoso"}
    assert found("q=FINANCE%40") == {"Grace Wong"}
    assert found("side=vendor") == {"Grace Wong"}
    assert found("q=%25") == set() and found("q=_") == set()


def test_the_list_of_people_goes_on_where_it_ended(app, client, cast):
    with app.app_context():
        for number in range(40):
            add_person(f"p{number}@vendor.example.com", f"Person {number:02}", Role.AUDITOR)
    sign_in(client, cast.owner)
    seen, path = [], "/admin/people"
    for _page in range(4):
        text = client.get(path).get_data(as_text=True)
        seen += re.findall(r"/admin/people/([a-z0-9]{14})\"", text)
        more = re.search(r'href="(/admin/people\?[^"]*after=[^"]+)"', text)
        if not more:
            break
        path = more.group(1).replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 49


def test_a_plain_member_sees_names_and_roles_only(app, client, cast):
    with app.app_context():
        invitations.invite(
            "new@kinabalu.example.com", Role.MEMBER, cast.kinabalu.id, actor=cast.kinabalu_admin
        )
        assert len(list_members(cast.kinabalu.id)) == 2
    sign_in(client, cast.aisyah)
    text = client.get("/team").get_data(as_text=True)
    assert "Farid Hamzah" in text and "Admin" in text
    for hidden in ("new@kinabalu.example.com", "company points", "Not signed in yet", "Here now", "Invite"):
        assert hidden not in text
    assert client.get(f"/team/{cast.kinabalu_admin.public_id}").status_code == 403

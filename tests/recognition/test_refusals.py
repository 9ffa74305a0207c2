"""What the vendor's pages say of an award that cannot be given as it stands."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.core.clock import utc_now
from app.core.db import db, transaction
from app.identity.models import Person, PersonStatus
from app.partners.models import Membership
from app.partners.services import suspend_organisation
from app.recognition import services
from app.recognition.models import AwardEvent, AwardState
from tests.cast import Cast, sign_in
from tests.recognition.support import begin, give, movements, person, points_of
from tests.recognition.test_pages import form, text_of


def test_what_is_left_of_the_budget_is_said_as_it_is_when_several_receivers_were_too_many(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        begin(cast, budget=1_000)
    sign_in(client, cast.marketer)
    several = [person(one) for one in (cast.aisyah, cast.kinabalu_admin, cast.budi)]
    refused = client.post(
        "/admin/recognition/new", data=form(cast, to=several, points="other", points_other="400")
    )
    assert refused.status_code == 409 and "RM\xa050 left" in refused.text
    assert "1,200 points cost RM\xa060. The award budget holds RM\xa050." in refused.text
    with app.app_context():
        assert movements() == 0


@pytest.mark.parametrize("how", ["left", "shut out", "company suspended"])
def test_an_award_for_whom_nobody_could_award_any_more_waits_on_and_says_so(
    app: Flask, client: FlaskClient, cast: Cast, how: str
) -> None:
    with app.app_context():
        begin(cast, budget=None)
        asked = give(cast, person(cast.aisyah), person(cast.budi), points=120_000).public_id
        with transaction():
            if how == "left":
                places = update(Membership).where(Membership.person_id == cast.aisyah.person_id)
                db.session.execute(places.values(ended_at=utc_now()))
            elif how == "shut out":
                people = update(Person).where(Person.id == cast.aisyah.person_id)
                db.session.execute(people.values(status=PersonStatus.DEACTIVATED))
            else:
                suspend_organisation(cast.kinabalu.id, actor=cast.owner, reason="Unpaid.")
    sign_in(client, cast.finance)
    refused = client.post(f"/admin/recognition/{asked}/approval")
    page = text_of(refused.text)
    assert refused.status_code == 409 and "Not given: the award waits on" in page
    assert "Aisyah Rahman cannot get an award now" in page and "budget is larger" not in page
    with app.app_context():
        assert movements() == 0
        declined = services.decline(asked, "She has left.", actor=cast.finance)
        assert declined.state is AwardState.DECLINED


def test_a_second_tap_of_the_same_person_changes_nothing_and_another_person_is_told(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        begin(cast, budget=None)
        asked, other = (give(cast, points=120_000).public_id for _number in range(2))
    sign_in(client, cast.finance)
    taps = (
        (asked, "approval", {}),
        (other, "decline", {"reason": "Not this year."}),
    )
    for award, what, data in taps:
        for _tap in range(2):
            assert client.post(f"/admin/recognition/{award}/{what}", data=data).status_code == 303
    sign_in(client, cast.owner)
    for award, what, data in taps:
        assert client.post(f"/admin/recognition/{award}/{what}", data=data).status_code == 409
    for _tap in range(2):
        gone = client.post(f"/admin/recognition/{asked}/withdrawal", data={"reason": "By mistake."})
        assert gone.status_code == 303
    with app.app_context():
        assert points_of(cast.aisyah) == 0
        kinds = list(db.session.scalars(select(AwardEvent.kind).order_by(AwardEvent.id)))
        assert kinds == ["asked", "asked", "approved", "declined", "withdrawn"]

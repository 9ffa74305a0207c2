"""Today, *Since you left*: at most five lines of what happened since one was here, each in one's own sight."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from app.core.clock import travel, utc_now
from app.core.db import db, transaction
from app.identity.models import Person
from app.partners.services import set_managers
from app.rewards.services import redeem
from app.tiers.services import plans
from tests.cast import sign_in
from tests.company.test_today_work import section, today_page
from tests.deals.support import approved, win
from tests.rewards.conftest import build_shop, give_points
from tests.tiers.makers import RM
from tests.tiers.makers import definition as tier_plan
from tests.training.support import pays, publish, read_all

# Each line is one sentence of its language, with that language's own words between its parts.
SAID = {
    "ms": [
        "Merapi Solusi: tiada log masuk selama 22 hari, dengan 1 peluang jualan dilindungi",
        "Lulus kursus: 1 di 1 syarikat, untuk 150 mata",
        "Ganjaran: 1 pesanan bernilai 13,200 mata",
    ],
    "id": [
        "Merapi Solusi: tidak ada yang masuk selama 22 hari, dengan 1 deal diproteksi",
        "Kelulusan kursus: 1 di 1 perusahaan, untuk 150 poin",
        "Hadiah: 1 pesanan senilai 13.200 poin",
    ],
}


@pytest.fixture(autouse=True)
def _noon():
    """Noon in Kuala Lumpur on a Sunday, far from the turn of a year."""
    with travel(datetime(2026, 11, 22, 4, 0, tzinfo=UTC)):
        yield


def seen_last(actor, days):
    """Somebody's last visit, so many days ago."""
    with transaction():
        change = update(Person).where(Person.id == actor.person_id)
        db.session.execute(change.values(last_seen_at=utc_now() - timedelta(days=days)))


def begin_tiers(cast):
    draft = plans.create_plan("Ladder", tier_plan(), actor=cast.marketer)
    plans.send_for_sign_off(draft.id, actor=cast.marketer)
    plans.publish(draft.id, actor=cast.finance)


def lines(client, actor):
    """The heading, and the lines without their markup."""
    part = section(today_page(client, actor), "since")
    found = [line.split("</span>")[0].split("<span>")[1] for line in part.split("<li>")[1:]]
    return part.split("</h2>")[0].split(">")[-1], [
        line.replace("<b>", "").replace("</b>", "") for line in found
    ]


def in_language(client, actor, locale):
    sign_in(client, actor)
    assert client.post("/language", data={"locale": locale}).status_code == 303
    return lines(client, actor)[1]


def test_what_happened_since_one_was_here_is_said_in_few_lines(app, client, cast):
    with travel(utc_now() - timedelta(days=2)), app.app_context():
        begin_tiers(cast)
        pays(cast)
        for name, ringgit in (("Klinik Damai", 50_000), ("Hotel Sri Melati", 44_000)):
            win(cast, approved(cast, name, value=ringgit * RM), ringgit * RM)
        publish("zero-trust", questions=0, parts=1)
        read_all("zero-trust", cast.aisyah, parts=1)
        approved(cast, "Batik Lama", by=cast.budi)
        for person in (cast.budi, cast.merapi_admin):
            seen_last(person, 20)
    heading, found = lines(client, cast.manager)
    assert heading == "In the last 3 days" and found == [
        "Kinabalu Networks: RM\u00a026k short of Gold",
        "Merapi Solusi: no sign-in for 22 days, 1 protected deal",
        "Kinabalu Networks: risen to Silver",
        "Deals won: 2 in 1 company",
        "Courses passed: 1 in 1 company, 150 points",
    ]
    for locale, said in SAID.items():
        found = in_language(client, cast.manager, locale)
        assert set(said[:2]) <= set(found), found
    in_language(client, cast.manager, "en")
    with app.app_context():
        set_managers(cast.merapi.id, [cast.owner.person_id], actor=cast.owner)
    assert len(lines(client, cast.manager)[1]) == 4  # a company of somebody else is not in sight
    shop = build_shop(app, cast)
    give_points(app, cast.aisyah, 20_000)
    with app.app_context():
        redeem(shop.earbuds, None, 1, "key-00001", cast.aisyah)
    for locale, said in SAID.items():
        assert said[2] in in_language(client, cast.finance, locale)
    words = in_language(client, cast.finance, "en")
    assert "Deals won: 2 in 1 company" not in words
    assert "Rewards: 1 order, 13,200 points" in words
    assert len(lines(client, cast.owner)[1]) == 5


def test_what_was_there_before_one_left_is_not_said_again(app, client, cast):
    now = utc_now()
    with travel(now - timedelta(days=6)), app.app_context():
        win(cast, approved(cast, "Klinik Damai"))
    with travel(now - timedelta(days=5)):
        sign_in(app.test_client(), cast.manager)
    assert section(today_page(client, cast.manager), "since") == ""
    with travel(now - timedelta(days=4)), app.app_context():
        win(cast, approved(cast, "Hotel Sri Melati"))
    heading, found = lines(client, cast.manager)
    assert heading == "Since you left on Tuesday"
    assert found == ["Deals won: 1 in 1 company"]
    with travel(now - timedelta(days=1)):
        sign_in(app.test_client(), cast.manager)
    assert section(today_page(client, cast.manager), "since") == ""

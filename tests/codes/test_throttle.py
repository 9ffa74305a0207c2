"""Guessing: ten an hour a person or browser, thirty an address, a thousand in all; right codes pass whom they may."""

from dataclasses import replace

import pytest

from app.codes.alphabet import draw_codes
from app.codes.errors import TooManyWrongCodes
from app.codes.services import Visitor, enter
from app.core import jobs
from app.core.db import execute_sql
from app.core.errors import InvalidInput
from app.core.settings import SettingsError, load_settings
from tests.cast import let_post, sign_in
from tests.races import race, split


def guess(visitor, times=1):
    refused = []
    for code in draw_codes(times):
        with pytest.raises((InvalidInput, TooManyWrongCodes)) as found:
            enter(code, visitor)
        refused.append(found.type)
    return refused


def test_the_eleventh_wrong_code_of_a_person_is_429_with_when_to_retry(app, cast, gifts, client):
    code = gifts.one(500)
    sign_in(client, cast.aisyah)
    for wrong in draw_codes(10):
        assert client.post("/redeem", data={"code": wrong}).status_code == 422
    answer = client.post("/redeem", data={"code": draw_codes(1)[0]})
    assert answer.status_code == 429 and 0 < int(answer.headers["Retry-After"]) <= 3600
    assert "Too many wrong codes" in answer.text
    assert client.post("/redeem", data={"code": code}).status_code == 429
    sign_in(client, cast.budi)
    assert client.post("/redeem", data={"code": code}).status_code == 303


def test_several_wrong_codes_at_once_count_each(app, cast, gifts):
    with app.app_context():
        me = Visitor(cast.aisyah.person_id, "", "192.0.2.1")
        with pytest.raises(InvalidInput):
            enter("\n".join(draw_codes(10)), me)
        assert guess(me) == [TooManyWrongCodes]


def test_several_at_once_do_not_go_past_the_limit(app, cast, gifts):
    """Nine and then ten would be nineteen; right ones among the last ones are neither spent nor told apart."""
    _batch, codes = gifts.make(500, 10)
    with app.app_context():
        me = Visitor(cast.aisyah.person_id, "", "192.0.2.1")
        guess(me, 9)
        assert len(enter("\n".join(codes), me)) == 10
        with pytest.raises(TooManyWrongCodes):
            enter("\n".join([*codes[:8], *draw_codes(2)]), me)
        assert guess(me) == [TooManyWrongCodes]
        for number in range(3):
            guess(Visitor(None, f"session-{number}", "192.0.2.9"), 9)
        with pytest.raises(TooManyWrongCodes):  # 27 and 4 from one address
            enter("\n".join(draw_codes(4)), Visitor(cast.budi.person_id, "", "192.0.2.9"))


def test_whoever_has_a_network_of_ipv6_addresses_has_thirty_with_all_of_them(app, gifts):
    code = gifts.one(500)
    with app.app_context():
        for number in range(30):
            assert guess(Visitor(None, f"s-{number}", f"2001:db8:1:2:{number:x}::{number:x}")) == [
                InvalidInput
            ]
        assert guess(Visitor(None, "fresh", "2001:db8:1:2:ffff::1")) == [TooManyWrongCodes]
        assert enter(code, Visitor(None, "other", "2001:db8:1:3::1"))
        guess(Visitor(None, "a", "::ffff:192.0.2.7"), 10)
        for number in range(2):
            guess(Visitor(None, f"b-{number}", "192.0.2.7"), 10)
        assert guess(Visitor(None, "c", "192.0.2.7")) == [TooManyWrongCodes]


def test_right_codes_are_not_counted(app, cast, gifts):
    _batch, codes = gifts.make(10, 30)
    with app.app_context():
        me = Visitor(cast.aisyah.person_id, "", "192.0.2.1")
        guess(me, 9)
        for code in codes:
            assert enter(code, me)
        assert enter("\n".join(codes[:10]), me)
        assert guess(me, 2) == [InvalidInput, TooManyWrongCodes]


def test_an_address_has_thirty_whatever_its_sessions_and_people_behind_it_keep_theirs(app, cast, gifts):
    code = gifts.one(500)
    with app.app_context():
        for number in range(3):
            guess(Visitor(None, f"session-{number}", "192.0.2.1"), 10)
        fresh = Visitor(None, "session-9", "192.0.2.1")
        assert guess(fresh) == [TooManyWrongCodes]
        with pytest.raises(TooManyWrongCodes):
            enter(code, fresh)
        person = Visitor(cast.aisyah.person_id, "", "192.0.2.1")
        assert len(enter(code, person)) == 1
        assert guess(person) == [TooManyWrongCodes]
        assert guess(Visitor(None, "session-9", "192.0.2.2")) == [InvalidInput]


def set_limits(app, monkeypatch, **limits):
    settings = replace(app.extensions["tangga_settings"], **limits)
    monkeypatch.setitem(app.extensions, "tangga_settings", settings)


def test_the_limits_of_a_person_and_an_address_are_settings(app, cast, gifts, monkeypatch):
    set_limits(app, monkeypatch, gift_code_person_hourly=2, gift_code_address_hourly=3)
    with app.app_context():
        me = Visitor(cast.aisyah.person_id, "", "192.0.2.1")
        assert guess(me, 3) == [InvalidInput, InvalidInput, TooManyWrongCodes]
        guest = Visitor(None, "session-1", "192.0.2.1")  # the person's two count on the address too
        assert guess(guest, 2) == [InvalidInput, TooManyWrongCodes]
    for name in ("GIFT_CODE_PERSON_HOURLY", "GIFT_CODE_ADDRESS_HOURLY", "GIFT_CODE_INSTALLATION_HOURLY"):
        with pytest.raises(SettingsError, match=f"{name} must be at least 1"):
            load_settings({name: "0"}, dotenv=None)
    given = load_settings({}, dotenv=None)
    shown = (
        given.gift_code_person_hourly,
        given.gift_code_address_hourly,
        given.gift_code_installation_hourly,
    )
    assert shown == (10, 30, 1_000)


def test_installation_wide_right_codes_still_pass_for_people_under_their_own_limit(
    app, cast, gifts, monkeypatch
):
    set_limits(app, monkeypatch, gift_code_installation_hourly=12)
    code = gifts.one(500)
    with app.app_context():
        for number in range(12):
            guess(Visitor(None, f"s{number}", f"192.0.2.{number}"))
        guest = Visitor(None, "new", "198.51.100.1")
        with pytest.raises(TooManyWrongCodes):
            enter(code, guest)
        person = Visitor(cast.aisyah.person_id, "", "198.51.100.1")
        assert len(enter(code, person)) == 1 and guess(person) == [TooManyWrongCodes]
        for _time in range(50):  # who is stopped does not lengthen the stop of others
            with pytest.raises(TooManyWrongCodes):
                enter(code, guest)
        hits = execute_sql("SELECT max(hits) FROM rate_counters").scalar()
        assert hits == 12


def test_the_owners_are_told_once_and_the_audit_trail_keeps_it(app, cast, gifts):
    with app.app_context():
        guess(Visitor(cast.aisyah.person_id, "", "192.0.2.1"), 14)
        jobs.run_due()
        found = execute_sql(
            "SELECT actor_role, subject_id FROM audit_events WHERE code = 'code.guessing_stopped'"
        ).all()
        assert [tuple(row) for row in found] == [("system", cast.aisyah.person_id)]
        assert (
            execute_sql(
                "SELECT count(*) FROM notices WHERE person_id = :id", {"id": cast.owner.person_id}
            ).scalar()
            == 1
        )
        assert (
            execute_sql("SELECT count(*) FROM mails WHERE recipient = :to", {"to": cast.owner.email}).scalar()
            == 1
        )


def test_a_guest_is_stopped_by_the_browser(app, cast, gifts, client):
    let_post(client)
    answers = [client.post("/redeem", data={"code": code}).status_code for code in draw_codes(11)]
    assert answers == [422] * 10 + [429]


@pytest.mark.race
def test_many_guesses_at_once_do_not_slip_by(app, cast, gifts):
    with app.app_context():
        me = Visitor(cast.aisyah.person_id, "", "192.0.2.1")
    _done, refused = split(race(app, [lambda code=code: enter(code, me) for code in draw_codes(25)]))
    kinds = [type(error) for error in refused]
    assert kinds.count(InvalidInput) == 10 and kinds.count(TooManyWrongCodes) == 15

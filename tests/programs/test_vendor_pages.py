"""Programs written, signed off, changed and ended on screen."""

import re
from datetime import timedelta

import pytest

from app.core.clock import today as today_in
from app.core.db import db
from app.programs import services
from app.programs.models import Program, ProgramVersion, VersionState
from app.programs.rules import Definition
from tests.cast import sign_in
from tests.programs.makers import definition, live, reward, win
from tests.programs.test_versions import value_points
from tests.support.pages import seen_on
from tests.support.statements import count_statements


def today():
    """In the vendor's zone, also outside of the application."""
    return today_in("Asia/Kuala_Lumpur")


FIELDS = {
    "name": "Firewall push", "trigger": "deal_won", "min_currency": "MYR", "min_amount": "10,000",
    "countries": ["MY", "ID"], "reward_kind": "fixed", "points": "500", "per_currency": "MYR", "hold_days": "14",
    "cap_points": "5,000", "budget_points": "90000", "reward_kind_company": "", "per_currency_company": "MYR",
    "hold_days_company": "14", "idempotency_key": "a-key-of-a-test-1",
}  # fmt: skip


def text_of(answer):
    return answer.get_data(as_text=True).replace("\xa0", " ")


def only_version(app):
    with app.app_context():
        return db.session.query(ProgramVersion).one()


def test_the_marketer_writes_finance_signs_off_and_partners_read_it(app, client, cast):
    ends = (today() + timedelta(days=22)).isoformat()
    fields = FIELDS | {"families": [str(cast.families["firewall"])], "ends_on": ends, "action": "send"}
    answer = sign_in(client, cast.marketer).post("/admin/programs", data=fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/programs/firewall-push")
    version = only_version(app)
    assert version.state is VersionState.WAITING
    rule = Definition.from_record(version.definition).rules[0]
    assert (rule.min_amount_minor, rule.rewards[0].points, rule.rewards[0].cap_points) == (
        10_000_00,
        500,
        5000,
    )
    assert client.post("/admin/programs/firewall-push/publication").status_code == 403
    page = text_of(sign_in(client, cast.finance).get("/admin/programs?view=drafts"))
    assert "Waits for sign-off" in page
    answer = client.post("/admin/programs/firewall-push/publication")
    assert answer.status_code == 303
    page = text_of(sign_in(client, cast.aisyah).get("/programs"))
    assert "Win a deal in <b>Firewall</b> of <b>RM 10,000 or more</b> and get" in page


def test_what_was_written_anew_meanwhile_is_not_published_unread(app, client, cast):
    fields = FIELDS | {"families": [str(cast.families["firewall"])], "action": "send"}
    sign_in(client, cast.marketer).post("/admin/programs", data=fields)
    here = "/admin/programs/firewall-push"
    read = re.search(r'name="seen" value="(\w+)"', sign_in(client, cast.finance).get(here).text)
    with app.app_context():
        version = db.session.query(ProgramVersion).one()
        more = Definition.from_record(version.definition)
        services.save_draft(
            version.id, name="Firewall push", definition=more, budget_points=900_000, actor=cast.marketer
        )
        services.send_for_sign_off(version.id, actor=cast.marketer)
    answer = client.post(here + "/publication", data={"seen": read[1]})
    assert answer.status_code == 409 and "This was changed after you opened it." in text_of(answer)
    assert only_version(app).state is VersionState.WAITING
    read = re.search(r'name="seen" value="(\w+)"', client.get(here).text)
    assert client.post(here + "/publication", data={"seen": read[1]}).status_code == 303


def test_who_saves_a_program_over_another_is_told_and_loses_nothing(app, client, cast):
    sign_in(client, cast.marketer).post("/admin/programs", data=FIELDS)
    here = "/admin/programs/firewall-push/draft"

    mine = {name: value for name, value in FIELDS.items() if name != "idempotency_key"}
    mine |= {"name": "Mine", "seen": seen_on(client.get(here).text)}
    theirs = mine | {"name": "Theirs", "idempotency_key": "a-key-of-theirs-1"}
    assert sign_in(client, cast.owner).post(here, data=theirs).status_code == 303
    sign_in(client, cast.marketer)
    told = client.post(here, data=mine | {"idempotency_key": "a-key-of-mine-01"})
    assert told.status_code == 409 and "This draft was saved elsewhere" in told.text
    assert 'value="Mine"' in told.text and 'value="Theirs"' in client.get(here).text
    refused = mine | {"seen": seen_on(told.text), "points": "", "idempotency_key": "a-key-of-mine-02"}
    answer = client.post(here, data=refused)
    assert answer.status_code == 422 and seen_on(answer.text) == seen_on(told.text)
    again = mine | {"seen": seen_on(told.text), "idempotency_key": "a-key-of-mine-03"}
    assert client.post(here, data=again).status_code == 303
    assert 'value="Mine"' in client.get(here).text


def test_the_same_form_twice_makes_one_program(app, client, cast):
    sign_in(client, cast.marketer)
    places = {client.post("/admin/programs", data=FIELDS).headers["Location"] for _time in range(2)}
    assert places == {"/admin/programs/firewall-push/draft"}
    with app.app_context():
        assert db.session.query(Program).count() == 1


def test_an_owner_alone_publishes_only_up_to_five_thousand_ringgit(app, client, cast):
    with app.app_context():
        value_points()
    sign_in(client, cast.owner)
    answer = client.post("/admin/programs", data=FIELDS | {"budget_points": "100001", "action": "publish"})
    assert answer.status_code == 409
    assert "A second person has to publish this" in text_of(answer)
    assert 'value="Firewall push"' in text_of(answer)
    with app.app_context():
        assert db.session.query(Program).count() == 0
    answer = client.post("/admin/programs", data=FIELDS | {"budget_points": "100000", "action": "publish"})
    assert answer.status_code == 303
    assert only_version(app).state is VersionState.PUBLISHED


def test_a_draft_opens_with_what_was_saved_and_can_be_changed(app, client, cast):
    sign_in(client, cast.marketer)
    client.post("/admin/programs", data=FIELDS | {"companies": "kinabalu networks\n"})
    page = text_of(client.get("/admin/programs/firewall-push/draft"))
    for text in ('value="10,000"', 'value="500"', 'value="90000"', "Kinabalu Networks", "Malaysia"):
        assert text in page
    changed = FIELDS | {
        "idempotency_key": "a-key-of-a-test-2", "reward_kind": "per_money", "points": "4", "per_amount": "100.00",
        "reward_kind_company": "per_unit", "points_company": "3", "countries": ["SG"],
    }  # fmt: skip
    assert client.post("/admin/programs/firewall-push/draft", data=changed).status_code == 303
    found = Definition.from_record(only_version(app).definition)
    assert [(each.number, each.payee, each.kind) for each in found.rules[0].rewards] == [
        (1, "member", "per_money"),
        (2, "organisation", "per_unit"),
    ]
    assert found.audience.countries == ("SG",)
    assert found.audience.organisation_ids == ()
    assert client.post("/admin/programs/firewall-push/discard").headers["Location"] == "/admin/programs"
    with app.app_context():
        assert db.session.query(Program).count() == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": " "}, "Give the program a name."),
        ({"points": "0"}, "Enter a number from 1 to"),
        ({"points": ""}, "Enter the points as a whole number above zero."),
        ({"points": "1.5"}, "Enter a whole number."),
        ({"reward_kind": "per_money"}, "Enter the amount that these points are for."),
        ({"reward_kind": ""}, "Say what to give."),
        ({"reward_kind": "gold"}, "Choose one of the answers offered."),
        ({"trigger": ""}, "Say what has to happen."),
        ({"starts_on": "2026-12-31", "ends_on": "2026-12-01"}, "The last day is before the first."),
        ({"starts_on": "31/12/2026"}, "Choose a date, for example 2026-12-31."),
        ({"countries": ["XX"]}, "Choose one of the answers offered."),
        ({"families": ["999", "drop table"]}, "Choose one of the answers offered."),
        ({"companies": "Nobody Sdn Bhd"}, "There is no company called Nobody Sdn Bhd."),
        ({"min_amount": "10,00"}, "Enter the value in ringgit"),
        ({"hold_days": "366"}, "Enter a number from 0 to 365."),
        ({"budget_points": "-5"}, "Enter a number from 1 to 1,000,000,000,000."),
        ({"budget_points": "9" * 20}, "Enter a number from 1 to 1,000,000,000,000."),
        ({"budget_points": "-" + "9" * 5000}, "Enter a number from 1 to"),
        ({"budget_points": "--5"}, "Enter a whole number."),
    ],
)
def test_what_cannot_run_is_refused_and_what_was_typed_is_kept(app, client, cast, change, sentence):
    answer = sign_in(client, cast.marketer).post("/admin/programs", data=FIELDS | change)
    assert answer.status_code == 422
    page = text_of(answer)
    assert sentence in page
    assert 'value="10,000"' in page or "min_amount" in change
    with app.app_context():
        assert db.session.query(Program).count() == 0


def test_a_live_program_is_changed_by_a_version_with_its_own_first_day(app, client, cast):
    with app.app_context():
        live(cast)
    sign_in(client, cast.marketer)
    answer = client.post("/admin/programs/deal-won/versions", data={"idempotency_key": "start-version-1"})
    assert answer.headers["Location"] == "/admin/programs/deal-won/draft"
    base = FIELDS | {
        "name": "Deal won",
        "reward_kind": "per_money",
        "points": "8",
        "per_amount": "100",
        "cap_points": "",
    }
    late = (today() + timedelta(days=9)).isoformat()
    for number, (applies_from, status) in enumerate(((today().isoformat(), 422), ("", 422), (late, 303))):
        fields = base | {
            "applies_from": applies_from,
            "action": "send",
            "idempotency_key": f"version-two-{number}",
        }
        assert client.post("/admin/programs/deal-won/draft", data=fields).status_code == status
    sign_in(client, cast.finance).post("/admin/programs/deal-won/publication")
    with app.app_context():
        found = [win(cast, f"D-{days}", 10_000_00, on=today() + timedelta(days=days)) for days in (8, 9)]
        assert [each.awards[0].points for each in found] == [400, 800]
    page = text_of(client.get("/admin/programs/deal-won"))
    assert "Grace Wong" in page
    assert "Mei Ling Tan" in page


def test_finance_gives_a_draft_back(app, client, cast):
    sign_in(client, cast.marketer).post("/admin/programs", data=FIELDS | {"action": "send"})
    answer = sign_in(client, cast.finance).post(
        "/admin/programs/firewall-push/return", data={"note": "Too much."}
    )
    assert answer.status_code == 303
    assert only_version(app).state is VersionState.DRAFT


def test_a_program_is_ended_on_a_day(app, client, cast):
    with app.app_context():
        live(cast)
    sign_in(client, cast.finance)
    for wrong in ("", "soon", (today() - timedelta(days=1)).isoformat()):
        answer = client.post("/admin/programs/deal-won/end", data={"ended_on": wrong})
        assert answer.status_code == 422
    assert (
        client.post("/admin/programs/deal-won/end", data={"ended_on": today().isoformat()}).status_code == 303
    )
    with app.app_context():
        assert db.session.query(Program).one().ended_on == today()


def test_the_preview_reads_the_fields_as_they_stand(client, cast):
    sign_in(client, cast.marketer)
    fields = {name: value for name, value in FIELDS.items() if name != "idempotency_key"}
    answer = client.get("/admin/programs/preview", query_string=fields, headers={"HX-Request": "true"})
    page = text_of(answer)
    assert (
        "Win a deal of RM 10,000 or more and get 500 points. For companies in Malaysia and Indonesia." in page
    )
    assert "<html" not in page
    answer = client.get("/admin/programs/preview", query_string=fields | {"points": "x"})
    assert "Finish the sentence" in text_of(answer)
    assert answer.status_code == 200


@pytest.mark.parametrize("who", ["manager", "auditor"])
def test_readers_see_programs_and_change_nothing(app, client, cast, who):
    with app.app_context():
        live(cast)
    sign_in(client, getattr(cast, who))
    assert client.get("/admin/programs").status_code == 200
    assert client.get("/admin/programs/deal-won").status_code == 200
    for path in (
        "",
        "/deal-won/draft",
        "/deal-won/versions",
        "/deal-won/publication",
        "/deal-won/end",
        "/deal-won/discard",
    ):
        assert client.post(f"/admin/programs{path}", data=FIELDS).status_code == 403
    assert client.get("/admin/programs/new").status_code == 403
    assert sign_in(client, cast.aisyah).get("/admin/programs").status_code == 404


def test_the_list_takes_as_many_statements_for_ten_as_for_a_hundred(app, client, cast):
    counts = []
    with app.app_context():
        push = definition(reward("fixed", 5), family_ids=(cast.families["firewall"],))
    for many in (10, 90):
        with app.app_context():
            for number in range(many):
                live(cast, push, name=f"Program {many} {number}", budget=1000)
        sign_in(client, cast.finance)
        client.get("/admin/programs")
        for path in ("/admin/programs", "/admin/programs/program-10-1"):
            with count_statements(app) as seen:
                answer = client.get(path)
            counts.append(len(seen))
    assert counts[0] == counts[2] <= 8
    assert counts[1] == counts[3] <= 8
    assert "Show more" in text_of(client.get("/admin/programs"))
    assert "Show more" not in text_of(client.get("/admin/programs?page=4"))
    assert answer.status_code == 200

"""The vendor's pages: cost before, a second person, one download, voiding; and the commands beside them."""

import io
import json
import re
from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask.cli import ScriptInfo

from app.codes.cli import codes as command
from app.codes.export import NotOpened, Writer, read_export
from app.codes.models import GiftCodeBatch
from app.codes.services import default_last_day
from app.core.clock import today, travel, utc_now
from app.core.db import db, execute_sql
from app.ledger.verify import broken_invariants
from tests.cast import sign_in
from tests.codes.test_services import ids_of

PASSWORD = "a long password"


def make(client, gifts, points, count, key="k" * 9, **more):
    form = {"points": points, "code_count": count, "campaign": gifts.campaign, "idempotency_key": key, **more}
    return client.post("/admin/codes", data=form)


def fetched(client, here, password=PASSWORD, again=PASSWORD):
    return client.post(f"{here}/export", data={"password": password, "again": again})


def test_the_cost_stands_there_before_anything_is_made(app, cast, gifts, client):
    sign_in(client, cast.marketer)
    page = client.get(f"/admin/codes?points=500&code_count=250&campaign={gifts.campaign}").text
    for words in (
        "125,000 points",
        "RM\u00a06,250",
        "Grace Wong will be asked",
        "Codes stay locked until then",
    ):
        assert words in page
    assert (
        "second person"
        not in client.get(f"/admin/codes?points=5&code_count=25&campaign={gifts.campaign}").text
    )
    look = client.post(
        "/admin/codes", data={"points": 500, "code_count": 250, "campaign": gifts.campaign, "look": 1}
    )
    assert look.status_code == 200 and "125,000 points" in look.text
    with app.app_context():
        assert execute_sql("SELECT count(*) FROM gift_code_batches").scalar() == 0


def test_marketer_makes_finance_approves_marketer_fetches_once(app, cast, gifts, client):
    sign_in(client, cast.marketer)
    here = make(client, gifts, 500, 250).headers["Location"]
    assert make(client, gifts, 500, 250).headers["Location"] == here
    assert client.post(f"{here}/approval").status_code == 403
    assert fetched(client, here).status_code == 409
    sign_in(client, cast.finance)
    assert "wait for your approval" in client.get("/notices").text
    assert "Approve the codes" in client.get(here).text
    assert client.post(f"{here}/approval").status_code == 303
    assert fetched(client, here).status_code == 403
    sign_in(client, cast.marketer)
    for password, again in (("short", "short"), (PASSWORD, "another one!!")):
        assert fetched(client, here, password, again).status_code == 422
    file = fetched(client, here)
    assert file.status_code == 200 and "attachment" in file.headers["Content-Disposition"]
    lines = "".join(read_export(io.BytesIO(file.data), PASSWORD)).splitlines()
    assert lines[0] == "code,points,use_by" and len(lines) == 251
    assert fetched(client, here).status_code == 409
    with app.app_context():
        assert execute_sql("SELECT count(*) FROM gift_code_exports").scalar() == 0
        assert len(ids_of(lines[1].split(",")[0].replace("-", ""))) == 1
        assert broken_invariants() == []
    shown = client.get(here).text
    assert "File fetched" in shown and lines[1].split(",")[0] not in shown


def test_the_owner_cannot_approve_what_the_owner_made(app, cast, gifts, client):
    sign_in(client, cast.owner)
    here = make(client, gifts, 500, 250).headers["Location"]
    assert "Approve the codes" not in client.get(here).text
    assert client.post(f"{here}/approval").status_code == 403
    assert client.post(f"{here}/rejection", data={"reason": ""}).status_code == 303
    assert "Declined" in client.get(here).text


def test_bad_input_keeps_what_was_typed(app, cast, gifts, client):
    sign_in(client, cast.marketer)
    for points, count in (("x", "250"), ("50001", "1"), ("", ""), ("5", "10001"), ("-1", "0")):
        answer = make(client, gifts, points, count)
        assert answer.status_code == 422 and f'value="{points}"' in answer.text
    answer = make(client, gifts, 50_000, 10_000, valid_until="9999-01-01")
    assert answer.status_code == 422
    with app.app_context():
        end = default_last_day(today())
    answer = make(client, gifts, 5, 5, valid_until=end + timedelta(days=1))
    assert answer.status_code == 422 and f"Choose {end:%-d %B %Y} or earlier" in answer.text
    assert make(client, gifts, 5, 5, key="e" * 9, valid_until=end).status_code == 303
    assert make(client, gifts, 5, 5, campaign="nothing").status_code == 422
    new = {
        "name": "x" * 5_000,
        "giver": "",
        "valid_from": "2026-01-01",
        "valid_until": "1999-01-01",
        "budget_points": "1e9",
    }
    assert client.post("/admin/codes/campaigns", data={**new, "idempotency_key": "n" * 9}).status_code == 422


def test_a_campaign_is_added_edited_and_seen(app, cast, gifts, client):
    sign_in(client, cast.marketer)
    form = {
        "name": "Booth at TechFest KL", "giver": "Veridia", "occasion": "event", "palette": "blue", "message": "Hello",
        "valid_from": "2026-11-01", "valid_until": "2027-11-01", "budget_points": "10,000", "idempotency_key": "n" * 9,
    }  # fmt: skip
    there = client.post("/admin/codes/campaigns", data=form).headers["Location"]
    public_id = re.search("campaign=(.*)", there)[1]
    page = f"/admin/codes/campaigns/{public_id}"
    assert "Event gift from Veridia" in client.get(page).text
    assert client.post(f"{page}/edit", data={**form, "budget_points": "20000"}).status_code == 303
    assert (
        "20,000" in client.get(page).text
        and "Booth at TechFest KL" in client.get("/admin/codes/campaigns").text
    )


def test_voiding_from_the_page(app, cast, gifts, client):
    batch_id, made = gifts.make(500, 2)
    with app.app_context():
        public_id = execute_sql(
            "SELECT public_id FROM gift_code_batches WHERE id = :id", {"id": batch_id}
        ).scalar()
    sign_in(client, cast.marketer)
    here = f"/admin/codes/{public_id}/void"
    assert client.post(here, data={"reason": "", "idempotency_key": "v" * 9}).status_code == 422
    assert (
        client.post(here, data={"reason": "Lost", "named": "CCCC", "idempotency_key": "v" * 9}).status_code
        == 422
    )
    assert (
        client.post(here, data={"reason": "Lost", "named": made[0], "idempotency_key": "v" * 9}).status_code
        == 303
    )
    for _twice in range(2):  # a second tap gets the first answer
        assert client.post(here, data={"reason": "Lost", "idempotency_key": "w" * 9}).status_code == 303
    assert client.post(here, data={"reason": "Lost", "idempotency_key": "x" * 9}).status_code == 409
    with app.app_context():
        assert ids_of(*made) == [] and broken_invariants() == []


@pytest.mark.parametrize(
    ("language", "does", "says"),
    [("ms", "Batalkan selama-lamanya", "Dibatalkan"), ("id", "Batalkan selamanya", "Dibatalkan")],
)
def test_what_voids_does_not_read_like_what_leaves(app, cast, gifts, client, language, does, says):
    """*Batal* is what a button is called that does nothing."""
    batch_id, _made = gifts.make(500, 2)
    with app.app_context():
        named = "SELECT public_id FROM gift_code_batches WHERE id = :id"
        here = f"/admin/codes/{execute_sql(named, {'id': batch_id}).scalar()}"
    sign_in(client, cast.marketer).post("/language", data={"locale": language, "next": "/admin/codes"})
    assert f">{does}</button>" in client.get(here).text
    assert client.post(f"{here}/void", data={"reason": "Lost", "idempotency_key": "v" * 9}).status_code == 303
    page = client.get(here).text
    assert says in page and ">Batal<" not in page


def run(app, *arguments, **more):
    return CliRunner().invoke(command, [*map(str, arguments)], obj=ScriptInfo(create_app=lambda: app), **more)


def test_codes_are_issued_and_opened_on_the_command_line(app, cast, gifts, tmp_path):
    out = tmp_path / "codes.tgc"
    made = run(
        app,
        "issue",
        "--campaign",
        "partner-day-kl-guests",
        "--points",
        5,
        "--count",
        12,
        "--out",
        out,
        "--json",
    )
    found = json.loads(made.output)
    assert (found["worth_minor"], found["expected_minor"], found["currency"]) == (300, 300, "MYR")
    assert made.exit_code == 0 and found["state"] == "live" and oct(out.stat().st_mode)[-3:] == "600"
    opened = run(app, "open", out, env={"TANGGA_CODES_PASSWORD": found["password"]})
    lines = opened.output.splitlines()
    assert opened.exit_code == 0 and len(lines) == 13
    with app.app_context():
        assert len(ids_of(*(line.split(",")[0].replace("-", "") for line in lines[1:]))) == 12
    for arguments, sentence in (
        (("issue", "--campaign", "nothing", "--points", 5, "--count", 1, "--out", tmp_path / "b"), "no campaign"),
        (("issue", "--campaign", "partner-day-kl-guests", "--points", 5, "--count", 1, "--out", out), "exists already"),
        (
            ("issue", "--campaign", "partner-day-kl-guests", "--points", 60_000, "--count", 1, "--out", tmp_path / "c"),
            "50,000",
        ),
        (("open", out), "password"),
        *(
            (
                ("issue", "--campaign", "partner-day-kl-guests", "--points", 5, "--count", 1, "--out", tmp_path / "d",
                 "--valid-until", day),
                sentence,
            )
            for day, sentence in (("9999-01-01", "between 1990 and 2100"), ("2100-12-31", "the campaign ends then"))
        ),
        (("campaign", "--name", "A", "--giver", "B", "--budget", 5, "--valid-until", "9999-01-01"), "between 1990 and"),
    ):  # fmt: skip
        refused = run(app, *arguments, env={"TANGGA_CODES_PASSWORD": "not the password"})
        assert refused.exit_code == 1 and sentence in refused.output and refused.output.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["codes.tgc"]
    voided = run(app, "void", found["batch"], "--reason", "Test over")
    assert voided.exit_code == 0 and "60 points" in voided.output


def test_above_the_limit_the_command_says_that_the_codes_stay_locked(app, cast, gifts, tmp_path):
    made = run(
        app,
        "issue",
        "--campaign",
        "partner-day-kl-guests",
        "--points",
        5_000,
        "--count",
        21,
        "--out",
        tmp_path / "a",
    )
    assert made.exit_code == 0 and "stay locked until a second person approves" in made.output
    said = made.output.replace("\xa0", " ")
    assert "Cost if every code is used: RM 5,250. Expected from past use: RM 5,250." in said
    assert "Budget left: " in said


def test_an_export_cut_short_changed_or_with_another_password_does_not_open():
    whole = io.BytesIO()
    writer = Writer(whole, PASSWORD)
    writer.write("A,1,2\n")
    writer.close()
    data = whole.getvalue()
    assert "".join(read_export(io.BytesIO(data), PASSWORD)).endswith("A,1,2\n")
    for broken in (
        data[:-20],
        data[:-1],
        data[:120] + bytes((data[120] ^ 1,)) + data[121:],
        data + b"x",
        b"nothing",
        b"",
    ):
        with pytest.raises(NotOpened):
            list(read_export(io.BytesIO(broken), PASSWORD))
    with pytest.raises(NotOpened):
        list(read_export(io.BytesIO(data), "another password"))


def test_the_form_begins_with_usual_values_and_what_they_cost(app, cast, gifts, client):
    sign_in(client, cast.marketer)
    page = client.get("/admin/codes").text
    assert 'value="500"' in page and 'value="50"' in page
    assert "25,000 points" in page and "RM\u00a01,250" in page and "Left in Partner Day KL guests" in page
    page = client.get("/admin/codes?points=&code_count=7&valid_until=2030-05-01").text
    assert 'value="500"' not in page and 'value="7"' in page and "Enter points and number" in page
    assert make(client, gifts, "", 50).status_code == 422  # nothing is taken for granted when it counts
    fields = {"campaign": gifts.campaign, "idempotency_key": "k" * 9}
    assert client.post("/admin/codes", data=fields).status_code == 422
    part = client.get(
        "/admin/codes?points=10&code_count=10&valid_until=2030-05-01",
        headers={"HX-Request": "true", "HX-Target": "cost"},
    ).text
    assert "100 points" in part and "1 May 2030" in part


def test_batches_come_in_pages_with_scripts_and_without(app, cast, gifts, client):
    for _number in range(23):
        gifts.make(10, 1)
    sign_in(client, cast.marketer)
    for here in ("/admin/codes", f"/admin/codes/campaigns/{gifts.campaign}"):
        first = client.get(here).text
        more = re.search(r'hx-get="([^"]+after=\d+)"', first)[1]
        part, whole = client.get(more, headers={"HX-Request": "true"}).text, client.get(more).text
        assert [page.count('class="rowlink"') for page in (first, part, whole)] == [20, 3, 3]
        assert "<html" not in part and "Make a batch" in whole and "Begin with a campaign" not in whole


def test_a_waiting_batch_whose_last_day_has_passed_offers_no_approval(app, cast, gifts, client):
    with app.app_context():
        last_day = today()
    batch_id, _codes = gifts.make(50_000, 10, until=last_day, approve=False)
    with app.app_context():
        here = f"/admin/codes/{db.session.get_one(GiftCodeBatch, batch_id).public_id}"
    assert "Approve the codes" in sign_in(client, cast.finance).get(here).text
    with travel(utc_now() + timedelta(days=1)):
        page = sign_in(client, cast.finance).get(here).text
        assert "Approve the codes" not in page and "The last day has passed already." in page
        assert "Decline" in page and "Withdraw it" not in page
        assert "Withdraw it" in sign_in(client, cast.marketer).get(here).text

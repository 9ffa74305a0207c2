"""The vendor's pages of partners and products, with and without JavaScript."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.mail import Mail
from app.identity.models import Invitation
from app.partners.models import Organisation, OrganisationStatus
from app.partners.queries import list_family_ids, list_manager_ids
from app.products.models import Product, ProductFamily
from app.sales.bulk import record_sales
from tests.cast import add_company, sign_in
from tests.sales.test_sale_lines import fact
from tests.support.statements import count_statements

NEW = {
    "name": "Rimba Networks",
    "email": "boss@rimba.example.com",
    "kind": "distributor",
    "country": "MY",
    "currency": "MYR",
    "locale": "ms",
    "time_zone": "Asia/Kuala_Lumpur",
    "domain": "https://www.Rimba.example.com/about",
}


def find(app, model, **values):
    with app.app_context():
        return db.session.scalars(select(model).filter_by(**values)).first()


def test_a_partner_is_written_and_its_first_admin_invited(app, client, cast):
    sign_in(client, cast.manager)
    assert client.get("/admin/partners/new").status_code == 200
    answer = client.post("/admin/partners", data=NEW)
    row = find(app, Organisation, name="Rimba Networks")
    assert (answer.status_code, answer.location) == (303, f"/admin/partners/{row.public_id}")
    assert (row.domain, row.kind, row.locale) == ("rimba.example.com", "distributor", "ms")
    assert find(app, Invitation, email="boss@rimba.example.com").role == "partner_admin"
    mail = find(app, Mail, recipient="boss@rimba.example.com")
    assert "menjemput" in mail.subject  # in the company's language
    with app.app_context():
        assert list_manager_ids(row.id) == [cast.manager.person_id]
    page = client.get(answer.location).get_data(as_text=True)
    assert "boss@rimba.example.com" in page and "Nobody has joined yet." in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 161},
        {"email": "nonsense"},
        {"kind": "bank"},
        {"country": "XX"},
        {"currency": "XXX"},
        {"locale": "fr"},
        {"time_zone": "Mars/Base"},
        {"domain": "not a domain"},
    ],
)
def test_what_was_typed_wrong_is_kept_and_nothing_is_written(app, client, cast, wrong):
    sign_in(client, cast.owner)
    answer = client.post("/admin/partners", data=NEW | wrong)
    assert answer.status_code == 422
    assert "boss@rimba.example.com" in answer.get_data(as_text=True) or "email" in wrong
    assert find(app, Organisation, name="Rimba Networks") is None and find(app, Invitation) is None


def test_a_partner_is_edited(app, client, cast):
    sign_in(client, cast.owner)
    path = f"/admin/partners/{cast.kinabalu.public_id}/edit"
    assert "Kota Kinabalu" in client.get(path).get_data(as_text=True)
    fields = {key: value for key, value in NEW.items() if key != "email"}
    assert client.post(path, data=fields | {"name": "Kinabalu Group"}).status_code == 303
    row = find(app, Organisation, id=cast.kinabalu.id)
    assert (row.name, row.city) == ("Kinabalu Group", None)


def test_managers_families_and_suspension(app, client, cast):
    sign_in(client, cast.owner)
    base = f"/admin/partners/{cast.kinabalu.public_id}"
    assert client.post(f"{base}/managers", data={"chosen": cast.manager.public_id}).status_code == 303
    assert client.post(f"{base}/families", data={"chosen": ["cloud", "firewall"]}).status_code == 303
    assert client.post(f"{base}/families", data={"chosen": "no-such"}).status_code == 422
    with app.app_context():
        assert list_manager_ids(cast.kinabalu.id) == [cast.manager.person_id]
        assert len(list_family_ids(cast.kinabalu.id)) == 2
    assert client.post(f"{base}/suspension", data={"reason": ""}).status_code == 422
    assert client.post(f"{base}/suspension", data={"reason": "Unpaid"}).status_code == 303
    assert find(app, Organisation, id=cast.kinabalu.id).status is OrganisationStatus.SUSPENDED
    assert "Lift the suspension" in client.get(base).get_data(as_text=True)
    assert client.post(f"{base}/reinstatement").status_code == 303


def test_the_list_finds_by_name_city_and_number_and_shows_a_panel(app, client, cast):
    sign_in(client, cast.owner)
    text = client.get("/admin/partners?q=KINABALU").get_data(as_text=True)
    assert "Kinabalu Networks" in text and "Merapi Solusi" not in text
    assert "Merapi Solusi" in client.get("/admin/partners?q=yogya").get_data(as_text=True)
    assert "Nobody fits" in client.get("/admin/partners?q=%25").get_data(as_text=True)
    panel = client.get(f"/admin/partners?partner={cast.merapi.public_id}").get_data(as_text=True)
    assert "Budi Santoso" in panel
    headers = {"HX-Request": "true", "HX-Target": "detail"}
    fragment = client.get(f"/admin/partners?partner={cast.merapi.public_id}", headers=headers)
    assert "<html" not in fragment.get_data(as_text=True) and "Budi Santoso" in fragment.get_data(
        as_text=True
    )
    assert client.get("/admin/partners?partner=nobody").status_code == 404


def test_the_list_costs_the_same_at_ten_and_at_many_and_pages_by_key(app, client, cast):
    sign_in(client, cast.owner)
    path = f"/admin/partners?partner={cast.kinabalu.public_id}"
    client.get(path)
    with count_statements(app) as few:
        client.get(path)
    with app.app_context():
        for number in range(60):
            add_company(f"Partner {number:03}", "MY", "MYR", "en", "Asia/Kuala_Lumpur", "Ipoh")
    with count_statements(app) as many:
        client.get(path)
    assert len(few) == len(many) <= 8
    names, path = [], "/admin/partners"
    while path:
        text = client.get(path).get_data(as_text=True)
        names += re.findall(r'phone-only" href="/admin/partners/([a-z0-9]{14})"', text)
        more = re.search(r'href="(/admin/partners\?[^"]*after=[^"]+)"', text)
        path = more.group(1).replace("&amp;", "&") if more else None
    assert len(names) == len(set(names)) == 62


def test_quiet_and_mine_are_saved_questions(app, client, cast):
    sign_in(client, cast.aisyah)
    sign_in(client, cast.owner)
    text = client.get("/admin/partners?show=quiet").get_data(as_text=True)
    assert "Merapi Solusi" in text and "Kinabalu Networks" not in text
    client.post(f"/admin/partners/{cast.merapi.public_id}/managers", data={"chosen": cast.owner.public_id})
    text = client.get("/admin/partners?show=mine").get_data(as_text=True)
    assert "Merapi Solusi" in text and "Kinabalu Networks" not in text


def test_a_partner_page_costs_at_most_eight_statements(app, client, cast):
    sign_in(client, cast.owner)
    path = f"/admin/partners/{cast.kinabalu.public_id}"
    client.get(path)
    with count_statements(app) as seen:
        assert client.get(path).status_code == 200
    assert len(seen) <= 8, seen


def test_a_product_is_written_edited_and_retired(app, client, cast):
    sign_in(client, cast.marketer)
    form = {"name": "Edge Router", "sku": "ER-1", "family": "switching", "subcategory": "Routers"}
    assert client.post("/admin/products", data=form).status_code == 303
    assert client.post("/admin/products", data=form).status_code == 409
    assert client.post("/admin/products", data=form | {"sku": "", "name": ""}).status_code == 422
    row = find(app, Product, sku="ER-1")
    path = f"/admin/products/{row.public_id}"
    assert "Edge Router" in client.get(path).get_data(as_text=True)
    assert client.post(path, data=form | {"status": "retired", "sku": "CLOUD-1"}).status_code == 409
    assert client.post(path, data=form | {"status": "retired"}).status_code == 303
    assert find(app, Product, sku="ER-1").status == "retired"
    text = client.get("/admin/products?q=edge&family=switching").get_data(as_text=True)
    assert "Edge Router" in text and "Retired" in text


def test_a_family_is_added_and_renamed_but_keeps_its_slug(app, client, cast):
    sign_in(client, cast.marketer)
    assert client.post("/admin/products/families", data={"name": "Backup 365"}).status_code == 303
    assert client.post("/admin/products/families", data={"name": "Backup 365"}).status_code == 409
    assert client.post("/admin/products/families", data={"name": ""}).status_code == 422
    renamed = client.post("/admin/products/families/backup-365", data={"name": "Backup"})
    assert renamed.status_code == 303
    assert find(app, ProductFamily, slug="backup-365").name == "Backup"
    assert client.post("/admin/products/families/backup-365", data={"name": "Cloud"}).status_code == 409


def test_a_reader_sees_products_but_no_buttons(client, cast):
    sign_in(client, cast.auditor)
    text = client.get("/admin/products").get_data(as_text=True)
    assert "Firewall One" in text and "/admin/products/new" not in text
    assert "Invite" not in client.get("/admin/partners").get_data(as_text=True)


def test_the_team_page_costs_the_same_for_large_teams(app, client, cast):
    from app.partners.models import Role
    from tests.cast import add_person

    sign_in(client, cast.kinabalu_admin)
    client.get("/team")
    with count_statements(app) as few:
        client.get("/team")
    with app.app_context():
        for number in range(30):
            add_person(f"m{number}@kinabalu.example.com", f"Member {number}", Role.MEMBER, cast.kinabalu)
    with count_statements(app) as many:
        text = client.get("/team").get_data(as_text=True)
    assert "32 members" in text
    assert len(few) == len(many) <= 8


def test_the_invitation_form_opens_as_a_sheet_and_is_refused_in_the_sheet(client, cast):
    sign_in(client, cast.kinabalu_admin)
    headers = {"HX-Request": "true", "HX-Target": "sheet"}
    sheet = client.get("/team/invitations/new", headers=headers).get_data(as_text=True)
    assert 'id="sheet-title"' in sheet and 'hx-target="#sheet"' in sheet and "<html" not in sheet
    again = client.post("/team/invitations", data={"email": "x", "role": "member"}, headers=headers)
    assert again.status_code == 422 and 'id="sheet-title"' in again.get_data(as_text=True)
    done = client.post(
        "/team/invitations", data={"email": "x@kinabalu.example.com", "role": "member"}, headers=headers
    )
    assert (done.status_code, done.headers["HX-Redirect"]) == (204, "/team")


@pytest.mark.parametrize("who", ["auditor", "finance", "marketer"])
def test_who_may_only_read_gets_no_form_and_no_link_that_leads_nowhere(client, cast, who):
    sign_in(client, getattr(cast, who))
    text = client.get(f"/admin/partners/{cast.kinabalu.public_id}").get_data(as_text=True)
    main = text[text.index("<main") : text.index("</main>")]
    assert "<form" not in main and "Every channel manager" in main
    assert ("/admin/people/" in main) == (who == "auditor")


def tile(text, href):
    """Title and fact of a tile of *More*."""
    grid = text.split(f'class="menuitem" href="{href}"')[1].split("</a>")[0]
    found = re.findall(r'class="row-(?:title|sub)">([^<]+)<', grid)
    return found[0], found[1] if len(found) > 1 else None


def test_more_costs_at_most_eight_statements(app, client, cast):
    sign_in(client, cast.kinabalu_admin)
    client.get("/more")
    with count_statements(app) as seen:
        text = client.get("/more").get_data(as_text=True)
    assert "0 running" in text and "0 orders" in text and "2 members" in text
    assert tile(text, "/sales") == ("Sales", "None yet")
    assert len(seen) <= 8
    with app.app_context():
        record_sales([fact(cast, sold_on=date(2020, 3, 5))], actor=None)
    assert tile(client.get("/more").text, "/sales") == ("Sales", "Last 5 Mar 2020")


def test_the_vendors_menu_has_words_that_fit_and_help_leads_back(client, cast):
    sign_in(client, cast.marketer)
    assert tile(client.get("/more").text, "/admin/news")[0] == "News"
    assert '<a class="iconbtn back phone-only" href="/more"' in client.get("/help").text


def test_sales_of_the_year_show_in_the_currency_they_were_made_in(app, client, cast):
    from app.activities import services as activities
    from app.core.clock import today

    with app.app_context():
        for number, (minor, currency) in enumerate(((9_900_000, "USD"), (100_000, "MYR"), (50_000, "USD"))):
            activities.record(
                "sale",
                source="erp",
                source_ref=f"line-{number}",
                organisation_id=cast.kinabalu.id,
                occurred_on=today().replace(month=1, day=1),
                amount_minor=minor,
                currency=currency,
                actor=cast.owner,
            )
    sign_in(client, cast.owner)
    text = client.get("/admin/partners").get_data(as_text=True)
    assert "USD\u00a099.5k" in text or "USD\u00a0100k" in text or "USD\u00a099k" in text
    assert "and more in other currencies" in text

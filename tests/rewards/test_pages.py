"""Pages of the catalogue and of orders as a partner meets them."""

import re

import pytest

from app.core.db import db, execute_sql, transaction
from app.rewards import services
from app.rewards.models import Denomination, Reward, RewardCountry
from tests.cast import sign_in
from tests.rewards.conftest import available
from tests.support.statements import count_statements


def text(response):
    return response.get_data(as_text=True)


def redeem_form(client, slug, **changes):
    """The fields that the page's own redeem form would send."""
    page = text(client.get(f"/rewards/{slug}", query_string=changes))
    form = page.split("/redemptions", 1)[1]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form.split("</form>")[0]))


def test_the_catalogue_shows_what_the_person_can_get_first(app, client, cast, shop, rich):
    shop.stock(shop.market, shop.market_20, "CODE-0001")
    shop.stock(shop.market, shop.market_50, "CODE-0002")
    rich(cast.aisyah, 1500)
    sign_in(client, cast.aisyah)
    page = text(client.get("/rewards"))
    assert page.index("Pasar Mega e-voucher") < page.index("Lapis earbuds") < page.index("Kopi Tiga card")
    assert "11,700 more to go" in page and "Out of stock" in page and "DompetKu" not in page
    assert "Kopi Tiga card" not in text(client.get("/rewards?now=1"))
    assert "Lapis earbuds" in text(client.get("/rewards?q=LAPIS"))
    assert "Clear filters" in text(client.get("/rewards?q=zzz"))


def test_the_reward_page_says_have_costs_and_keep(app, client, cast, shop, rich):
    shop.stock(shop.market, shop.market_50, "CODE-0001", "CODE-0002")
    rich(cast.aisyah, 12480)
    sign_in(client, cast.aisyah)
    page = text(client.get(f"/rewards/{shop.market}?denomination={shop.market_50}&quantity=2"))
    for words in ("12,480", "−2,000", "10,480 points", "Redeem 2,000 points", "can’t be returned"):
        assert words in page
    asked = {"HX-Request": "true", "HX-Target": "quote"}
    url = f"/rewards/{shop.market}?denomination={shop.market_50}&quantity=1"
    part = text(client.get(url, headers=asked))
    assert (
        "Redeem 1,000 points" in part and "<html" not in part and part.lstrip().startswith('<div id="quote"')
    )


def test_redeeming_leads_to_the_voucher_with_its_code_at_once(app, client, cast, shop, rich):
    shop.stock(shop.market, shop.market_50, "5083-7714-2290-66")
    rich(cast.aisyah, 1500)
    sign_in(client, cast.aisyah)
    data = redeem_form(client, shop.market, denomination=shop.market_50)
    answer = client.post(f"/rewards/{shop.market}/redemptions", data=data)
    assert answer.status_code == 303
    again = client.post(f"/rewards/{shop.market}/redemptions", data=data)
    assert again.status_code == 303 and again.location == answer.location
    page = client.get(answer.location, headers={"Accept-Encoding": "br, gzip"})
    assert "no-store" in page.headers["Cache-Control"] and "Content-Encoding" not in page.headers
    assert "5083-7714-2290-66" in text(page) and "<svg" in text(page) and "style=" not in text(page)
    other = app.test_client()
    sign_in(other, cast.aisyah)
    assert "5083" not in text(other.get(answer.location))
    assert other.post(f"{answer.location}/reveal").status_code == 303
    assert "5083-7714-2290-66" in text(other.get(answer.location))
    with app.app_context():
        assert available(cast.aisyah) == 500
        mails = execute_sql("SELECT payload FROM jobs WHERE kind = 'rewards.order_placed'").all()
        assert len(mails) == 1 and "5083" not in str(mails)


def test_the_message_carries_a_link_and_never_the_code(app, client, cast, shop, rich):
    from app.core.jobs import run_due
    from app.core.mail import Mail

    shop.stock(shop.market, shop.market_50, "5083-7714-2290-66")
    rich(cast.aisyah, 1500)
    with app.app_context():
        order = services.redeem(shop.market, shop.market_50, 1, "key-00001", cast.aisyah)
        run_due()
        mail = Mail.query.filter_by(recipient=cast.aisyah.email).one()
        content = mail.subject + mail.text + (mail.html or "")
        assert f"/orders/{order}" in content and "5083" not in content


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"quantity": "0"}, 422),
        ({"quantity": "99"}, 422),
        ({"quantity": "two"}, 422),
        ({"denomination": "x"}, 422),
        ({"denomination": "999999"}, 422),
        ({"denomination": ""}, 422),
        ({"codes": "AAAA-BBBB-CCCC-DDDD"}, 422),
        ({"idempotency_key": ""}, 422),
        ({"price": "999"}, 409),
        ({"quantity": "5"}, 409),
    ],
)
def test_a_refused_redemption_keeps_the_form_and_the_points(app, client, cast, shop, rich, change, status):
    shop.stock(shop.market, shop.market_50, "CODE-0001")
    rich(cast.aisyah, 50000)
    sign_in(client, cast.aisyah)
    data = redeem_form(client, shop.market, denomination=shop.market_50) | change
    answer = client.post(f"/rewards/{shop.market}/redemptions", data=data)
    assert answer.status_code == status
    assert 'role="alert"' in text(answer) and "<title>Error: " in text(answer)
    with app.app_context():
        assert available(cast.aisyah) == 50000
        assert execute_sql("SELECT count(*) FROM orders").scalar() == 0


@pytest.mark.parametrize("quantity", ["6", "99"])
def test_how_many_at_a_time_is_said_by_the_limit_of_the_reward(client, cast, shop, rich, quantity):
    shop.stock(shop.market, shop.market_50, "CODE-0001")
    rich(cast.aisyah, 200_000)
    sign_in(client, cast.aisyah)
    data = redeem_form(client, shop.market, denomination=shop.market_50) | {"quantity": quantity}
    answer = client.post(f"/rewards/{shop.market}/redemptions", data=data)
    assert answer.status_code == 422 and "Choose between 1 and 5." in text(answer)


def test_stock_gone_says_so_with_the_balance_untouched(app, client, cast, shop, rich):
    shop.stock(shop.market, shop.market_50, "CODE-0001")
    rich(cast.aisyah, 3000)
    sign_in(client, cast.aisyah)
    data = redeem_form(client, shop.market, denomination=shop.market_50)
    with app.app_context(), transaction():
        execute_sql("UPDATE voucher_codes SET state = 'withdrawn'")
    answer = client.post(f"/rewards/{shop.market}/redemptions", data=data)
    assert answer.status_code == 409
    assert "Nothing was charged" in text(answer) and "3,000" in text(answer)


def test_too_few_points_is_a_conflict_with_a_sentence(app, client, cast, shop, rich):
    shop.stock(shop.market, shop.market_50, "CODE-0001")
    rich(cast.aisyah, 999)
    sign_in(client, cast.aisyah)
    page = text(client.get(f"/rewards/{shop.market}?denomination={shop.market_50}"))
    assert "1 more to go" in page and "/redemptions" not in page
    data = {"denomination": shop.market_50, "quantity": 1, "idempotency_key": "key-00001"}
    assert client.post(f"/rewards/{shop.market}/redemptions", data=data).status_code == 409


def test_strangers_get_404_and_colleagues_never_the_code(app, client, cast, shop, rich):
    shop.stock(shop.market, shop.market_50, "5083-7714-2290-66")
    rich(cast.aisyah, 1500)
    with app.app_context():
        order = services.redeem(shop.market, shop.market_50, 1, "key-00001", cast.aisyah)
    for actor, seen in ((cast.budi, 404), (cast.kinabalu_admin, 200), (cast.manager, 403)):
        other = app.test_client()
        sign_in(other, actor)
        page = other.get(f"/orders/{order}")
        assert page.status_code == seen and "5083" not in text(page)
        for verb in ("reveal", "cancellation", "complaint"):
            refused = other.post(f"/orders/{order}/{verb}", data={"message": "Not mine"})
            assert refused.status_code == (404 if seen == 404 else 403), verb


def test_a_complaint_keeps_what_was_typed_and_reaches_the_vendor(app, client, cast, shop, rich):
    rich(cast.aisyah, 14000)
    with app.app_context():
        order = services.redeem(shop.earbuds, None, 1, "key-00001", cast.aisyah)
    sign_in(client, cast.aisyah)
    answer = client.post(f"/orders/{order}/complaint", data={"message": "??"})
    assert answer.status_code == 422 and "??</textarea>" in text(answer)
    for _twice in range(2):
        sent = client.post(f"/orders/{order}/complaint", data={"message": "Left one is silent"})
        assert sent.status_code == 303
    assert text(client.get(f"/orders/{order}")).count("Left one is silent") == 1


def test_an_order_sent_by_hand_can_be_cancelled_from_its_page(app, client, cast, shop, rich):
    rich(cast.aisyah, 14000)
    with app.app_context():
        order = services.redeem(shop.earbuds, None, 1, "key-00001", cast.aisyah)
    sign_in(client, cast.aisyah)
    assert "Cancel and take 13,200 points back" in text(client.get(f"/orders/{order}"))
    assert client.post(f"/orders/{order}/cancellation").status_code == 303
    assert client.post(f"/orders/{order}/cancellation").status_code == 303  # a second tap finds it done
    with app.app_context():
        assert available(cast.aisyah) == 14000


def many_rewards(app, shop, count):
    """Plain rewards in stock for Malaysia, written in one go."""
    with app.app_context(), transaction():
        start = execute_sql("SELECT count(*) FROM rewards").scalar()
        rows = [
            Reward(
                slug=f"hadiah-{number}", category_id=shop.category, brand="Hadiah", name={"en": f"Hadiah {number}"},
                description={}, search_text=f"hadiah {number}", kind="manual", medium="door", status="live",
                price_points=200 + number, lowest_points=200 + number,
            )
            for number in range(start, start + count)
        ]  # fmt: skip
        db.session.add_all(rows)
        db.session.flush()
        for row in rows:
            db.session.add(RewardCountry(reward_id=row.id, country="MY"))
            db.session.add(
                Denomination(
                    reward_id=row.id, currency="MYR", face_value_minor=5 * row.price_points, cost_minor=1,
                    points=row.price_points, is_featured=True,
                )
            )  # fmt: skip


def test_the_number_of_statements_does_not_grow_with_the_catalogue(app, client, cast, shop, rich):
    rich(cast.aisyah, 1500)
    sign_in(client, cast.aisyah)
    many_rewards(app, shop, 6)
    pages = ("/rewards", f"/rewards/{shop.market}", "/orders")
    few = {}
    for url in pages:
        client.get(url)
        with count_statements(app) as seen:
            client.get(url)
        few[url] = len(seen)
        assert len(seen) <= 8, list(seen)
    many_rewards(app, shop, 990)
    for url in pages:
        with count_statements(app) as seen:
            client.get(url)
        assert len(seen) == few[url], url


def test_show_more_goes_on_without_gap_or_repeat(app, client, cast, shop, rich):
    rich(cast.aisyah, 205)
    many_rewards(app, shop, 60)
    sign_in(client, cast.aisyah)
    url, seen = "/rewards?q=hadiah", []
    while url:
        page = text(client.get(url))
        seen += re.findall(r'href="/rewards/(hadiah-\d+)"', page)
        found = re.search(r'class="btn secondary" href="(/rewards\?[^"]*after=[^"]+)"', page)
        url = found.group(1).replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen)) == 60

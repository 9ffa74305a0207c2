"""Pages of gift codes ask the database at most eight times, however many codes there are."""

from app.rewards.services import redeem
from tests.cast import sign_in
from tests.codes.test_services import ids_of
from tests.conftest import count_statements
from tests.rewards.conftest import build_shop, give_points

MOST = 8


def counted(app, client, path):
    client.get(path)
    with count_statements(app) as seen:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(seen), "\n".join(seen)


def test_no_page_of_gift_codes_asks_more_than_eight_times(app, cast, gifts, client):
    shop = build_shop(app, cast)
    give_points(app, cast.aisyah, 20_000)
    _batch, codes = gifts.make(500, 12)
    with app.app_context():
        order = redeem(shop.earbuds, None, 1, "key-1", cast.aisyah, code_ids=ids_of(codes[0]))
    sign_in(client, cast.aisyah)
    client.post("/redeem", data={"code": codes[1]})
    client.post("/redeem", data={"action": "wallet", "idempotency_key": "k" * 9})
    client.post("/redeem", data={"code": "\n".join(codes[2:12])})
    pages = ["/redeem", f"/rewards/{shop.market}?form=1", f"/orders/{order}", "/wallet"]
    found = {path: counted(app, client, path) for path in pages}
    gifts.make(50_000, 3, approve=False)
    sign_in(client, cast.owner)
    batch = f"/admin/codes/{client.get('/admin/codes').text.split('/admin/codes/')[2].split(chr(34))[0]}"
    for path in (
        f"/admin/codes?points=500&code_count=250&campaign={gifts.campaign}",
        "/admin/codes",
        "/admin/codes/campaigns",
        f"/admin/codes/campaigns/{gifts.campaign}",
        batch,
    ):
        found[path] = counted(app, client, path)
    assert {path: count for path, (count, _sql) in found.items() if count > MOST} == {}, found

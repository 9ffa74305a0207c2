"""Rewards seen in one country or the other, and orders of Aisyah and Budi."""

from flask import current_app

from app.core.db import db
from app.rewards import services
from app.rewards.models import OrderComplaint
from tests.cast import Cast
from tests.rewards.conftest import build_shop, give_points
from tests.support.permissions import Sample


def samples(cast: Cast) -> dict[str, Sample]:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    shop = build_shop(app, cast)
    orders, complaints = [], []
    for actor in (cast.aisyah, cast.budi):
        give_points(app, actor, 100_000)
        public_id = services.redeem(shop.earbuds, None, 1, f"sample-{actor.person_id}", actor)
        services.complain(public_id, "It has not come.", actor=actor)
        orders.append(public_id)
        complaints.append(db.session.query(OrderComplaint.id).order_by(OrderComplaint.id.desc()).first()[0])
    order = Sample({"public_id": orders[0]}, {"public_id": orders[1]})
    shared = Sample({"slug": shop.market})
    found = {
        "orders.*": order,
        "orders_admin.*": order,
        "orders_admin.answer": Sample(
            {"public_id": orders[0], "complaint_id": complaints[0]},
            {"public_id": orders[1], "complaint_id": complaints[1]},
        ),
        "rewards.show": Sample({"slug": shop.market}, {"slug": shop.wallet_id}),
        "rewards.redeem_reward": Sample({"slug": shop.market}, {"slug": shop.wallet_id}),
        "rewards_admin.retire_value": Sample({"slug": shop.market, "denomination_id": shop.market_20}),
    }
    # What belongs to one member is not another's to open, an admin of the same company included.
    for name in ("reveal", "cancel", "complain"):
        found[f"orders.{name}"] = Sample(order.own, order.foreign, also={"partner_admin": {403, 404}})
    for name in ("set_visibility", "edit", "save", "add_value"):
        found[f"rewards_admin.{name}"] = shared
    return found

"""The verbs of rewards: redeem, what becomes of an order, the catalogue, the stock."""

from app.rewards.services.catalogue import (
    RewardDetails,
    add_category,
    add_denomination,
    add_reward,
    edit_reward,
    retire_denomination,
    set_point_value,
    set_status,
)
from app.rewards.services.orders import advance, answer, cancel, complain, fail, reveal
from app.rewards.services.redemptions import redeem
from app.rewards.services.stock import StockReport, import_codes

__all__ = [
    "RewardDetails",
    "StockReport",
    "add_category",
    "add_denomination",
    "add_reward",
    "advance",
    "answer",
    "cancel",
    "complain",
    "edit_reward",
    "fail",
    "import_codes",
    "redeem",
    "retire_denomination",
    "reveal",
    "set_point_value",
    "set_status",
]

"""`tangga ledger verify` finds each defect planted among gift codes."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.codes import services
from app.ledger.verify import broken_invariants
from tests.cast import Cast
from tests.codes.conftest import Gifts
from tests.codes.test_services import ids_of
from tests.ledger.defects import defenceless, run

USED = "SELECT min(a.id) FROM accounts a JOIN transfers t ON t.from_account_id = a.id WHERE a.owner_kind = 'code'"
DEFECTS: dict[str, str] = {
    "code_gives_at_most_its_face": "UPDATE gift_code_batches SET points = 100",
    "code_balance_is_what_is_left": f"UPDATE accounts SET balance = 1 WHERE id = ({USED})",
    "batch_adds_up_its_codes": "UPDATE gift_code_batches SET used_points = used_points + 1",
    "code_account_has_a_code": "UPDATE accounts SET owner_id = 999 WHERE owner_kind = 'code'",
    "large_batch_was_checked": "UPDATE gift_code_batches SET decided_by_id = made_by_id WHERE needs_checker",
    "campaign_within_its_budget": "UPDATE gift_campaigns SET committed_points = committed_points - 1",
    "issued_adds_up": "UPDATE transfers SET amount = 400 WHERE to_balance IS NULL AND from_balance IS NOT NULL",
}


@pytest.fixture
def used(app: Flask, cast: Cast, gifts: Gifts) -> Callable[[], None]:
    """A claimed code, a voided one, one still full, and a large batch that was approved."""
    batch_id, codes = gifts.make(500, 2)
    gifts.make(50_000, 3)
    with app.app_context():
        services.claim("key-1", ids_of(codes[0]), actor=cast.aisyah)
        services.void_code(batch_id, codes[1], actor=cast.owner, reason="Lost")
        assert broken_invariants() == []


@pytest.mark.parametrize("name", DEFECTS)
def test_a_planted_defect_of_gift_codes_is_found(app: Flask, used: None, name: str) -> None:
    statement = DEFECTS[name]
    if name == "code_account_has_a_code":
        statement += f" AND id = ({USED})"
    with app.app_context(), defenceless():
        run(statement)
        assert name in {broken.name for broken in broken_invariants()}

"""A line of one's own wallet, and one of somebody else's."""

from app.core.clock import utc_now
from app.ledger.models import Adjustment, Owner
from app.ledger.services import adjust_or_propose, earn
from tests.cast import Cast
from tests.support.permissions import Sample


def samples(cast: Cast) -> dict[str, Sample]:
    # own: shared by the member and the admin, so a line of both wallets; the permission table asks as each of them
    own = earn("sample", Owner("organisation", cast.kinabalu.id), 100, occurred_at=utc_now())
    foreign = earn(
        "rival",
        Owner("member", cast.budi.person_id or 0),
        100,
        occurred_at=utc_now(),
        organisation_id=cast.merapi.id,
    )
    line = Sample({"public_id": own.public_id}, {"public_id": foreign.public_id}, also={"member": {404}})
    made = adjust_or_propose(
        "sample:large",
        Owner("organisation", cast.kinabalu.id),
        20_000,
        organisation_id=cast.kinabalu.id,
        actor=cast.finance,
        reason="goodwill",
    )
    assert isinstance(made, Adjustment)
    proposal = Sample({"public_id": made.public_id}, also={"finance": {403}})
    return {
        "adjustments_admin.approve": proposal,
        "adjustments_admin.decline": proposal,
        "wallet.receipt": line,
        "ledger_admin.show": line,
    }

"""A line of one's own wallet, and one of somebody else's."""

from app.core.clock import utc_now
from app.ledger.models import Owner
from app.ledger.services import earn
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
    return {"wallet.receipt": line, "ledger_admin.show": line}

"""Deals that wait, and their files: Aisyah's and Budi's."""

from app.core.storage import Stored
from app.deals import services
from tests.cast import Cast
from tests.deals.support import sent
from tests.support.permissions import Sample


def samples(cast: Cast) -> dict[str, Sample]:
    own = sent(cast, "Mutiara Logistics Sdn Bhd").public_id
    foreign = sent(cast, "Sinar Abadi Tbk", by=cast.budi).public_id
    files = [
        services.attach(one, Stored(f"key-{one}", "plan.pdf", 10), actor=actor).public_id
        for one, actor in ((own, cast.aisyah), (foreign, cast.budi))
    ]
    deal = Sample({"public_id": own}, {"public_id": foreign})
    found = {"deals.*": deal, "deals_admin.*": deal}
    found["deals.download"] = Sample(
        {"public_id": own, "file_id": files[0]},
        {"public_id": foreign, "file_id": files[1]},
        also={"*": {404}},  # the bytes were never kept
    )
    return found

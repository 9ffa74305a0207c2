"""Objects behind the addresses of gift codes, for the permission walk. Campaigns belong to the vendor: nobody's rival's."""

from app.codes import services
from app.core.clock import today
from tests.cast import Cast
from tests.support.permissions import Sample


def samples(cast: Cast) -> dict[str, Sample]:
    first = today()
    details = services.CampaignDetails("Walk", "Veridia", 10**9, first, services.default_last_day(first))
    campaign = services.add_campaign(details, actor=cast.marketer)
    batch = services.issue_batch(
        campaign.id, services.Wanted(50_000, 3), services.keep_sealed, actor=cast.marketer
    )
    return {
        "codes_admin.*": Sample({"public_id": batch.public_id}),
        "gift_campaigns.*": Sample({"public_id": campaign.public_id}),
    }

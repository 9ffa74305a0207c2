"""Awards that were given: one that Aisyah can read as hers, one of Budi's that the channel manager does not reach."""

from app.partners.services import set_managers
from tests.cast import Cast
from tests.recognition.support import begin, give, person
from tests.support.permissions import Sample


def samples(cast: Cast) -> dict[str, Sample]:
    begin(cast, budget=0)
    set_managers(cast.merapi.id, [cast.owner.person_id or 0], actor=cast.owner)
    own, foreign = give(cast), give(cast, person(cast.budi))
    one, other = {"public_id": own.public_id}, {"public_id": foreign.public_id}
    vendor = Sample(one, other)
    category = Sample({"slug": "customer-hero"})
    nothing_kept = {"*": {404}}  # the award has no picture, or is not theirs to answer for
    found = {"recognition.*": Sample(one), "recognition_admin.*": vendor}
    for name in ("recognition.picture", "recognition.consent", "recognition.certificate"):
        found[name] = Sample(one, also=nothing_kept)
    found["recognition_admin.picture"] = Sample(one, other, also=nothing_kept)
    found["recognition_admin.take_off_hall"] = Sample(
        {**one, "recipient_id": "unknown"}, {**other, "recipient_id": "unknown"}, also=nothing_kept
    )
    found["recognition_admin.edit_category"] = found["recognition_admin.set_offered"] = category
    return found

"""What the vendor's pages of training open: a course in work, an assignment, a certification, certificates."""

from app.partners.audience import Audience
from app.training.models import Course
from app.training.services import assigning, authoring, certifying
from tests.cast import Cast
from tests.support.permissions import Sample
from tests.training.authoring import draft, published
from tests.training.support import read_all, try_quiz

GONE = {"*": {404}}  # what one role used up is not there for the next


def samples(cast: Cast, course: Course) -> dict[str, Sample]:
    draft(cast, "written")
    draft(cast, "thrown-away")
    published(cast, "printed")
    assigned = assigning.assign("printed", audience=Audience(("MY",)), actor=cast.marketer)
    path = certifying.save_path(
        None, certifying.Path({"en": "Certified Seller"}, ["printed", course.slug]), actor=cast.marketer
    )
    serials = []
    for who in (cast.aisyah, cast.budi):
        read_all("printed", who, parts=2)
        outcome = try_quiz("printed", who).outcome
        assert outcome is not None
        serials.append(outcome.serials[0])
    certificate = Sample({"serial": serials[0]}, {"serial": serials[1]})
    part, question = ({"slug": "written", "key": key} for key in ("p0", "q0"))
    found = {"training_admin.*": Sample({"slug": "written"})}
    found |= {f"training_admin.{name}": Sample(part) for name in ("part", "save_part", "move_part")}
    found |= {
        f"training_admin.{name}": Sample(question) for name in ("question", "save_question", "move_question")
    }
    found["training_admin.part"] = Sample({"slug": "printed", "key": "p0"})
    found["training_admin.question"] = Sample({"slug": "printed", "key": "q0"})
    for name, given in (("remove_part", part), ("remove_question", question)):
        found[f"training_admin.{name}"] = Sample({**given, "slug": "thrown-away"}, also=GONE)
    found["training_admin.discard"] = Sample({"slug": "thrown-away"}, also=GONE)
    for name in ("certification", "save_certification"):
        found[f"training_admin.{name}"] = Sample({"slug": path.slug})
    for name in ("certificate", "revoke"):
        found[f"training_admin.{name}"] = certificate
    found["training_admin.cancel_assignment"] = Sample({"public_id": assigned.public_id})
    assert authoring.find_course("written").slug == "written"
    return found

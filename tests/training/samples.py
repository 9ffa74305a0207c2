"""A course for everybody, attempts of Aisyah and of Budi, a certificate; the author's side adds its own."""

import io
from importlib import import_module, util

from app.core import storage
from app.core.db import db, transaction
from app.training.models import CourseFile
from app.training.services import quizzes
from tests.cast import Cast
from tests.support.permissions import Sample
from tests.training.support import publish, read_all, try_quiz


def samples(cast: Cast) -> dict[str, Sample]:
    course = publish()
    stored = storage.save(io.BytesIO(b"%PDF-1.4 plan"), "plan.pdf")
    with transaction():
        kept = CourseFile(
            course_id=course.id, storage_key=stored.key, name=stored.name, size_bytes=stored.size
        )
        db.session.add(kept)
    attempts = []
    for who in (cast.aisyah, cast.budi):
        read_all("zero-trust", who)
        attempts.append(quizzes.begin_attempt("zero-trust", actor=who).public_id)
    publish("done", title="Done", parts=1, questions=1)
    read_all("done", cast.aisyah, parts=1)
    outcome = try_quiz("done", cast.aisyah).outcome
    assert outcome is not None
    own, foreign = ({"slug": "zero-trust", "attempt_id": each, "number": 1} for each in attempts)
    # A quiz is one person's own: the company's admin is a stranger to it.
    attempt = Sample(own, foreign, also={"partner_admin": {404}})
    found = {
        "training.*": Sample({"slug": "zero-trust", "number": 1}),
        **{f"training.{name}": Sample({"slug": "zero-trust"}) for name in ("show", "start", "begin")},
        "training.passed": Sample({"slug": "zero-trust"}, also={"*": {404}}),  # there once it is passed
        "training.file": Sample({"slug": "zero-trust", "public_id": kept.public_id}),
        "training_admin.file": Sample({"slug": "zero-trust", "public_id": kept.public_id}),
        **{f"training.{name}": attempt for name in ("question", "answer", "result")},
        "certificates.*": Sample({"serial": outcome.serials[0]}),
    }
    if util.find_spec("tests.training.samples_admin"):
        found |= import_module("tests.training.samples_admin").samples(cast, course)
    return found

"""Learning: the start page, a course, its parts, its quiz, one question a page."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from app.core.errors import AppError, Conflict, InvalidInput, NotFound
from app.core.http import is_htmx, keep_on_phone, local_path, readable_offline, render, see_other
from app.core.i18n import _, current_locale, force_locale
from app.core.markdown import render_markdown
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.identity.routes import remember
from app.tiers.queries import raised_by
from app.training import words
from app.training.files import handed_out
from app.training.models import language_of
from app.training.queries import learning as pages
from app.training.queries.certificates import asks_again, find_renewable, list_by_serial
from app.training.queries.courses import CourseView, find_course
from app.training.queries.quizzes import AttemptView, find_attempt, find_question, tries_left
from app.training.services import learning, quizzes

bp = Blueprint("training", __name__)
SIZE_COOKIE = "lesson_size"
SIZES = ("", "large", "larger")  # as usual first; each press goes on to the next


@bp.context_processor
def _words() -> dict[str, object]:
    return {"learn": words}


@bp.get("/training")
@needs("training.view")
@readable_offline
def index() -> Response:
    after = request.args.get("after", "")
    page = pages.learn_page(
        current_actor(), after=int(after) if after.isascii() and after.isdigit() and len(after) < 7 else 0
    )
    return render("training/index.html", "shelves" if after else "main", page=page, is_first=not after)


@bp.get("/training/<slug>")
@needs("training.view")
def show(slug: str) -> Response:
    course = find_course(slug, current_actor())
    return _course(course)


def _course(course: CourseView, refused: str | None = None, status: int = 200) -> Response:
    actor = current_actor()
    points = {} if course.is_passed else pages.points_of_courses(actor, [course.slug])
    is_over = course.is_passed and not course.is_open and course.is_live
    renewal = find_renewable(actor, course.slug) if is_over and course.gives_certificate else None
    may_retake = is_over and (course.has_quiz or renewal is not None or asks_again(actor, course.id))
    response = render(
        "training/course.html",
        "main",
        status,
        course=course,
        parts=pages.list_parts(course),
        quiz=pages.quiz_state(course),
        points=points.get(course.slug, 0),
        edition=words.edition(course, _text_size()),
        renewal=renewal,
        may_retake=may_retake,
        refused=refused,
    )
    return keep_on_phone(response) if course.is_begun else response


@bp.post("/training/<slug>/start")
@needs("training.view")
def start(slug: str) -> Response:
    """Begin the course, or begin it again; then the first part that was not gone through."""
    actor = current_actor()
    if read := _read_before():
        return _go_on(slug, learning.finish_part(slug, read[0], actor=actor, before=read))
    enrolment = learning.enrol(slug, actor=actor)
    course = find_course(slug, actor)
    if enrolment.number > 1 and course.has_quiz:
        return _begin(slug)
    unread = learning.first_unread(enrolment.id, learning.list_modules(enrolment.version_id))
    if unread is None and course.has_quiz:
        return _begin(slug)
    return see_other(url_for(".part", slug=slug, number=unread or 1))


@bp.get("/training/<slug>/parts/<int:number>")
@needs("training.view")
def part(slug: str, number: int) -> Response:
    course = find_course(slug, current_actor())
    parts = pages.list_parts(course)
    if not 1 <= number <= len(parts):
        raise NotFound()
    shown = parts[number - 1]
    points = {} if course.is_passed else pages.points_of_courses(current_actor(), [slug])
    language = language_of(shown.bodies, current_locale())
    with force_locale(language):  # the words around its blocks go with the text
        body = render_markdown(shown.body, heading=2, pictures=url_for(".file", slug=slug, public_id=""))
    response = render(
        "training/part.html",
        "main",
        course=course,
        parts=parts,
        part=shown,
        following=parts[number] if number < len(parts) else None,
        body=body,
        body_language=language,
        points=points.get(slug, 0),
        edition=words.edition(course, _text_size()),
        text_size=_text_size(),
        larger=SIZES[(SIZES.index(_text_size()) + 1) % len(SIZES)],
    )
    return keep_on_phone(response) if course.is_begun else response


def _text_size() -> str:
    chosen = request.cookies.get(SIZE_COOKIE, "")
    return chosen if chosen in SIZES else ""


@bp.post("/training/text-size")
@needs("training.view")
def text_size() -> Response:
    """How large the text of lessons is on this device; back to where one was."""
    wanted = request.form.get("size", "")
    if wanted not in SIZES:
        raise InvalidInput(_("Choose one of the answers offered."))
    response = see_other(local_path(request.form.get("next")) or url_for(".index"))
    remember(response, SIZE_COOKIE, wanted)
    return response


@bp.post("/training/<slug>/parts/<int:number>")
@needs("training.view")
def finish_part(slug: str, number: int) -> Response:
    """Mark the part as gone through; on to the next one, to the quiz, or to what passing brought."""
    read = _read_before()
    return _go_on(slug, learning.finish_part(slug, number, actor=current_actor(), before=read))


def _read_before() -> list[int]:
    """Numbers of the parts that the page says were read without signal."""
    return sorted({number for number in request.form.getlist("before", type=int) if 0 < number < 1000})


def _go_on(slug: str, step: learning.Step) -> Response:
    if step.outcome is not None:
        return see_other(url_for(".passed", slug=slug))
    if step.next_number is not None:
        return see_other(url_for(".part", slug=slug, number=step.next_number))
    return see_other(url_for(".show", slug=slug))


@bp.get("/training/<slug>/passed")
@needs("training.view")
def passed(slug: str) -> Response:
    """What passing a course without a quiz brought."""
    course = find_course(slug, current_actor())
    if not course.is_passed:
        return see_other(url_for(".show", slug=slug))
    return _result(slug, course, None)


@bp.post("/training/<slug>/quiz")
@needs("training.view")
def begin(slug: str) -> Response:
    return _begin(slug)


def _begin(slug: str) -> Response:
    actor = current_actor()
    try:
        attempt = quizzes.begin_attempt(slug, actor=actor)
    except Conflict as refused:
        return _course(find_course(slug, actor), str(refused.message), refused.status)
    return see_other(
        url_for(".question", slug=slug, attempt_id=attempt.public_id, number=_place(slug, attempt.public_id))
    )


def _place(slug: str, attempt_id: str) -> int:
    return find_attempt(slug, attempt_id, current_actor()).current


@bp.get("/training/<slug>/quiz/<attempt_id>/<int:number>")
@needs("training.view")
def question(slug: str, attempt_id: str, number: int) -> Response:
    attempt = find_attempt(slug, attempt_id, current_actor())
    if number > attempt.current:  # nobody looks ahead
        return see_other(url_for(".question", slug=slug, attempt_id=attempt_id, number=attempt.current))
    return _question(attempt, number)


@bp.post("/training/<slug>/quiz/<attempt_id>/<int:number>")
@needs("training.view")
def answer(slug: str, attempt_id: str, number: int) -> Response:
    """Answer one question. With htmx the answer comes back at once, with what a pass earned if it was the last."""
    actor = current_actor()
    find_attempt(slug, attempt_id, actor)
    try:
        quizzes.answer(attempt_id, number, request.form.getlist("option"), actor=actor)
    except (InvalidInput, Conflict) as refused:
        attempt = find_attempt(slug, attempt_id, actor)
        return _question(attempt, min(number, attempt.current), refused)
    if is_htmx():
        return _question(find_attempt(slug, attempt_id, actor), number)
    return see_other(url_for(".question", slug=slug, attempt_id=attempt_id, number=number))


def _question(attempt: AttemptView, number: int, refused: AppError | None = None) -> Response:
    ended = attempt.finished_at is not None and number == attempt.question_count
    return render(
        "training/question.html",
        "main",
        refused.status if refused else 200,
        attempt=attempt,
        question=find_question(attempt, number),
        chosen=request.form.getlist("option") if refused else [],
        refused=str(next(iter(refused.fields.values()), refused.message)) if refused else None,
        is_end=ended,
        tries=tries_left(attempt) if ended and not attempt.is_passed else None,
        raised=raised_by(attempt.outcome.activity)
        if ended and attempt.outcome and attempt.outcome.tier
        else None,
    )


@bp.get("/training/<slug>/quiz/<attempt_id>")
@needs("training.view")
def result(slug: str, attempt_id: str) -> Response:
    """How an attempt ended; an open one goes on where it was left."""
    actor = current_actor()
    attempt = find_attempt(slug, attempt_id, actor)
    if attempt.finished_at is None:
        return see_other(url_for(".question", slug=slug, attempt_id=attempt_id, number=attempt.current))
    return _result(slug, find_course(slug, actor), attempt)


def _result(slug: str, course: CourseView, attempt: AttemptView | None) -> Response:
    outcome = attempt.outcome if attempt is not None else pages.pass_outcome(course, current_actor())
    is_passed = attempt is None or bool(attempt.is_passed)
    return render(
        "training/result.html",
        "main",
        course=course,
        attempt=attempt,
        outcome=outcome,
        is_passed=is_passed,
        certificates=list_by_serial(outcome.serials) if outcome else [],
        tries=tries_left(attempt) if attempt is not None and not is_passed else None,
        raised=raised_by(outcome.activity) if outcome and outcome.tier else None,
    )


@bp.get("/training/<slug>/files/<public_id>")
@needs("training.view")
def file(slug: str, public_id: str) -> Response:
    """A file of a course: pictures are shown, everything else is downloaded under its own name."""
    return handed_out(pages.find_file(find_course(slug, current_actor()).id, public_id))

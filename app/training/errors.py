"""Refusals of training, each a sentence that the learner may read."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.errors import Conflict


class CourseClosed(Conflict):
    """The course was taken off the list; nobody begins it any more."""

    code = "course_closed"
    default = _l("This course is closed. What you passed stays yours.")


class PartsUnread(Conflict):
    """The quiz opens when every part was gone through once."""

    code = "parts_unread"
    default = _l("Go through every part first. The quiz opens after the last one.")


class NoQuiz(Conflict):
    """The course has no questions; its parts are all there is."""

    code = "no_quiz"
    default = _l("This course has no quiz. Finishing its parts is enough.")


class QuizWaits(Conflict):
    """All attempts are used; the message says when the quiz opens again."""

    code = "quiz_waits"


class PassedMeanwhile(Conflict):
    """The last answer, sent from elsewhere, passed the course while this was asked for."""

    code = "passed_meanwhile"
    default = _l(
        "You passed this course. You may read it again, or take it again; a second pass earns nothing."
    )


class AnsweredAlready(Conflict):
    """Another answer to the same question stands; the first one counts."""

    code = "answered_already"
    default = _l("You have answered this question already. Your first answer counts.")


class NotOffered(Conflict):
    """The form names a question or an option that this attempt did not offer."""

    code = "not_offered"
    default = _l("This answer was not among those offered. Nothing was changed.")

"""Sentences about courses for lists: what is left, when it was passed, when it is due."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

from app.core.clock import today
from app.core.filters import day_month, short_day, when, zone_name
from app.core.i18n import _, current_locale, ngettext
from app.training.models import ModuleKind, language_of, said
from app.training.queries.certificates import CertificateView
from app.training.queries.courses import CourseView
from app.training.queries.learning import PartView

KIND_ICONS = {ModuleKind.TEXT: "file-text", ModuleKind.VIDEO: "play", ModuleKind.FILE: "download"}


def spoken(words: Mapping[str, str]) -> Markup:
    """Words in the reader's language; those of another say so, so that they are read out rightly."""
    locale = current_locale()
    language = language_of(words, locale)
    text = escape(said(words, locale))
    return text if language == locale else Markup('<span lang="{}">{}</span>').format(language, text)


def minutes(count: int) -> str:
    """*12 min*"""
    return ngettext("%(num)s min", "%(num)s min", count)


def listen_words() -> str:
    """What the button that reads a part aloud says, for its script: JSON with `{time}` as minutes and seconds."""
    return json.dumps(
        {
            "listen": _("Listen, %(time)s", time="{time}"),
            "pause": _("Pause"),
            "on": _("Go on, %(time)s", time="{time}"),
        }
    )


def edition(view: CourseView, *details: str) -> str:
    """What the kept pages of a course were made for: the person's round, the version, the language and `details`."""
    made_for = (view.version_id, view.number, current_locale(), *details)
    return f"{zlib.crc32(repr(made_for).encode()):08x}"


def course_data(
    view: CourseView,
    parts: Sequence[PartView],
    made_for: str,
    goes: PartView | None,
    marks: PartView | None = None,
) -> dict[str, object]:
    """Attributes of the form that goes on in a course to the part `goes`, and marks `marks`, for its script."""
    return {
        "data-course": view.slug,
        "data-edition": made_for,
        "data-parts": len(parts),
        "data-done": " ".join(str(part.number) for part in parts if part.is_done),
        "data-goes": goes.number if goes else "",
        "data-marks": marks.number if marks else "",
        "data-words": json.dumps(
            {
                "part": _("part %(number)s", number="{number}"),
                "goes": _("Part %(number)s: %(title)s", number="{number}", title="{title}"),
                "waiting": _(
                    "Read without signal: %(parts)s. This counts with your next tap here that has signal.",
                    parts="{parts}",
                ),
                "last": _("No signal. The last part is finished with signal: tap again then."),
                "missing": _(
                    "No signal, and the next part is not on this phone. Tap again when there is signal."
                ),
            }
        ),
    }


def course_line(view: CourseView) -> str:
    """What stands under a course's title: what is left of it, or how it was passed."""
    if view.is_open:
        return _left(view)
    if view.passed_at is not None:
        return _passed(view)
    if view.has_quiz:
        return ngettext(
            "%(time)s, %(num)s question",
            "%(time)s, %(num)s questions",
            view.question_count,
            time=minutes(view.minutes),
        )
    return minutes(view.minutes)


def _left(view: CourseView) -> str:
    if view.opens_at is not None:
        return _("The quiz opens again %(when)s", when=when(view.opens_at))
    if view.done_count >= view.part_count and view.has_quiz:
        return _("Only the quiz is left")
    if view.is_passed and view.has_quiz:
        return _("Renewal under way, then a quiz")
    if view.has_quiz:
        return ngettext("%(num)s min left, then a quiz", "%(num)s min left, then a quiz", view.minutes_left)
    return ngettext("%(num)s min left", "%(num)s min left", view.minutes_left)


def _passed(view: CourseView) -> str:
    assert view.passed_at is not None
    if view.right_count is None or view.asked_count is None:
        return _("Passed %(day)s", day=short_day(view.passed_at))
    return _(
        "Passed %(day)s, %(right)s of %(asked)s",
        day=short_day(view.passed_at),
        right=view.right_count,
        asked=view.asked_count,
    )


def part_line(part: PartView) -> str:
    """How long a part takes; once it is done, what was done with it."""
    if not part.is_done:
        return minutes(part.minutes)
    if part.kind is ModuleKind.VIDEO:
        return _("Watched")
    return _("Opened") if part.kind is ModuleKind.FILE else _("Read")


def due_line(view: CourseView) -> str | None:
    """When an assigned course is due; nothing once it was passed."""
    if not view.is_assigned or view.is_passed:
        return None
    if view.due_on is None:
        return _("Assigned to you")
    if view.due_on < today(zone_name()):
        return _("Was due %(day)s", day=day_month(view.due_on))
    return _("Due %(day)s", day=day_month(view.due_on))


def is_late(view: CourseView) -> bool:
    """An assigned course whose date has gone by."""
    return view.due_on is not None and not view.is_passed and view.due_on < today(zone_name())


def certificate_line(one: CertificateView) -> str:
    """How a certificate stands, in one line."""
    if one.state == "revoked":
        return _("Revoked")
    if one.valid_until is None:
        return _("Valid, without an end")
    if one.state == "expired":
        return _("Ended %(day)s", day=short_day(one.valid_until))
    if one.can_renew:
        return _("Ends %(day)s; pass again to renew it", day=short_day(one.valid_until))
    return _("Valid until %(day)s", day=short_day(one.valid_until))


def looks(view: CourseView) -> tuple[str, str]:
    """Icon and tone of a course in a list."""
    if view.is_passed and not view.is_open:
        return "check", "ok"
    if view.is_waiting:
        return "clock", "neutral"
    if view.is_open:
        return "play", "accent"
    if view.category == "short_read":
        return "file-text", "neutral"
    return "book-open", "brand"


def size(count: int) -> str:
    """*240 KB*, *3 MB*."""
    if count < 1024 * 1024:
        return _("%(num)s KB", num=max(1, round(count / 1024)))
    return _("%(num)s MB", num=round(count / 1024 / 1024))

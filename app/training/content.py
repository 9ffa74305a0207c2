"""What a course says, apart from where it is kept: the editor, the course file and the demo write the same records.

Words are per language (`{"en": ...}`); a language that is missing is simply not there. Each record says what is wrong
with it: `faults()` gives (name of the field, sentence), so that a form shows it at the field and a file at its line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.markdown import lacks_description, pictures_in
from app.training.models import (
    ATTEMPTS_LIMIT,
    LANGUAGES,
    PASS_MARK_PERCENT,
    WAIT_HOURS,
    ModuleKind,
    QuestionKind,
)

Words = Mapping[str, str]
Fault = tuple[str, str]

TITLE_LENGTH = 200
SUMMARY_LENGTH = 1_000
BODY_LENGTH = 50_000
QUESTION_LENGTH = 1_000
EXPLANATION_LENGTH = 2_000
OPTION_LENGTH = 500
URL_LENGTH = 1_000
MAX_PARTS = 50
MAX_QUESTIONS = 200
MIN_OPTIONS, MAX_OPTIONS = 2, 10
KEY = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,58}[a-z0-9])?")
TRUE, FALSE = "true", "false"


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file of the course: by its public id, or by name where the id is another installation's."""

    name: str
    public_id: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: text, a link to a video, or a file; `minutes` is how long it takes."""

    key: str
    title: Words
    kind: ModuleKind = ModuleKind.TEXT
    minutes: int = 0
    body: Words = field(default_factory=dict)
    url: str | None = None
    file: FileRef | None = None

    def faults(self) -> Iterator[Fault]:
        yield from key_faults(self.key)
        yield from words_faults("title", self.title, TITLE_LENGTH, _("Give the part a title."))
        yield from words_faults("body", self.body, BODY_LENGTH)
        for language, body in self.body.items():
            if lacks_description(body):
                sentence = _(
                    "Say in the square brackets what each picture shows, for those who cannot see it."
                )
                yield f"body_{language}", sentence
        if not 0 <= self.minutes <= 600:
            yield "minutes", _("Write how many minutes it takes, from 0 to 600.")
        if self.kind is ModuleKind.VIDEO:
            yield from link_faults(self.url)
        if self.kind is ModuleKind.FILE and self.file is None:
            yield "file", _("Choose the file that this part hands out.")


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that is offered. The key never says whether it is right."""

    key: str
    text: Words
    is_right: bool = False

    def to_record(self) -> dict[str, Any]:
        """As `Question.options` keeps it."""
        return {"key": self.key, "text": dict(self.text), "right": self.is_right}


@dataclass(frozen=True, slots=True)
class QuizQuestion:
    """One question of the pool. True-or-false has the two options `true` and `false`, without words."""

    key: str
    text: Words
    kind: QuestionKind
    options: Sequence[Option]
    explanation: Words = field(default_factory=dict)

    def faults(self) -> Iterator[Fault]:
        yield from key_faults(self.key)
        yield from words_faults("text", self.text, QUESTION_LENGTH, _("Write the question."))
        yield from words_faults("explanation", self.explanation, EXPLANATION_LENGTH)
        right = sum(option.is_right for option in self.options)
        if self.kind is QuestionKind.TRUE_FALSE:
            if [option.key for option in self.options] != [TRUE, FALSE] or right != 1:
                yield "options", _("Say whether it is true or false.")
            return
        if not MIN_OPTIONS <= len(self.options) <= MAX_OPTIONS:
            yield (
                "options",
                _("Write from %(low)s to %(high)s answers.", low=MIN_OPTIONS, high=MAX_OPTIONS),
            )
        if len({option.key for option in self.options}) != len(self.options):
            yield "options", _("Two answers have the same key.")
        if any(_read_alike(language, self.options) for language in LANGUAGES):
            yield "options", _("Two answers read the same.")
        for option in self.options:
            for name, sentence in key_faults(option.key):
                yield "options" if name == "key" else name, sentence
            for _name, sentence in words_faults(
                "options", option.text, OPTION_LENGTH, _("Write every answer that you offer.")
            ):
                yield "options", sentence
        if not right:
            yield "options", _("Mark the right answer.")
        elif self.kind is QuestionKind.SINGLE and right > 1:
            yield "options", _("Mark one answer only, or let several be right.")


def _read_alike(locale: str, options: Sequence[Option]) -> bool:
    """True if two answers differ at most in capitals and spaces."""
    texts = [" ".join(option.text.get(locale, "").casefold().split()) for option in options]
    said_once = {text for text in texts if text}
    return len(said_once) < sum(1 for text in texts if text)


@dataclass(frozen=True, slots=True)
class Rules:
    """Title and rules of a version. `drawn_count` 0: no quiz; `validity_months` None: certificates stand for good."""

    title: Words
    summary: Words = field(default_factory=dict)
    pass_mark_percent: int = PASS_MARK_PERCENT
    attempts_limit: int = ATTEMPTS_LIMIT
    wait_hours: int = WAIT_HOURS
    drawn_count: int = 0
    gives_certificate: bool = True
    validity_months: int | None = None

    def faults(self) -> Iterator[Fault]:
        yield from words_faults("title", self.title, TITLE_LENGTH, _("Give the course a title."))
        yield from words_faults("summary", self.summary, SUMMARY_LENGTH)
        for name, low, high in (
            ("pass_mark_percent", 1, 100), ("attempts_limit", 1, 10), ("wait_hours", 0, 720), ("drawn_count", 0, 50),
        ):  # fmt: skip
            if not low <= getattr(self, name) <= high:
                yield name, _("Enter a number from %(low)s to %(high)s.", low=low, high=high)
        if self.validity_months is not None and not 1 <= self.validity_months <= 120:
            yield "validity_months", _("Enter a number from %(low)s to %(high)s.", low=1, high=120)


@dataclass(frozen=True, slots=True)
class CourseContent:
    """A whole course: its rules, parts and questions. `family` is the slug of a product family, or empty."""

    slug: str
    rules: Rules
    category: str = "course"
    family: str = ""
    parts: Sequence[Part] = ()
    questions: Sequence[QuizQuestion] = ()


def key_faults(key: str, name: str = "key") -> Iterator[Fault]:
    """A key is a short slug: it goes into addresses."""
    if not KEY.fullmatch(key):
        yield name, _("Use small letters, digits and hyphens, at most 60.")


def words_faults(name: str, words: Words, length: int, missing: str | None = None) -> Iterator[Fault]:
    """Too long in a language, or missing in all of them."""
    if missing is not None and not any(words.values()):
        yield name, missing
    for language in LANGUAGES:
        if len(words.get(language, "")) > length:
            sentence = ngettext("Use at most %(num)s character.", "Use at most %(num)s characters.", length)
            yield f"{name}_{language}", sentence


def link_faults(url: str | None) -> Iterator[Fault]:
    """A video is a link, https only, to a named host; it opens on its own page."""
    sentence = _("Write a link that begins with https://, for example https://videos.example/zero-trust.")
    try:
        parts = urlsplit(url or "")
        host = parts.hostname or ""
        _port = parts.port
    except ValueError:
        yield "url", sentence
        return
    plain = (url or "").isprintable() and " " not in (url or "") and len(url or "") <= URL_LENGTH
    if parts.scheme != "https" or "." not in host or parts.username is not None or not plain:
        yield "url", sentence


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A piece without words in a language: `kind` is settings, part or question; `words` are those it has."""

    kind: str
    key: str
    words: Words


def unsaid_in(
    locale: str, rules: Rules, parts: Sequence[Part], questions: Sequence[QuizQuestion]
) -> list[Unsaid]:
    """Title, parts and questions that lack words in this language, in order (none: it is ready)."""
    found = [] if rules.title.get(locale) else [Unsaid("settings", "", rules.title)]
    found += [Unsaid("part", part.key, part.title) for part in parts if not part_is_said(locale, part)]
    return found + [
        Unsaid("question", one.key, one.text) for one in questions if not question_is_said(locale, one)
    ]


def gaps_of(piece: Part | QuizQuestion) -> list[str]:
    """Languages besides English in which a part or a question is not said whole."""
    if isinstance(piece, Part):
        return [one for one in LANGUAGES if one != "en" and not part_is_said(one, piece)]
    return [one for one in LANGUAGES if one != "en" and not question_is_said(one, piece)]


def part_is_said(locale: str, part: Part) -> bool:
    """True if a part has its words in this language."""
    return bool(part.title.get(locale) and (part.kind is not ModuleKind.TEXT or part.body.get(locale)))


def question_is_said(locale: str, question: QuizQuestion) -> bool:
    """True if a question has all its words in this language; an explanation only where there is one at all."""
    texts = [question.text, *([question.explanation] if question.explanation else [])]
    if question.kind is not QuestionKind.TRUE_FALSE:
        texts += [option.text for option in question.options]
    return all(words.get(locale) for words in texts)


def publishing_faults(
    rules: Rules, parts: Sequence[Part], questions: Sequence[QuizQuestion], files: Collection[str]
) -> list[str]:
    """What stands against publishing, in sentences. English stands in for other languages, so it must be whole.

    `files` are the names of the course's own files, among which its pictures are.
    """
    found: list[str] = []
    if not rules.title.get("en"):
        found.append(_("The course has no English title."))
    if not parts:
        found.append(_("The course has no parts yet."))
    for number, part in enumerate(parts, 1):
        if not part_is_said("en", part):
            found.append(_("Part %(number)s has no English text yet.", number=number))
        shown = {name for body in part.body.values() for name in pictures_in(body)}
        for name in sorted(shown.difference(files)):
            found.append(
                _(
                    "Part %(number)s shows the picture “%(name)s”, which is not there.",
                    number=number,
                    name=name[:80],
                )
            )
    for number, question in enumerate(questions, 1):
        texts = [
            question.text,
            *(option.text for option in question.options if question.kind != "true_false"),
        ]
        if not all(words.get("en") for words in texts):
            found.append(_("Question %(number)s is not whole in English.", number=number))
    if rules.drawn_count > len(questions):
        found.append(
            ngettext(
                "The quiz draws more questions than the %(num)s there is.",
                "The quiz draws more questions than the %(num)s there are.",
                len(questions),
            )
        )
    return found

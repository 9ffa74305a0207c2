"""Shape of what the vendor types: courses, parts, questions, assignments, certifications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FileField, HiddenField, SelectField

from app.core.forms import (
    AppForm,
    DateField,
    LengthAtMost,
    Required,
    TextAreaField,
    TextField,
    TickField,
    WholeNumberField,
    select_one,
)
from app.partners.audience_form import AudienceFields
from app.training import store
from app.training.content import (
    BODY_LENGTH,
    EXPLANATION_LENGTH,
    MAX_OPTIONS,
    QUESTION_LENGTH,
    SUMMARY_LENGTH,
    TITLE_LENGTH,
    TRUE,
    URL_LENGTH,
    FileRef,
    Option,
    Part,
    QuizQuestion,
    Rules,
    Words,
)
from app.training.models import LANGUAGES, ModuleKind, QuestionKind
from app.training.services.assigning import NOTE_LENGTH, REMIND_DAYS

KINDS = ((ModuleKind.TEXT, _l("Text")), (ModuleKind.VIDEO, _l("Video")), (ModuleKind.FILE, _l("File")))
QUESTION_KINDS = (
    (QuestionKind.SINGLE, _l("One answer")),
    (QuestionKind.MULTIPLE, _l("Several answers")),
    (QuestionKind.TRUE_FALSE, _l("True or false")),
)
SHELVES = (("course", _l("Courses")), ("short_read", _l("Short reads")))
SPARE_OPTIONS = 2


def _strip(value: Any) -> Any:
    return value.replace("\x00", "").replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _area(label: Any, length: int) -> TextAreaField:
    return TextAreaField(label, [LengthAtMost(length)], filters=[_strip])


def spoken(words: Words, locale: str, text: str) -> dict[str, str]:
    """Words with one language set, or taken out."""
    rest = {language: said for language, said in words.items() if language != locale}
    return {**rest, locale: text} if text else rest


class CourseForm(AppForm):
    """A new course needs a title, nothing else."""

    title = TextField(_l("Title"), [Required(_l("Give the course a title.")), LengthAtMost(TITLE_LENGTH)])


class ImportForm(AppForm):
    """A course file."""

    file = FileField(_l("Course file (YAML)"))


class SettingsForm(AudienceFields, AppForm):
    """Title and summary in the language shown, rules, shelf, audience."""

    title = TextField(_l("Title"), [LengthAtMost(TITLE_LENGTH)])
    summary = _area(_l("In a few words"), SUMMARY_LENGTH)
    drawn_count = WholeNumberField(_l("Questions per attempt"), at_most=50)
    pass_mark_percent = WholeNumberField(_l("Pass mark"), at_least=1, at_most=100)
    attempts_limit = WholeNumberField(_l("Attempts"), at_least=1, at_most=10)
    wait_hours = WholeNumberField(_l("Then wait"), at_most=720)
    gives_certificate = BooleanField(_l("Passing gives a certificate"))
    validity_months = WholeNumberField(_l("The certificate lasts"), at_least=1, at_most=120)
    category = SelectField(_l("Shelf"), validate_choice=False)
    family = SelectField(_l("Product family"), validate_choice=False)
    position = WholeNumberField(_l("Place in the list"), at_most=100_000)
    seen = HiddenField()

    def rules(self, base: Rules, locale: str) -> Rules:
        """What the form says, on top of what stands in the other languages. An empty number keeps its place."""

        def number(name: str) -> int:
            value = self._fields[name].data
            return int(value) if value is not None else int(getattr(base, name))

        return replace(
            base,
            title=spoken(base.title, locale, self.title.data or ""),
            summary=spoken(base.summary, locale, self.summary.data or ""),
            drawn_count=number("drawn_count"),
            pass_mark_percent=number("pass_mark_percent"),
            attempts_limit=number("attempts_limit"),
            wait_hours=number("wait_hours"),
            gives_certificate=bool(self.gives_certificate.data),
            validity_months=self.validity_months.data,
        )


def settings_data(rules: Rules, locale: str) -> dict[str, Any]:
    """Rules as the form's data."""
    data = {name: getattr(rules, name) for name in Rules.__dataclass_fields__}
    return {**data, "title": rules.title.get(locale, ""), "summary": rules.summary.get(locale, "")}


class PartForm(AppForm):
    """One part in one language. `seen` is the stamp of what the form was opened with."""

    title = TextField(_l("Title of the part"), [LengthAtMost(TITLE_LENGTH)])
    kind = select_one(_l("Kind"), KINDS)
    minutes = WholeNumberField(_l("Minutes"), at_most=600)
    body = _area(_l("Text"), BODY_LENGTH)
    url = TextField(_l("Link to the video"), [LengthAtMost(URL_LENGTH)])
    file = SelectField(_l("File to hand out"), validate_choice=False)
    upload = FileField(_l("Or upload one"))
    picture = FileField(_l("A picture for the text"))
    picture_says = TextField(_l("What it shows"), [LengthAtMost(300)])
    seen = HiddenField()

    def part(self, base: Part, locale: str) -> Part:
        """What the form says, on top of the words in other languages."""
        chosen = self.file.data if self.file.data not in (None, "", "None") else None
        return replace(
            base,
            title=spoken(base.title, locale, self.title.data or ""),
            body=spoken(base.body, locale, self.body.data or ""),
            kind=ModuleKind(self.kind.data or ModuleKind.TEXT),
            minutes=self.minutes.data or 0,
            url=self.url.data or None,
            file=FileRef(chosen, chosen) if chosen else None,
        )


def part_data(part: Part, locale: str) -> dict[str, Any]:
    """A part as the form's data."""
    return {
        "title": part.title.get(locale, ""), "body": part.body.get(locale, ""), "kind": part.kind.value,
        "minutes": part.minutes, "url": part.url or "", "file": part.file.public_id if part.file else "",
    }  # fmt: skip


class QuestionForm(AppForm):
    """One question in one language. The answers come as `option_<n>_key`, `_text` and `_right`."""

    text = _area(_l("Question"), QUESTION_LENGTH)
    kind = select_one(_l("Kind"), QUESTION_KINDS)
    is_true = select_one(_l("The sentence is"), (("true", _l("True")), ("false", _l("False"))))
    explanation = _area(_l("Why, shown after the answer"), EXPLANATION_LENGTH)
    options = HiddenField(_l("Answers"))  # only for its errors; the rows below hold what was typed
    seen = HiddenField()
    rows: list[dict[str, Any]]

    def read_rows(self, sent: MultiDict[str, str]) -> None:
        """The answers as they were typed, in their order; a row without words and key is left out."""
        self.rows = []
        for number in range(MAX_OPTIONS):
            text = _strip(sent.get(f"option_{number}_text", ""))
            key = sent.get(f"option_{number}_key", "")
            if text or key:
                is_right = bool(sent.get(f"option_{number}_right"))
                self.rows.append({"key": key, "text": text, "is_right": is_right})

    def shown_rows(self) -> list[dict[str, Any]]:
        """The answers and some empty rows for more."""
        spare = min(
            SPARE_OPTIONS if len(self.rows) >= 2 else 4 - len(self.rows), MAX_OPTIONS - len(self.rows)
        )
        return [*self.rows, *({"key": "", "text": "", "is_right": False} for _at in range(spare))]

    def question(self, base: QuizQuestion, locale: str) -> QuizQuestion:
        """What the form says, on top of other languages. An answer that is emptied in English is gone."""
        kind = QuestionKind(self.kind.data or QuestionKind.SINGLE)
        known: Mapping[str, Option] = {option.key: option for option in base.options}
        options: list[Option] = []
        for row in self.rows:
            before = known.get(row["key"])
            words = spoken(before.text if before else {}, locale, row["text"])
            is_gone = locale == "en" and not row["text"]  # emptied where it was first written
            if words and not is_gone:
                key = (
                    before.key
                    if before
                    else store.new_key("", [*known, *(one.key for one in options)], fallback="a")
                )
                options.append(Option(key, words, row["is_right"]))
        if kind is QuestionKind.TRUE_FALSE:
            options = store.true_false(self.is_true.data == TRUE)
        return replace(
            base,
            text=spoken(base.text, locale, self.text.data or ""),
            kind=kind,
            options=options,
            explanation=spoken(base.explanation, locale, self.explanation.data or ""),
        )  # fmt: skip


def question_data(question: QuizQuestion, locale: str) -> dict[str, Any]:
    """A question as the form's data; its answers go to `rows`."""
    first = question.options[0] if question.options else None
    return {
        "text": question.text.get(locale, ""), "kind": question.kind.value,
        "explanation": question.explanation.get(locale, ""),
        "is_true": "false" if first is not None and first.key == TRUE and not first.is_right else "true",
    }  # fmt: skip


def question_rows(question: QuizQuestion, locale: str) -> list[dict[str, Any]]:
    """The answers of a stored question for the form."""
    if question.kind is QuestionKind.TRUE_FALSE:
        return []
    return [
        {"key": one.key, "text": one.text.get(locale, ""), "is_right": one.is_right, "other": said_first(one.text)}
        for one in question.options
    ]  # fmt: skip


def said_first(words: Words) -> str:
    """English, else the first language there is: what to translate from."""
    return next((words[one] for one in LANGUAGES if words.get(one)), "")


class AssignForm(AudienceFields, AppForm):
    """Who must take a course by when. People are named by e-mail, one a line."""

    who = select_one(_l("Who"), (("audience", _l("An audience")), ("people", _l("Certain people"))))
    people = TextAreaField(_l("People, by e-mail"), [LengthAtMost(20_000)], filters=[_strip])
    due_on = DateField(_l("Due"))
    remind_days = TickField(_l("Remind"))
    note = _area(_l("A line to them"), NOTE_LENGTH)

    def offer_days(self) -> None:
        """The reminders that may be ticked."""
        from flask_babel import ngettext

        self.remind_days.choices = [
            (str(days), ngettext("%(num)s day before", "%(num)s days before", days)) for days in REMIND_DAYS
        ]


class RevokeForm(AppForm):
    """Why a certificate is taken back."""

    reason = _area(_l("Reason"), 500)


class CertificationForm(AudienceFields, AppForm):
    """A path of courses that together give one certificate."""

    name_en = TextField(_l("Name"), [Required(_l("Give it a name.")), LengthAtMost(TITLE_LENGTH)])
    name_ms = TextField(_l("Name in Malay"), [LengthAtMost(TITLE_LENGTH)])
    name_id = TextField(_l("Name in Indonesian"), [LengthAtMost(TITLE_LENGTH)])
    opens = TextField(_l("What it opens, in words"), [LengthAtMost(TITLE_LENGTH)])
    serial_prefix = TextField(_l("Letters of its serial numbers"), [LengthAtMost(6)])
    validity_months = WholeNumberField(_l("The certificate lasts"), at_least=1, at_most=120)
    courses = TickField(_l("Courses"))
    is_live = BooleanField(_l("Partners see it"))

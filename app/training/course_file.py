"""Reading a course file: the tree of the YAML becomes a `CourseContent`, or a list of what is wrong, line by line.

The format stands in docs/courses.md. Names that the format does not know are refused, so that a slip of the pen never
drops a text in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Any, TypeVar

from flask_babel import gettext as _

from app.core.yamltree import Mapping, Node, Scalar, Sequence, UnreadableFile, at_line, read_tree
from app.training.content import (
    FALSE,
    MAX_PARTS,
    MAX_QUESTIONS,
    TRUE,
    CourseContent,
    Fault,
    FileRef,
    Option,
    Part,
    QuizQuestion,
    Rules,
    Words,
    key_faults,
)
from app.training.models import (
    ATTEMPTS_LIMIT,
    LANGUAGES,
    PASS_MARK_PERCENT,
    WAIT_HOURS,
    ModuleKind,
    QuestionKind,
)

FORMAT = "1"
MOST_FAULTS = 20
COURSE_NAMES = (
    "tangga_course", "slug", "title", "summary", "category", "family", "pass_mark", "attempts", "wait_hours",
    "questions_per_attempt", "certificate", "valid_months", "parts", "questions",
)  # fmt: skip
PART_NAMES = ("key", "kind", "title", "minutes", "text", "link", "file")
QUESTION_NAMES = ("key", "kind", "question", "answers", "answer", "why")
ANSWER_NAMES = ("key", "text", "right")
FILE_NAMES = ("name", "id")
# What a record calls a field -> what the file calls it, where they differ.
AS_WRITTEN = {
    "body": "text", "url": "link", "explanation": "why", "options": "answers", "pass_mark_percent": "pass_mark",
    "attempts_limit": "attempts", "drawn_count": "questions_per_attempt", "validity_months": "valid_months",
}  # fmt: skip
YES, NO = ("true", "yes"), ("false", "no")
E = TypeVar("E", bound=StrEnum)


class CourseFileFault(UnreadableFile):
    """The file is YAML but no course; `faults` are sentences with their lines. Nothing was changed."""

    code = "course_file_fault"

    def __init__(self, faults: list[str]) -> None:
        super().__init__(faults[0])
        self.faults = faults


def parse_course(content: bytes) -> CourseContent:
    """What a course file says. Raises UnreadableFile, or CourseFileFault with up to 20 faults by line."""
    return _Reader().course(read_tree(content))


class _Reader:
    """Collects faults instead of stopping at the first, so that one look mends them all."""

    def __init__(self) -> None:
        self.faults: list[tuple[int, str]] = []

    def course(self, tree: Node) -> CourseContent:
        top = self.mapping(tree, COURSE_NAMES)
        self.format(top)
        rules = Rules(
            title=self.words(top, "title"),
            summary=self.words(top, "summary"),
            pass_mark_percent=self.number(top, "pass_mark", PASS_MARK_PERCENT),
            attempts_limit=self.number(top, "attempts", ATTEMPTS_LIMIT),
            wait_hours=self.number(top, "wait_hours", WAIT_HOURS),
            drawn_count=self.number(top, "questions_per_attempt", 0),
            gives_certificate=self.yes(top, "certificate", True),
            validity_months=self.number(top, "valid_months", None),
        )  # fmt: skip
        self.judge(rules.faults(), top)
        slug = self.text(top, "slug")
        self.judge(key_faults(slug, "slug"), top)
        category = self.text(top, "category") or "course"
        self.judge(key_faults(category, "category"), top)
        made = CourseContent(
            slug=slug,
            rules=rules,
            category=category,
            family=self.text(top, "family"),
            parts=tuple(self.each(top, "parts", MAX_PARTS, self.part)),
            questions=tuple(self.each(top, "questions", MAX_QUESTIONS, self.question)),
        )
        if self.faults:
            self.refuse()
        return made

    def format(self, top: Mapping) -> None:
        found = self.scalar(top, "tangga_course")
        if found is None or found.text != FORMAT:
            line = found.line if found else top.line
            self.fault(
                line, _("the file must say “tangga_course: 1”, so that it is known to be a course file.")
            )
            self.refuse()

    def part(self, node: Node, taken: set[str]) -> Part:
        found = self.mapping(node, PART_NAMES)
        file = found.items.get("file")
        part = Part(
            key=self.key(found, taken),
            title=self.words(found, "title"),
            kind=self.choice(found, "kind", ModuleKind, ModuleKind.TEXT),
            minutes=self.number(found, "minutes", 0),
            body=self.words(found, "text"),
            url=self.text(found, "link") or None,
            file=self.file(file) if file is not None else None,
        )
        self.judge(part.faults(), found)
        return part

    def file(self, node: Node) -> FileRef | None:
        if isinstance(node, Scalar):
            return None if node.is_nothing else FileRef(node.text)
        found = self.mapping(node, FILE_NAMES)
        return FileRef(self.text(found, "name"), self.text(found, "id"))

    def question(self, node: Node, taken: set[str]) -> QuizQuestion:
        found = self.mapping(node, QUESTION_NAMES)
        kind = self.choice(found, "kind", QuestionKind, QuestionKind.SINGLE)
        if kind is QuestionKind.TRUE_FALSE:
            self.only(found, "answers", kind)
            is_true = self.yes(found, "answer", None)
            options = [Option(TRUE, {}, is_true is True), Option(FALSE, {}, is_true is False)]
        else:
            self.only(found, "answer", kind)
            options = list(self.each(found, "answers", 1_000, self.option))
        question = QuizQuestion(
            key=self.key(found, taken),
            text=self.words(found, "question"),
            kind=kind,
            options=options,
            explanation=self.words(found, "why"),
        )
        named = {"text": "question"}
        if kind is QuestionKind.TRUE_FALSE:
            named["options"] = "answer"
        self.judge(question.faults(), found, named)
        return question

    def option(self, node: Node, taken: set[str]) -> Option:
        found = self.mapping(node, ANSWER_NAMES)
        return Option(self.key(found, taken), self.words(found, "text"), self.yes(found, "right", False))

    # ---- values ----

    def fault(self, line: int, sentence: str) -> None:
        self.faults.append((line, at_line(line, sentence)))
        if len(self.faults) >= MOST_FAULTS:
            self.refuse()

    def refuse(self) -> None:
        raise CourseFileFault(list(dict.fromkeys(text for _line, text in sorted(self.faults))))

    def judge(self, faults: Iterable[Fault], node: Mapping, named: dict[str, str] | None = None) -> None:
        """Put what a record finds wrong with itself at the line of the name that it is about."""
        for field, sentence in faults:
            name, language = field, ""
            if field[-3:] in tuple(f"_{code}" for code in LANGUAGES):
                name, language = field[:-3], field[-2:]
            written = (named or {}).get(name) or AS_WRITTEN.get(name, name)
            value = node.items.get(written)
            line = node.lines.get(written, node.line)
            if isinstance(value, Mapping) and language in value.lines:
                line = value.lines[language]
            self.fault(line, sentence)

    def mapping(self, node: Node, names: tuple[str, ...]) -> Mapping:
        if not isinstance(node, Mapping):
            self.fault(
                node.line, _("names with values are expected here, such as %(names)s.", names=", ".join(names[:4]))
            )  # fmt: skip
            return Mapping({}, {}, node.line)
        for name in node.items:
            if name not in names:
                self.fault(
                    node.lines[name],
                    _("“%(name)s” is not known here. Known are %(names)s.", name=name[:60], names=", ".join(names)),
                )  # fmt: skip
        return node

    def each(
        self, node: Mapping, name: str, most: int, read: Callable[[Node, set[str]], Any]
    ) -> Iterator[Any]:
        found = node.items.get(name)
        if found is None or (isinstance(found, Scalar) and found.is_nothing):
            return
        if not isinstance(found, Sequence):
            self.fault(node.lines[name], _("a list is expected here: lines that begin with a hyphen."))
            return
        if len(found.items) > most:
            self.fault(node.lines[name], _("at most %(count)s entries are taken here.", count=most))
            return
        taken: set[str] = set()
        for item in found.items:
            yield read(item, taken)

    def scalar(self, node: Mapping, name: str) -> Scalar | None:
        found = node.items.get(name)
        if found is None:
            return None
        if not isinstance(found, Scalar):
            self.fault(node.lines[name], _("one value is expected here."))
            return None
        return None if found.is_nothing else found

    def text(self, node: Mapping, name: str) -> str:
        found = self.scalar(node, name)
        return found.text.strip() if found else ""

    def words(self, node: Mapping, name: str) -> Words:
        """Text alone is English; or one text for each language."""
        found = node.items.get(name)
        if found is None:
            return {}
        if isinstance(found, Scalar):
            return {} if found.is_nothing or not found.text.strip() else {"en": found.text.strip()}
        if not isinstance(found, Mapping):
            self.fault(node.lines[name], _("text is expected here, or one text for each of en, ms and id."))
            return {}
        self.mapping(found, LANGUAGES)
        said = {language: self.text(found, language) for language in LANGUAGES if language in found.items}
        return {language: text for language, text in said.items() if text}

    def number(self, node: Mapping, name: str, default: Any) -> Any:
        found = self.scalar(node, name)
        if found is None:
            return default
        if found.text.isascii() and found.text.isdigit() and len(found.text) < 7:
            return int(found.text)
        self.fault(found.line, _("a whole number is expected here."))
        return default

    def yes(self, node: Mapping, name: str, default: Any) -> Any:
        found = self.scalar(node, name)
        if found is None:
            return default
        if found.text.lower() in (*YES, *NO):
            return found.text.lower() in YES
        self.fault(found.line, _("true or false is expected here."))
        return default

    def choice(self, node: Mapping, name: str, enum: type[E], default: E) -> E:
        found = self.scalar(node, name)
        if found is None:
            return default
        if found.text in tuple(enum):
            return enum(found.text)
        self.fault(found.line, _("one of %(names)s is expected here.", names=", ".join(enum)))
        return default

    def key(self, node: Mapping, taken: set[str]) -> str:
        found = self.scalar(node, "key")
        if found is None:
            self.fault(node.line, _("the key is missing: a short name that stays the same."))
            return "missing"
        if found.text in taken:
            self.fault(found.line, _("the key “%(key)s” stands here a second time.", key=found.text[:60]))
        taken.add(found.text)
        return found.text

    def only(self, node: Mapping, name: str, kind: QuestionKind) -> None:
        if name in node.items:
            self.fault(
                node.lines[name], _("“%(name)s” does not go with the kind %(kind)s.", name=name, kind=kind.value)
            )  # fmt: skip

"""A course as one YAML file and back (docs/courses.md). What comes in lands in the draft; nobody learns from it yet."""

from __future__ import annotations

from typing import Any

import yaml

from app.training.content import CourseContent, Option, Part, QuizQuestion, Words
from app.training.course_file import parse_course as parse_course
from app.training.models import LANGUAGES, ModuleKind, QuestionKind

HEAD = "# A course of the partner portal. The format is described in docs/courses.md.\n"


class _Dumper(yaml.SafeDumper):
    """Lines of text as people write them: blocks, not quotes; and no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def export_course(content: CourseContent) -> str:
    """The file of a course. `parse_course` gives back an equal content."""
    rules = content.rules
    found: dict[str, Any] = {"tangga_course": 1, "slug": content.slug, "title": _words(rules.title)}
    if rules.summary:
        found["summary"] = _words(rules.summary)
    found["category"] = content.category
    if content.family:
        found["family"] = content.family
    found |= {
        "pass_mark": rules.pass_mark_percent,
        "attempts": rules.attempts_limit,
        "wait_hours": rules.wait_hours,
        "questions_per_attempt": rules.drawn_count,
        "certificate": rules.gives_certificate,
    }
    if rules.validity_months is not None:
        found["valid_months"] = rules.validity_months
    found["parts"] = [_part(part) for part in content.parts]
    found["questions"] = [_question(question) for question in content.questions]
    body = yaml.dump(found, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
    return HEAD + str(body)


def _words(words: Words) -> dict[str, str]:
    return {language: words[language] for language in LANGUAGES if words.get(language)}


def _part(part: Part) -> dict[str, Any]:
    found: dict[str, Any] = {"key": part.key, "kind": part.kind.value, "title": _words(part.title)}
    found["minutes"] = part.minutes
    if part.url and part.kind is ModuleKind.VIDEO:
        found["link"] = part.url
    if part.file is not None and part.kind is ModuleKind.FILE:
        found["file"] = {"name": part.file.name, "id": part.file.public_id}
    if part.body:
        found["text"] = _words(part.body)
    return found


def _question(question: QuizQuestion) -> dict[str, Any]:
    found: dict[str, Any] = {
        "key": question.key,
        "kind": question.kind.value,
        "question": _words(question.text),
    }
    if question.kind is QuestionKind.TRUE_FALSE:
        found["answer"] = question.options[0].is_right
    else:
        found["answers"] = [_option(option) for option in question.options]
    if question.explanation:
        found["why"] = _words(question.explanation)
    return found


def _option(option: Option) -> dict[str, Any]:
    found: dict[str, Any] = {"key": option.key, "text": _words(option.text)}
    return {**found, "right": True} if option.is_right else found

"""Templates: each compiles, each that is named exists, and none carries a style or a script in its text."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, TemplateError, meta

from scripts.checks.source import parse, python_files, walk

INLINE = (
    (re.compile(r"\sstyle\s*=", re.IGNORECASE), "style= is blocked by the policy"),
    (re.compile(r"<style\b", re.IGNORECASE), "<style> is blocked by the policy"),
    (
        re.compile(r"<script\b(?![^>]*\bsrc\s*=)", re.IGNORECASE),
        "a script without src is blocked by the policy",
    ),
    (re.compile(r"\son[a-z]{3,}\s*=\s*[\"'{]", re.IGNORECASE), "an on... handler is blocked by the policy"),
    (re.compile(r"\bhx-on\b", re.IGNORECASE), "hx-on needs eval"),
    (re.compile(r"\bhx-vals\s*=\s*[\"']js:", re.IGNORECASE), "js: values need eval"),
    (re.compile(r"(href|src|action)\s*=\s*[\"']\s*javascript:", re.IGNORECASE), "javascript: is blocked"),
    (
        re.compile(r"\bautofocus\b", re.IGNORECASE),
        "autofocus is not for a fragment: takes_focus() knows which it is",
    ),
)
COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)
DATA = re.compile(r"""<script\b[^>]*\btype\s*=\s*["']application/(ld\+)?json["']""", re.IGNORECASE)


def blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def inline(text: str) -> Iterator[tuple[int, str]]:
    text = COMMENT.sub(blank, text)
    for pattern, why in INLINE:
        for found in pattern.finditer(text):
            if not DATA.match(text, found.start()):
                yield text.count("\n", 0, found.start()) + 1, why


def without_inline(root: Path) -> Iterator[str]:
    for path in walk(root / "app" / "templates", ".html"):
        for line, why in inline(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(root)}:{line}: {why}"
    for path in python_files(root, "app"):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "<" in node.value:
                for _line, why in inline(node.value):
                    yield f"{path.relative_to(root)}:{node.lineno}: {why}"


def compiling(root: Path, environment: Environment) -> Iterator[str]:
    folder = root / "app" / "templates"
    for path in walk(folder, ".html"):
        name = str(path.relative_to(folder))
        source = path.read_text(encoding="utf-8")
        try:
            environment.compile(source, name, str(path))
            tree = environment.parse(source, name)
        except TemplateError as error:
            line = getattr(error, "lineno", 0)
            yield f"app/templates/{name}:{line}: {error.message}"
            continue
        for other in meta.find_referenced_templates(tree):
            if other and not (folder / other).exists():
                yield f"app/templates/{name}: names {other}, which does not exist"


def findings(root: Path) -> Iterator[str]:
    from app.core.settings import load_settings
    from scripts.checks.application import build

    yield from without_inline(root)
    with build(load_settings({}, dotenv=None)) as app:
        yield from compiling(root, app.jinja_env)

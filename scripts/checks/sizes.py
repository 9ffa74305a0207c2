"""At most 400 lines a file and 70 a function: what grows is split by verb and noun."""

import ast
from collections.abc import Iterator
from pathlib import Path

from scripts.checks.source import parse, python_files, walk

FILE, FUNCTION = 400, 70
WRITTEN_ONCE = ("migrations", "versions")


def findings(root: Path) -> Iterator[str]:
    for path in python_files(root):
        where = path.relative_to(root)
        if where.parts[:2] == WRITTEN_ONCE:
            continue
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE:
            yield f"{where}: {lines} lines, at most {FILE}"
        for node in ast.walk(parse(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION:
                    yield f"{where}:{node.lineno}: {node.name} has {length} lines, at most {FUNCTION}"
    for folder, ending in (("app/templates", ".html"), ("app/static/js", ".js"), ("app/static/css", ".css")):
        for path in walk(root / folder, ending):
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > FILE:
                yield f"{path.relative_to(root)}: {lines} lines, at most {FILE}"

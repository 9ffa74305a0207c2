"""What the gates share: which files there are, and what a line of Python says."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

OURS = ("app", "seeds", "scripts", "tests", "migrations")
APART = {".venv", ".git", "__pycache__", "var", "node_modules", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


def walk(folder: Path, ending: str) -> Iterator[Path]:
    for path in sorted(folder.rglob(f"*{ending}")):
        if path.is_file() and not APART.intersection(path.parts):
            yield path


def python_files(root: Path, *folders: str) -> Iterator[Path]:
    for folder in folders or OURS:
        yield from walk(root / folder, ".py")


def parse(path: Path) -> ast.Module:
    """The file's tree; an empty one where it does not parse, which the linter reports."""
    try:
        return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    except SyntaxError:
        return ast.Module([], [])


def committed(root: Path) -> list[Path]:
    """What git knows or would take; every file where there is no repository."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if (root / ".git").exists():
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [root / name for name in sorted(set(out.split("\0"))) if name and (root / name).is_file()]
    return list(walk(root, ""))


def imported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every module that is imported, with its line; `from a import b` says both `a` and `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
            for name in node.names:
                yield f"{node.module}.{name.name}", node.lineno

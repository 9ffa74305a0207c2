"""What the product imports is pinned for the product: `make run` has nothing of what the tests bring along."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = {"app", "seeds", "migrations", "wsgi"}


def folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(path: Path) -> set[str]:
    """Top-level names of everything that a file imports, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found - OURS - set(sys.stdlib_module_names)


def lacking(files: list[Path], pinned: set[str]) -> list[str]:
    """`file: module` of each import that no pinned distribution provides."""
    known = packages_distributions()
    return [
        f"{path.name}: {name}"
        for path in files
        for name in sorted(imported(path))
        if not {folded(each) for each in known.get(name, [])} & pinned
    ]


def pins() -> set[str]:
    text = (ROOT / "requirements.txt").read_text()
    return {folded(name) for name in re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==", text, re.MULTILINE)}


def product_files() -> list[Path]:
    return [
        *(ROOT / "app").rglob("*.py"),
        *(ROOT / "seeds").rglob("*.py"),
        ROOT / "wsgi.py",
        ROOT / "migrations" / "env.py",
    ]


def test_every_library_of_the_product_is_pinned_for_it() -> None:
    assert lacking(product_files(), pins()) == []


def test_a_library_that_only_the_tests_bring_is_found(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("def late():\n    import hypothesis\n")
    assert lacking([planted], pins()) == ["planted.py: hypothesis"]

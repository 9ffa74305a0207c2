"""The libraries that the product is built on are really used, each once the work that needs it has come."""

from collections.abc import Iterator
from pathlib import Path

from scripts.checks.source import imported, parse, python_files

NOW = ("flask", "flask_login", "flask_sqlalchemy", "flask_wtf", "htmx_flask", "pytest", "playwright")
LATER = {"authlib": "company sign-in and tokens for the API"}


def findings(root: Path) -> Iterator[str]:
    used: set[str] = set()
    for path in python_files(root, "app", "tests"):
        used |= {module.split(".")[0] for module, _line in imported(parse(path))}
    for name in NOW:
        if name not in used:
            yield f"{name}: imported nowhere in app/ or tests/"
    required = (
        (root / "requirements.in").read_text(encoding="utf-8") if (root / "requirements.in").exists() else ""
    )
    for name, work in LATER.items():
        if name in required.lower().split() and name not in used:
            yield f"{name}: required, but imported nowhere (it comes with {work})"

"""A small clean tree for a gate, and a way to plant a defect in it."""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

CLEAN = {
    "app/__init__.py": '"""A small portal."""\n',
    "app/core/__init__.py": "",
    "app/core/db.py": '"""The database."""\n\n\ndef finish(session: "Session") -> None:\n    session.commit()\n\n\n'
    "class Session:\n    def commit(self) -> None:\n        return None\n",
    "app/ledger/__init__.py": "",
    "app/ledger/models.py": '"""Tables."""\n\n\nclass Lot:\n    __tablename__ = "lots"\n',
    "app/ledger/services.py": '"""Verbs."""\n\nADD = "INSERT INTO lots (id) VALUES (1)"\n',
    "app/deals/__init__.py": "",
    "app/deals/services.py": '"""Verbs of deals."""\n\nfrom app.core import db\n\n__all__ = ["db"]\n',
    "app/deals/routes.py": '"""Pages of deals."""\n\nfrom app.deals import services\n\n__all__ = ["services"]\n',
    "app/sales/__init__.py": "",
    "app/templates/deals/index.html": '<main id="main"><h1>{{ title }}</h1></main>\n',
    "tests/test_all.py": '"""Tests."""\n',
    "requirements.in": "flask\n",
}


def grow(folder: Path) -> Path:
    for name, text in CLEAN.items():
        write(folder / name, text)
    shutil.copy(ROOT / "pyproject.toml", folder / "pyproject.toml")
    return folder


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def plant(folder: Path, name: str, text: str) -> Path:
    """Grow the clean tree and put one more file into it, or another text into one."""
    grow(folder)
    write(folder / name, text)
    return folder

"""A planted defect for each gate that reads source: a gate that cannot fail is a defect."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from scripts import check
from scripts.checks import libraries, pages, sizes, texts, waiting, writing
from tests.gates.tree import grow, plant

LONG_FILE = "x = 1\n" * 401
LONG_FUNCTION = "def long() -> None:\n" + "    print(1)\n" * 70
IMPORT_UP = '"""Core."""\n\nfrom app.deals import services\n\n__all__ = ["services"]\n'
CIRCLE = '"""Sales."""\n\nfrom app.deals import services\n\n__all__ = ["services"]\n'
NEEDS_SALES = '"""Verbs."""\n\nfrom app import sales\n\n__all__ = ["sales"]\n'
COMMIT = "def save(session):\n    session.commit()\n"
ROLLBACK = "def undo(session):\n    session.rollback()\n"
FLASK_RULE = "from flask import request\n\nprint(request)\n"
SQL_WRITE = 'SQL = "UPDATE lots SET remaining = 0"\n'
ORM_WRITE = "from app.ledger.models import Lot\n\nrow = Lot()\n"
CORE_WRITE = (
    "from sqlalchemy import update\nfrom app.ledger import models\n\nstatement = update(models.Lot)\n"
)
BULK_WRITE = 'from app.core import bulk\n\nbulk.insert_rows("lots", [], [])\n'
UNTYPED = "def add(one, two):\n    return one + two\n"
MISTYPED = 'def add(one: int) -> int:\n    return one + "two"\n'

Gate = Callable[[Path], Iterable[str]]

PLANTED: list[tuple[str, Gate, str, str, str]] = [
    ("long file", sizes.findings, "app/deals/big.py", LONG_FILE, "401 lines"),
    ("long function", sizes.findings, "app/deals/big.py", LONG_FUNCTION, "long has 71 lines"),
    ("long test", sizes.findings, "tests/test_big.py", LONG_FILE, "401 lines"),
    ("long template", sizes.findings, "app/templates/big.html", LONG_FILE, "401 lines"),
    ("commit", writing.commits, "app/deals/services.py", COMMIT, "commit()"),
    ("rollback", writing.commits, "app/deals/tasks.py", ROLLBACK, "rollback()"),
    ("flask in a rule", writing.flask_free, "app/deals/services.py", FLASK_RULE, "imports flask"),
    (
        "flask in a package of rules",
        writing.flask_free,
        "app/deals/queries/mine.py",
        FLASK_RULE,
        "imports flask",
    ),
    ("plain SQL on lots", writing.ledger_only, "app/deals/tasks.py", SQL_WRITE, "table lots"),
    ("an entity of lots", writing.ledger_only, "app/deals/tasks.py", ORM_WRITE, "table lots"),
    ("an update of lots", writing.ledger_only, "app/deals/tasks.py", CORE_WRITE, "table lots"),
    ("bulk rows of lots", writing.ledger_only, "app/deals/tasks.py", BULK_WRITE, "table lots"),
    ("seeds that write lots", writing.ledger_only, "seeds/demo.py", SQL_WRITE, "table lots"),
    ("upward import", check.floors, "app/core/db.py", IMPORT_UP, "app.core"),
    ("badly formed", check.ruff_format, "app/core/db.py", "x = {  'a':1 }\n", "reformat"),
    ("unused import", check.ruff_lint, "app/core/db.py", "import os\n", "F401"),
    (
        "float of time",
        check.ruff_lint,
        "app/core/db.py",
        "import datetime\n\nx = datetime.datetime.now()\n",
        "DTZ005",
    ),
    ("untyped function", check.mypy, "app/core/db.py", UNTYPED, "no-untyped-def"),
    ("wrong type", check.mypy, "app/core/db.py", MISTYPED, "operator"),
    ("style=", pages.without_inline, "app/templates/a.html", '<p style="color:red">x</p>\n', "style="),
    ("style element", pages.without_inline, "app/templates/a.html", "<style>p{}</style>\n", "<style>"),
    (
        "inline script",
        pages.without_inline,
        "app/templates/a.html",
        "<p>\n<script>go()</script>\n",
        "a.html:2",
    ),
    ("handler", pages.without_inline, "app/templates/a.html", '<a onclick="go()">x</a>\n', "on... handler"),
    ("autofocus", pages.without_inline, "app/templates/a.html", "<input autofocus>\n", "takes_focus"),
    ("hx-on", pages.without_inline, "app/templates/a.html", '<a hx-on:click="go()">x</a>\n', "hx-on"),
    (
        "javascript:",
        pages.without_inline,
        "app/templates/a.html",
        '<a href="javascript:go()">x</a>\n',
        "javascript:",
    ),
    ("style= in Python", pages.without_inline, "app/deals/svg.py", "X = '<svg style=\"x\">'\n", "style="),
    (
        "read once",
        waiting.findings,
        "tests/test_a.py",
        "from playwright.sync_api import expect\n\n\ndef test(page):\n    assert page.locator('h1').count() == 1\n",
        "expect()",
    ),
    (
        "title read once",
        waiting.findings,
        "tests/test_a.py",
        "from playwright.sync_api import expect\n\n\ndef test(page):\n    assert 'A' in page.title()\n",
        "title()",
    ),
    (
        "whichever page has loaded",
        waiting.findings,
        "tests/test_a.py",
        "from playwright.sync_api import expect\n\n\ndef test(page):\n    page.click('a')\n    page.wait_for_load_state()\n",
        "wait for what comes",
    ),
    ("library unused", libraries.findings, "tests/test_all.py", "import pytest\n", "htmx_flask"),
    (
        "registry host",
        texts.places,
        "requirements.txt",
        "--index-url https://pypi" + ".org/simple\n",
        "requirements.txt:1",
    ),
    ("machine path", texts.places, "docs/a.md", "see /work" + "/shared/x\n", "docs/a.md:1"),
]


@pytest.mark.parametrize(
    ("gate", "name", "text", "said"), [row[1:] for row in PLANTED], ids=[row[0] for row in PLANTED]
)
def test_a_planted_defect_is_found(gate: Gate, name: str, text: str, said: str, tmp_path: Path) -> None:
    lines = list(gate(plant(tmp_path, name, text)))
    assert any(said in line for line in lines), lines


CONTENT = {
    row[1]: row[1].__module__ + "." + row[1].__name__ for row in PLANTED if row[1] is not libraries.findings
}


@pytest.mark.parametrize("gate", list(CONTENT), ids=list(CONTENT.values()))
def test_a_clean_tree_passes(gate: Gate, tmp_path: Path) -> None:
    assert list(gate(grow(tmp_path))) == []


def test_areas_of_one_floor_that_form_a_circle_are_found(tmp_path: Path) -> None:
    plant(tmp_path, "app/sales/services.py", CIRCLE)
    (tmp_path / "app/deals/services.py").write_text(NEEDS_SALES)
    assert any("form circles" in line and "BROKEN" in line for line in check.floors(tmp_path))


def test_a_package_without_a_floor_is_found(tmp_path: Path) -> None:
    assert any(
        "app.stray" in line or "stray" in line
        for line in check.floors(plant(tmp_path, "app/stray/__init__.py", ""))
    )


def test_all_libraries_used_is_content(tmp_path: Path) -> None:
    tree = plant(tmp_path, "app/uses.py", "".join(f"import {name}\n" for name in libraries.NOW))
    assert list(libraries.findings(tree)) == []


def test_a_library_that_is_due_later_is_asked_for_once_it_is_required(tmp_path: Path) -> None:
    tree = plant(tmp_path, "app/uses.py", "".join(f"import {name}\n" for name in libraries.NOW))
    (tree / "requirements.in").write_text("flask\nauthlib\n")
    assert any("authlib" in line for line in libraries.findings(tree))


def test_a_data_block_and_a_comment_are_no_inline_script(tmp_path: Path) -> None:
    text = '{# <script>x</script> #}<!-- style="x" --><script type="application/json">{}</script>\n'
    assert list(pages.without_inline(plant(tmp_path, "app/templates/a.html", text))) == []

"""Who may write: commits stand in one file, rules know no request, and only the ledger writes its tables."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from scripts.checks.source import imported, parse, python_files

COMMITS = Path("app/core/db.py")
FLASK = {"flask", "flask_login", "flask_wtf", "wtforms", "htmx_flask", "werkzeug"}
RULES = ("services", "models", "queries")
WRITES = {"insert", "update", "delete", "merge", "add", "add_all"}
BULK = {"insert_rows", "reserve_ids"}


def commits(root: Path) -> Iterator[str]:
    """`commit(` and `rollback(` stand in app/core/db.py only."""
    for path in python_files(root, "app", "seeds"):
        where = path.relative_to(root)
        if where == COMMITS:
            continue
        for node in ast.walk(parse(path)):
            called = node.func if isinstance(node, ast.Call) else None
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in ("commit", "rollback"):
                yield f"{where}:{called.lineno}: {name}() outside {COMMITS}: use transaction()"


def flask_free(root: Path) -> Iterator[str]:
    """Services, models and queries do not import flask."""
    for path in python_files(root, "app"):
        where = path.relative_to(root)
        if where.parts[1] == "core" or not any(part.removesuffix(".py") in RULES for part in where.parts[2:]):
            continue
        for module, line in imported(parse(path)):
            if module in FLASK:
                yield f"{where}:{line}: imports {module}: rules know no request"


def ledger_tables(root: Path) -> dict[str, str]:
    """Class name -> table name of the ledger's models."""
    found: dict[str, str] = {}
    for path in python_files(root, "app/ledger"):
        for node in ast.walk(parse(path)):
            if not isinstance(node, ast.ClassDef):
                continue
            for line in node.body:
                target = line.targets[0] if isinstance(line, ast.Assign) else None
                if isinstance(target, ast.Name) and target.id == "__tablename__":
                    found[node.name] = str(getattr(line.value, "value", ""))
    return found


def name_of(node: ast.AST) -> str:
    """`Lot`, `models.Lot`, `Lot.__table__` -> Lot."""
    if isinstance(node, ast.Attribute) and node.attr == "__table__":
        return name_of(node.value)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def call_writes(node: ast.Call, tables: dict[str, str]) -> str:
    called = name_of(node.func)
    if called in tables:
        return tables[called]
    arguments = [name_of(argument) for argument in node.args]
    if called in WRITES and arguments and arguments[0] in tables:
        return tables[arguments[0]]
    if called in BULK and node.args and isinstance(node.args[0], ast.Constant):
        return str(node.args[0].value) if node.args[0].value in tables.values() else ""
    return ""


def ledger_only(root: Path) -> Iterator[str]:
    """Only app/ledger writes ledger tables; everyone else calls its verbs."""
    tables = ledger_tables(root)
    if not tables:
        return
    names = "|".join(sorted(tables.values()))
    write = re.compile(
        rf'\b(INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM|COPY)\s+"?({names})\b', re.IGNORECASE
    )
    for path in python_files(root, "app", "seeds"):
        where = path.relative_to(root)
        if where.parts[:2] == ("app", "ledger"):
            continue
        tree = parse(path)
        known = {name.rsplit(".", 1)[-1] for name, _line in imported(tree) if name.startswith("app.ledger")}
        visible = {name: table for name, table in tables.items() if name in known or "models" in known}
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and (found := write.search(node.value))
            ):
                yield f"{where}:{node.lineno}: writes the ledger's table {found[3]}: call a verb of app.ledger"
            elif isinstance(node, ast.Call) and (
                table := call_writes(node, {**visible, **bulk_names(tables)})
            ):
                yield f"{where}:{node.lineno}: writes the ledger's table {table}: call a verb of app.ledger"


def bulk_names(tables: dict[str, str]) -> dict[str, str]:
    """So that `insert_rows("lots", ...)` is seen wherever it stands."""
    return {f"table {table}": table for table in tables.values()}


def findings(root: Path) -> Iterator[str]:
    yield from commits(root)
    yield from flask_free(root)
    yield from ledger_only(root)

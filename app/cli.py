"""The `tangga` command. Each command fails with one readable line and a non-zero code."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click
from flask import Flask
from flask.cli import FlaskGroup, ScriptInfo
from sqlalchemy.exc import DBAPIError, OperationalError

from app.core.errors import AppError
from app.core.settings import SettingsError

# Areas that bring commands of their own: `commands`, a tuple of click commands or groups.
AREAS = (
    "app.core.cli", "app.identity.cli", "app.ledger.cli", "app.activities.cli", "app.programs.cli",
    "app.tiers.cli", "app.codes.cli", "app.boards.cli", "app.training.cli", "app.integrations.cli", "app.rewards.cli",
    "seeds.cli",
)  # fmt: skip


def _create(_info: ScriptInfo | None = None) -> Flask:
    from app import create_app

    return create_app()


class _Tangga(FlaskGroup):
    """The group without Flask's own commands, with the areas' commands."""

    def __init__(self) -> None:
        super().__init__(
            create_app=lambda: _create(),
            add_default_commands=False,
            add_version_option=False,
            load_dotenv=False,
            set_debug_flag=False,
            help="Tangga: the rewards portal of your sales channel.",
        )
        self.params.clear()  # Flask's --app, --env-file and --debug mean nothing here
        for name in AREAS:
            for command in _commands(name):
                self.add_command(command)


def _commands(module: str) -> tuple[click.Command, ...]:
    try:
        found = import_module(module)
    except ModuleNotFoundError as error:
        if error.name and (module == error.name or module.startswith(error.name + ".")):
            return ()
        raise
    commands: Any = getattr(found, "commands", ())
    return tuple(commands)


UNDEFINED = ("42P01", "42703")  # a table, a column: the schema is not there, or an older one


def _database_line(error: DBAPIError) -> str | None:
    """What the database's refusal means for whoever called; None for one that is a fault of ours."""
    said = (str(error.orig).splitlines() or [""])[0]
    if getattr(error.orig, "sqlstate", None) in UNDEFINED or said.startswith(
        ("no such table", "no such column")
    ):
        return f"the schema is missing or older than this version ({said}); run tangga db upgrade"
    return f"the database does not answer: {said}" if isinstance(error, OperationalError) else None


def main() -> None:
    """Entry point of the console script: errors of ours become one line on standard error."""
    try:
        _Tangga().main(prog_name="tangga", standalone_mode=True)
    except SettingsError as error:
        sys.exit(f"tangga: {error}")
    except AppError as error:
        sys.exit(f"tangga: {error.message}")
    except DBAPIError as error:
        if (line := _database_line(error)) is None:
            raise
        sys.exit(f"tangga: {line}")
    except OSError as error:
        sys.exit(f"tangga: {error.strerror or error}: {error.filename or ''}".rstrip(": "))


if __name__ == "__main__":
    main()

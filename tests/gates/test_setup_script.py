"""The first script that runs on a fresh machine: an old Python gets a sentence, and an installed venv is left alone."""

import ast
import sys
from collections import namedtuple

import pytest

from scripts import setup
from tests.gates.tree import ROOT

Version = namedtuple("Version", "major minor micro releaselevel serial")


def test_it_can_be_read_by_an_old_python() -> None:
    ast.parse((ROOT / "scripts" / "setup.py").read_text(), feature_version=(3, 5))


def test_an_old_python_gets_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", Version(3, 9, 2, "final", 0))
    with pytest.raises(SystemExit) as stopped:
        setup.main([])
    said = capsys.readouterr().err
    assert stopped.value.code == 1
    assert said.count("\n") == 1 and "Python 3.11 or newer" in said


def test_what_is_installed_is_not_installed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_given: object) -> None:
        raise AssertionError("nothing has changed since")

    for name in ("make_venv", "install", "link"):
        monkeypatch.setattr(setup, name, never)
    stamp = setup.VENV / ".installed-dev"
    if stamp.exists():
        setup.main(["--dev"])


def test_every_requirement_has_hashes() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-uv.txt"):
        pinned = [line for line in (ROOT / name).read_text().splitlines() if "==" in line]
        assert pinned
        assert all(line.endswith("\\") for line in pinned), name

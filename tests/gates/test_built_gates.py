"""Planted defects for the gates that build something: templates, translations, settings, schema, triggers."""

import dataclasses
import shutil
from pathlib import Path

import pytest
from jinja2 import Environment

from app.core import settings as core_settings
from scripts import check, i18n
from scripts.checks import pages, texts
from tests.gates.tree import ROOT, grow, plant


def said(lines: object, *words: str) -> bool:
    return any(all(word in line for word in words) for line in lines)  # type: ignore[attr-defined]


def test_a_template_that_does_not_compile_is_found(tmp_path: Path) -> None:
    tree = plant(tmp_path, "app/templates/a.html", "\n{% if x %}\n")
    assert said(pages.compiling(tree, Environment()), "a.html:")


def test_a_filter_that_nobody_made_is_found(tmp_path: Path) -> None:
    tree = plant(tmp_path, "app/templates/a.html", "{{ 3|rupees }}\n")
    assert said(pages.compiling(tree, Environment()), "rupees")


def test_an_include_of_nothing_is_found(tmp_path: Path) -> None:
    tree = plant(tmp_path, "app/templates/a.html", '{% include "_gone.html" %}\n')
    assert said(pages.compiling(tree, Environment()), "_gone.html")


def test_templates_in_order_are_left_alone(tmp_path: Path) -> None:
    assert list(pages.compiling(grow(tmp_path), Environment())) == []


def translated(tmp_path: Path) -> Path:
    tree = plant(
        tmp_path,
        "app/deals/words.py",
        '_("Hello %(name)s", name=1)\nngettext("one deal", "%(num)s deals", 2)\n',
    )
    said_now = {
        "Hello %(name)s": {"ms": "Hai %(name)s", "id": "Halo %(name)s"},
        "one deal": {"ms": "%(num)s peluang", "id": "%(num)s deal"},
    }
    new = {english: {k: [v] for k, v in row.items()} for english, row in said_now.items()}
    i18n.update(tree, new)
    return tree


def damage(tree: Path, old: str, new: str) -> None:
    path = i18n.po_path(tree, "ms")
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")


def test_complete_translations_pass(tmp_path: Path) -> None:
    assert list(i18n.faults(translated(tmp_path))) == []


def test_a_new_sentence_without_translation_is_found(tmp_path: Path) -> None:
    tree = translated(tmp_path)
    (tree / "app/templates/deals/new.html").write_text('{{ _("Brand new") }}\n')
    assert said(i18n.faults(tree), "/ms/", "Brand new") and said(i18n.faults(tree), "/id/", "Brand new")


def test_an_apostrophe_of_a_typewriter_is_found(tmp_path: Path) -> None:
    tree = translated(tmp_path)
    (tree / "app/templates/deals/new.html").write_text('{{ _("The company\'s deal") }}\n')
    assert said(i18n.faults(tree), "new.html", "apostrophe")


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('msgstr "Hai %(name)s"', 'msgstr ""', "empty"),
        ('msgstr "Hai %(name)s"', 'msgstr "Hai"', "placeholders"),
        ('#, python-format\nmsgid "Hello', '#, fuzzy, python-format\nmsgid "Hello', "fuzzy"),
        ('msgstr[0] "%(num)s peluang"', 'msgstr[0] ""', "empty"),
    ],
)
def test_a_damaged_translation_is_found(old: str, new: str, word: str, tmp_path: Path) -> None:
    tree = translated(tmp_path)
    damage(tree, old, new)
    assert said(i18n.faults(tree), "/ms/", word)


def test_a_translation_that_nothing_says_any_more_is_found(tmp_path: Path) -> None:
    tree = translated(tmp_path)
    (tree / "app/deals/words.py").write_text("")
    assert said(i18n.faults(tree), "no code says this")


def test_a_setting_that_the_example_lacks_is_found(tmp_path: Path) -> None:
    lines = (ROOT / ".env.example").read_text().replace("# SMTP_HOST=\n", "")
    assert list(texts.settings(plant(tmp_path, ".env.example", lines))) == [".env.example: lacks SMTP_HOST"]


def test_a_setting_that_nobody_reads_is_found(tmp_path: Path) -> None:
    lines = (ROOT / ".env.example").read_text() + "# COLOUR=\n"
    assert list(texts.settings(plant(tmp_path, ".env.example", lines))) == [
        ".env.example: COLOUR is not a setting"
    ]


def test_every_field_of_the_settings_is_in_the_example() -> None:
    assert list(texts.settings(ROOT)) == []
    assert len(dataclasses.fields(core_settings.Settings)) > 20


def test_a_vendored_file_that_was_changed_is_found(tmp_path: Path) -> None:
    for name in ("app/static", "app/templates", "scripts"):
        shutil.copytree(ROOT / name, tmp_path / name, dirs_exist_ok=True)
    script = next((tmp_path / "app/static/vendor").glob("*.js"))
    script.write_text(script.read_text() + "// changed\n")
    assert said(check.vendored(tmp_path), script.name)

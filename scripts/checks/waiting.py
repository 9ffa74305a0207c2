"""Tests with a browser wait for what they assert: a page that is read once may not have come yet."""

import ast
from collections.abc import Iterator
from pathlib import Path

from scripts.checks.source import imported, parse, python_files

# What a locator or a page says of itself at this moment; `expect` asks again until it is so.
ONCE = {
    "all_inner_texts", "all_text_contents", "get_attribute", "inner_html", "inner_text", "input_value", "is_checked",
    "is_disabled", "is_editable", "is_enabled", "is_hidden", "is_visible", "text_content",
}  # fmt: skip
BROWSER = ("playwright", "tests.support.browser")


def read_once(call: ast.Call) -> str:
    """The name of what is read, or none: `count` and `title` only as a page has them."""
    function = call.func
    if not isinstance(function, ast.Attribute):
        return ""
    bare = not call.args and not call.keywords
    titled = bare and function.attr == "title" and getattr(function.value, "id", "") == "page"
    counted = bare and function.attr == "count"
    return function.attr if function.attr in ONCE or counted or titled else ""


def hasty(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            calls = (each for each in ast.walk(node.test) if isinstance(each, ast.Call))
            for name in filter(None, map(read_once, calls)):
                yield node.lineno, f"{name}() is read once: expect() waits until it is so"
        elif isinstance(node, ast.Call) and not (node.args or node.keywords):
            name = getattr(node.func, "attr", "")
            if name == "wait_for_load_state":
                yield node.lineno, "wait_for_load_state() may mean the page before: wait for what comes"


def findings(root: Path) -> Iterator[str]:
    """One line for each place in a file that drives a browser."""
    for path in python_files(root, "tests"):
        tree = parse(path)
        if any(module.startswith(BROWSER) for module, _line in imported(tree)):
            yield from (f"{path.relative_to(root)}:{line}: {why}" for line, why in hasty(tree))

"""The pages that nobody should come to see: too large, too often, our own fault. In order like all others."""

import functools
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.exceptions import RequestEntityTooLarge

from app.core.errors import RateLimited
from tests.e2e.crawl import visitors
from tests.e2e.looking import faults_of, narrow_faults, speak
from tests.e2e.test_posted import combination, hand_over
from tests.e2e.test_walk import LANGUAGES, SIZES, report
from tests.support.browser import Visit

pytestmark = pytest.mark.browser

FAULTS: dict[int, Exception] = {
    413: RequestEntityTooLarge(),
    429: RateLimited(retry_after=240),
    500: RuntimeError("a fault of ours"),
}


def test_the_pages_of_errors_are_in_order(
    demo: Flask, dialect: str, visit: Callable[..., Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The databases share the combinations; a partner, a person of the vendor and a stranger come to each."""
    people, problems, happens = visitors(demo), [], [RuntimeError()]
    devices = {size: visit(size) for size in SIZES}

    @functools.wraps(demo.view_functions["help.index"])
    def fails() -> None:
        raise happens[0]

    monkeypatch.setitem(demo.view_functions, "help.index", fails)
    monkeypatch.setitem(demo.config, "PROPAGATE_EXCEPTIONS", False)
    plan = [(status, role) for status in FAULTS for role in ("member", "owner", "")]
    for language in LANGUAGES:
        speak(demo, language)
        for index, (status, role) in enumerate(plan, ("sqlite", "postgresql").index(dialect)):
            happens[0] = FAULTS[status]
            size, theme, _language, _whole = combination(index)
            here = devices[size]
            hand_over(here, demo, people.get(role), language, theme)
            here.problems.clear()
            answer = here.page.goto(here.base_url + "/help")
            name = f"{size} {theme} {language} {role or 'stranger'} {status}"
            if answer is None or answer.status != status:
                problems.append(f"{name}: answers {answer and answer.status}")
            found = [*faults_of(here.page), *narrow_faults(here.page)]
            said = [line for line in here.problems if f"a status of {status} " not in line]
            problems += [f"{name}: {line}" for line in (*found, *said)]
    assert not problems, report(problems)

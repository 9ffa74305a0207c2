"""Pages that no link of the demo leads to: question, answer, result, certificate, at both sizes, dark and long."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from app.training.models import QuestionKind
from app.training.services import quizzes
from tests.cast import Cast, sign_in
from tests.e2e.looking import faults_of, speak
from tests.support.browser import Visit
from tests.training.support import answer_all, certify, drawn, pays, publish, question, read_all, right, wrong

pytestmark = pytest.mark.browser

TEXT = """## Was ein Wort: Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft

```say
If someone had a nurse’s password tonight, what could they open?
```

```check
? What should be checked first?
- The office Wi-Fi
* Who she is
! Identity comes first.
```

| Product | Price | Margin | Term | Stock | Note |
|---|---|---|---|---|---|
| Backup 365 | RM 48,000.00 | 12% | 36 months | 1,200 | A very long note that goes on |

1. [A link](https://x.example/a/very/long/address/that/does/not/end/anywhere/soon)
2. `code` and **strong**
"""


def addresses(cast: Cast) -> list[str]:
    """One page of each kind, for Aisyah."""
    pays(cast, 150)
    pool = [
        question(1),
        question(2, QuestionKind.MULTIPLE, ("a", "c")),
        question(3, QuestionKind.TRUE_FALSE, ("true",)),
    ]
    one = publish(parts=4, questions=pool, body=TEXT, validity_months=12)
    certify("Veridia Certified Seller", one, publish("other", title="Other", parts=1, questions=1))
    read_all("zero-trust", cast.aisyah, parts=4)
    failed = quizzes.begin_attempt("zero-trust", actor=cast.aisyah)
    answer_all(failed, cast.aisyah, mistakes=3)
    attempt = quizzes.begin_attempt("zero-trust", actor=cast.aisyah)
    quizzes.answer(attempt.public_id, 1, wrong(drawn(attempt)[0][1]), actor=cast.aisyah)
    read_all("other", cast.aisyah, parts=1)
    long = replace(cast.aisyah, name="Nurulhuda" * 60)
    done = quizzes.begin_attempt("other", actor=long)
    outcome = quizzes.answer(done.public_id, 1, right(drawn(done)[0][1]), actor=long).outcome
    assert outcome is not None
    publish("short", title="Short read", questions=0, parts=1, gives_certificate=False)
    read_all("short", cast.aisyah, parts=1)
    base = f"/training/zero-trust/quiz/{attempt.public_id}"
    return [
        "/training", "/training/zero-trust", "/training/zero-trust/parts/2", f"{base}/1", f"{base}/2",
        f"/training/zero-trust/quiz/{failed.public_id}", f"/training/zero-trust/quiz/{failed.public_id}/3",
        f"/training/other/quiz/{done.public_id}", f"/training/other/quiz/{done.public_id}/1", "/training/other",
        f"/certificates/{outcome.serials[0]}", "/training/short/passed",
    ]  # fmt: skip


def test_every_page_of_learning_can_be_used_by_everybody(
    app: Flask, cast: Cast, visit: Callable[..., Visit], request: pytest.FixtureRequest
) -> None:
    """A phone in Malay and dark on the one database, a desktop in Indonesian and light on the other; then the quiz in
    English, at the other size and in the other theme."""
    phone = "sqlite" in request.node.name
    with app.app_context():
        pages = addresses(cast)
    looks = [("phone", "ms", "dark"), ("desktop", "id", "light")]
    english = ("desktop", "en", "light") if phone else ("phone", "en", "dark")
    look(app, cast, visit, looks[0 if phone else 1], pages)
    look(app, cast, visit, english, [path for path in pages if "/quiz/" in path])


def look(
    app: Flask, cast: Cast, visit: Callable[..., Visit], how: tuple[str, str, str], pages: list[str]
) -> None:
    """Open every page this way; nothing may be wrong with any."""
    size, locale, theme = how
    phone = size == "phone"
    speak(app, locale)
    client = sign_in(app.test_client(), cast.aisyah)
    found = visit(size, locale, theme)
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    found.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": found.base_url}])
    wrong_pages = []
    for path in pages:
        page = found.goto(path)
        assert page.url.endswith(path)
        wrong_pages += [f"{path}: {fault}" for fault in faults_of(page)]
        if phone:
            page.set_viewport_size({"width": 320, "height": 640})
            over = page.evaluate(
                "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
            )
            wrong_pages += [f"{path}: sideways by {over} at 320"] if over > 0 else []
            page.set_viewport_size({"width": 390, "height": 844})
    assert not wrong_pages, "\n".join(wrong_pages)
    assert not found.problems


def test_the_foot_of_a_certificate_is_one_line_on_a_phone_and_starts_left_on_a_narrow_one(
    app: Flask, cast: Cast, visit: Callable[..., Visit]
) -> None:
    with app.app_context():
        publish("one", parts=1, questions=1, validity_months=12)
        read_all("one", cast.aisyah, parts=1)
        attempt = quizzes.begin_attempt("one", actor=cast.aisyah)
        outcome = quizzes.answer(attempt.public_id, 1, right(drawn(attempt)[0][1]), actor=cast.aisyah).outcome
        assert outcome is not None
    page = visit("phone", "en", "light").goto(f"/certificates/{outcome.serials[0]}")
    places = "all => all.map(one => { const at = one.getBoundingClientRect(); return [at.top, at.left]; })"
    until, serial = page.locator(".cert dl dt").evaluate_all(places)
    assert until[0] == serial[0]
    page.set_viewport_size({"width": 320, "height": 640})
    until, serial = page.locator(".cert dl dt").evaluate_all(places)
    assert until[0] < serial[0] and until[1] == serial[1]
    assert page.locator(".cert dl dt").last.evaluate("one => getComputedStyle(one).textAlign") == "start"

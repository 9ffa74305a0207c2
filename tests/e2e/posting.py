"""What a form draws: which views answer a POST with a page or a fragment, and a browser that brings such an answer up."""

import dis
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import pairwise
from types import CodeType, FunctionType, ModuleType
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Error, Response

from app.core import http
from tests.e2e.crawl import Form, Reader, endpoint_of
from tests.e2e.looking import faults_of, narrow_faults
from tests.support.browser import PATIENCE, Visit

DRAWS = (http.render, http.render_block)
OURS = ("app.", "tests.")
SENDERS = re.compile(r'\b(?:action|formaction|hx-post)="([^"]+)"')

# Finds what sends to an address (a form, a button of one, or an element whose change htmx sends), shows it, fills it in
# and sends it; `whole` as a browser without scripts. An address that nothing on the page sends to gets a form of its own:
# so does a page send that was open too long.
SEND = """
([action, changes, blank, whole]) => {
  const at = (url) => { const one = new URL(url, location.href); return one.pathname + one.search; };
  const button = document.querySelector(`[formaction="${action}"]`);
  const quiet = document.querySelector(`[hx-post="${action}"]:not(form)`);
  const own = [...document.forms].find((one) => one.method === 'post' && at(one.getAttribute('action') || '') === action);
  const watched = quiet && (quiet.closest('form') || document.querySelector(quiet.getAttribute('hx-include')));
  let form = own || button?.form || watched;
  if (!form) {
    form = Object.assign(document.createElement('form'), {method: 'post', action});
    form.append(document.querySelector('[name=csrf_token]').cloneNode());
    document.body.append(form);
  }
  for (let one = form; one; one = one.parentElement) if (one.matches('details')) one.open = true;
  const typed = (one) => one.matches('textarea, input') && !one.readOnly &&
    !['hidden', 'submit', 'radio', 'checkbox', 'file'].includes(one.type);
  if (blank) for (const one of form.elements) if (typed(one)) one.value = '';
  for (const [name, value] of Object.entries(changes)) {
    let mine = [...form.elements].filter((one) => one.name === name && !['submit', 'button'].includes(one.type));
    if (!mine.length) form.append(mine[0] = Object.assign(document.createElement('input'), {type: 'hidden', name}));
    for (const one of mine)
      if (['radio', 'checkbox'].includes(one.type)) one.checked = [value].flat().includes(one.value);
      else one.value = value;
  }
  if (!own && quiet && !(whole && button)) {
    const near = quiet.matches('input') ? quiet : [...form.elements].find((one) => one.name in changes);
    for (const name of ['input', 'change']) near.dispatchEvent(new Event(name, {bubbles: true}));
    return;
  }
  form.noValidate = true;
  if (!whole) return form.requestSubmit(button);
  if (!own && button) form.action = action;
  HTMLFormElement.prototype.submit.call(form);
}
"""
SETTLED = """() => document.readyState === 'complete' &&
  !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')"""
SAYS_WHAT = """() => {
  const shown = [...document.querySelectorAll('.errsummary, .errmsg, .hint.bad, [data-error-fragment]')]
    .filter((one) => one.checkVisibility() && one.innerText.trim());
  if (!shown.length) return 'shows nothing of it';
  const before = JSON.parse(document.body.dataset.words).error;
  const isForm = shown.some((one) => one.matches('.errsummary'));
  return isForm && !document.title.startsWith(before) ? 'does not say it in its title' : '';
}
"""


@dataclass(frozen=True)
class Sent:
    """A form as it is sent: `changes` over what its page holds, whatever else is typed left empty if `blank`.

    `page` and `role`: where it stands and who sends it, if the crawl does not know; `action`, if nothing there sends it
    (any more). `status`: the answer expected; `by_script`: there is nothing to see without.
    """

    changes: dict[str, Any] = field(default_factory=dict)
    status: int = 422
    blank: bool = True
    page: str = ""
    role: str = ""
    action: str = ""
    by_script: bool = False


@dataclass(frozen=True)
class Look:
    """One answer to look at: to a form, or without `action` what stands at the address itself."""

    endpoint: str
    role: str
    page: str
    action: str
    sent: Sent


def codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from codes(one)


def named_in(function: FunctionType) -> Iterator[FunctionType]:
    """The functions that this one names, by themselves or as a part of a module."""
    for code in codes(function.__code__):
        for one, following in pairwise(dis.get_instructions(code)):
            found = function.__globals__.get(one.argval) if one.opname == "LOAD_GLOBAL" else None
            if isinstance(found, ModuleType) and following.opname in ("LOAD_ATTR", "LOAD_METHOD"):
                found = getattr(found, following.argval, None)
            if isinstance(found, FunctionType):
                yield found


def draws(view: Callable[..., Any], known: set[object] | None = None) -> bool:
    """Whether a view may answer with a page or a fragment of its own: whether anything that it names renders one.

    The pages of errors are drawn in one place and belong to no view.
    """
    function, known = inspect.unwrap(view), set() if known is None else known
    if function in known or not isinstance(function, FunctionType):
        return False
    known.add(function)
    return any(
        one in DRAWS
        or (
            one.__module__.startswith(OURS)
            and not one.__module__.startswith("app.core.")
            and draws(one, known)
        )
        for one in named_in(function)
    )


def drawing(app: Flask) -> set[str]:
    """The endpoints that answer a POST with something drawn."""
    posts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    return {name for name in posts if draws(app.view_functions[name])}


def sent_from(app: Flask, client: FlaskClient, page: str, endpoint: str) -> str:
    """The address that something on the page sends to, for this endpoint; a page that lost it gives none."""
    for found in SENDERS.findall(client.get(page).get_data(as_text=True)):
        action = unescape(found)
        if endpoint_of(app, action, "POST") == endpoint:
            return str(action)
    return ""


def send_form(app: Flask, client: FlaskClient, page: str, endpoint: str, **changes: Any) -> str:
    """Send a form as its page holds it, with some answers changed; where that leads."""
    reader = Reader(page)
    reader.feed(client.get(page).get_data(as_text=True))
    action, fields = next(
        (action, fields)
        for action, fields, _file in reader.forms
        if endpoint_of(app, action, "POST") == endpoint
    )
    data = Form("", page, action, endpoint, tuple(fields)).data
    answer = client.post(action, data={**data, **changes})
    assert answer.status_code == 303, f"{page} {endpoint}: {answer.status_code}"
    return urlsplit(answer.headers["Location"]).path


def look_at(visit: Visit, look: Look, *, whole: bool) -> list[str]:
    """Open a page, send its form, `whole` or by script, and say what is wrong with what comes back."""
    name = f"{look.role or 'stranger'} {look.page}" + (f" sends {look.action}" if look.action else "")
    visit.problems.clear()
    page = visit.page
    answer = page.goto(visit.base_url + look.page)
    if look.action:
        path = urlsplit(look.action).path
        sent = [look.action, look.sent.changes, look.sent.blank, whole and not look.sent.by_script]
        try:
            with page.expect_response(
                lambda one: one.request.method == "POST" and urlsplit(one.url).path == path, timeout=PATIENCE
            ) as coming:
                page.evaluate(SEND, sent)
            answer = coming.value
            page.wait_for_function(SETTLED)
        except Error as problem:
            return [f"{name}: was not sent: {problem.message}"]
    return [f"{name}: {line}" for line in faults_of_answer(visit, answer, look.sent.status)]


def faults_of_answer(visit: Visit, answer: Response | None, expected: int) -> Iterator[str]:
    """One line for each fault. The console names each refusal; that is none. A page that refuses says so in sight."""
    status = answer.status if answer else 0
    if status != expected:
        yield f"answers {status}"
        return
    if status >= 400 and (silent := visit.page.evaluate(SAYS_WHAT)):
        yield f"answers {status} and {silent}"
    yield from faults_of(visit.page)
    yield from narrow_faults(visit.page)
    refused = f"the server responded with a status of {status} "
    yield from (line for line in visit.problems if status < 400 or refused not in line)

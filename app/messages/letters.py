"""An announcement as mail: the same words, without what a mail cannot show."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import current_app
from markupsafe import Markup

from app.core import mail
from app.core.i18n import _, force_locale
from app.core.markdown import plain_text, render_markdown
from app.core.settings import current_settings
from app.messages.models import Kind

LIST_MARK = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Told:
    """What a mail says: a wording and the language of it; `locale` is the reader's, for what stands around it."""

    public_id: str
    kind: Kind
    title: str
    body: str
    wording_locale: str
    button: str
    locale: str


def letter(told: Told) -> tuple[str, str, str]:
    """(subject, text, HTML) in the reader's language."""
    settings = current_settings()
    link = f"{settings.external_url}/news/{told.public_id}"
    with force_locale(told.locale):
        must = told.kind is Kind.MUST_CONFIRM
        subject = _("Needs you to confirm: %(title)s", title=told.title) if must else told.title
        action = _("Read and confirm") if must else _("Open it in the portal")
        foot = (
            _("You get this because it needs your confirmation.")
            if must
            else _(
                "You can turn off e-mail copies of news at %(address)s.",
                address=f"{settings.external_url}/news",
            )
        )
        text, _html = mail.compose(
            [told.title, *paragraphs(told.body, settings.external_url), foot], action=(action, link)
        )
        html = current_app.jinja_env.get_template("mail/news.html").render(
            title=told.title,
            body=_for_mail(told.body, settings.external_url),
            lang=told.wording_locale,
            action=(action, link),
            foot=foot,
            brand_name=settings.brand_name,
        )
    return subject, text, html


def paragraphs(body: str, base: str | None = None) -> list[str]:
    """A Markdown text as plain paragraphs; each point of a list is one.

    With `base`, the portal's own address, each link is followed by where it leads: plain text has no other place for it.
    """
    found: list[str] = []
    for block in re.split(r"\n\s*\n", body.replace("\r\n", "\n")):
        lines = block.strip().splitlines()
        if any(LIST_MARK.match(line) for line in lines):
            found += [
                ("• " if LIST_MARK.match(line) else "")
                + plain_text(LIST_MARK.sub("", line), length=2000, base=base)
                for line in lines
            ]
        elif lines:
            found.append(plain_text(block, length=20_000, base=base))
    return [line for line in found if line.strip("• ")]


def _for_mail(body: str, base: str) -> Markup:
    """HTML of a body, sanitised, whose own links and pictures name this portal in full."""
    html = str(render_markdown(body))
    return Markup(re.sub(r'(href|src)="/(?!/)', rf'\1="{base}/', html))

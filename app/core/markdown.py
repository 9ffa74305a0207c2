"""Markdown that vendor people write, made into safe HTML: courses, announcements.

The parser knows plain CommonMark and tables, no raw HTML; the sanitiser then lets a short list of tags through.
Links get `rel="nofollow noopener"`; pictures may only come from this portal: by a path, or by the name of a file that
lies with the text, as in `![What it shows](the-four-steps.png)`. Two fences are blocks of our own:

    ```say                      a sentence to use with a customer
    If someone had a nurse's password tonight, what could they open?
    ```

    ```check                    a question to oneself; nothing is sent or counted
    ? What should be checked first?
    - The office Wi-Fi
    * Who she is, and if the phone is healthy
    ! Identity and device health come before network or habit.
    ```
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import nh3
from flask_babel import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape

TAGS = {
    "a", "aside", "b", "blockquote", "br", "code", "details", "div", "em", "h2", "h3", "h4", "hr", "img", "li", "ol",
    "p", "pre", "strong", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
CLASSES = {
    "aside": {"say"},
    "details": {"check"},
    "p": {"say-head", "check-why"},
    "li": {"right"},
    "div": {"tablewrap"},
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height", "loading"},
    "ol": {"start"},
    "th": {"scope"},
}
SCHEMES = {"http", "https", "mailto", "tel"}
MAX_LENGTH = 100_000  # characters; beyond it the rest is cut, so that no text keeps a server busy
PICTURE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,119}")
LINK = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
UNDESCRIBED = re.compile(r'<img [^>]*alt=""')


def render_markdown(text: str | None, *, heading: int = 2, pictures: str = "") -> Markup:
    """HTML of a text, ready for a template. Never raises; what is not allowed is left out.

    The highest heading in the text becomes `<h{heading}>`, so that it fits below the page's own. `pictures` is the path
    under which pictures lie that are named without one; without it such a picture is its description alone.
    """
    parser = _parser()
    tokens = parser.parse(_sane(text))
    _fit_headings(tokens, heading)
    html = parser.renderer.render(tokens, parser.options, {"pictures": pictures})
    return Markup(
        nh3.clean(
            html,
            tags=TAGS,
            attributes=ATTRIBUTES,
            allowed_classes=CLASSES,
            attribute_filter=_own_pictures,
            url_schemes=SCHEMES,
            link_rel="nofollow noopener",
            strip_comments=True,
        )
    )


def lacks_description(text: str | None) -> bool:
    """True if a picture in the text says nothing to those who cannot see it."""
    return bool(text and "![" in text and UNDESCRIBED.search(render_markdown(text, pictures="/")))


def pictures_in(text: str | None) -> set[str]:
    """Names of the pictures that a text shows from among the files that lie with it, however they are written."""
    if not text or "![" not in text:
        return set()
    parser, named = _parser(), set[str]()
    parser.renderer.render(parser.parse(_sane(text)), parser.options, {"pictures": "/", "named": named})
    return named


def plain_text(text: str | None, *, length: int = 200, base: str | None = None) -> str:
    """The first words of a Markdown text without its marks, for lists and mails.

    What is longer than `length` ends after a whole word and "…"; only a script without spaces is cut between letters.
    With `base`, this portal's own address, each link is followed by where it leads: "link (https://x.example)".
    """
    html = str(render_markdown(text))
    if base is not None:
        html = LINK.sub(lambda link: _with_address(link[1], link[2], base), html)
    words = nh3.clean(html, tags=set()).split()
    plain = str(Markup(" ".join(words)).unescape())
    if len(plain) <= length:
        return plain
    start = plain[: length - 1]
    whole = start if plain[length - 1] == " " else start.rpartition(" ")[0]
    return (whole if 2 * len(whole) >= length else start).rstrip(" ,;:") + "…"


def _with_address(address: str, label: str, base: str) -> str:
    """A link as text; both parts are HTML. An address that is its own label stands there once."""
    full = base + address if address.startswith("/") else address
    said = full.removeprefix("mailto:").removeprefix("tel:")
    return label if label.strip() in (address, said) else f"{label} ({said})"


def _sane(text: str | None) -> str:
    return (text or "")[:MAX_LENGTH].replace("\x00", "")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    parser.add_render_rule("image", _image)
    return parser


def _fit_headings(tokens: Sequence[Token], heading: int) -> None:
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    shift = heading - min(levels) if levels else 0
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{max(2, min(4, int(token.tag[1]) + shift))}"


def _own_pictures(tag: str, name: str, value: str) -> str | None:
    """Pictures of this portal only: another server would learn who reads what, and the page's policy blocks it."""
    if tag == "img" and name == "src":
        return value if value.startswith("/") and not value.startswith(("//", "/\\")) else None
    if tag == "a" and name == "href" and value.startswith(("//", "/\\")):
        return None  # another server, though it reads like a page of ours
    return value


def _image(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    token = tokens[at]
    source = str(token.attrs.get("src", ""))
    if env.get("pictures") and PICTURE_NAME.fullmatch(source):
        env.get("named", set()).add(source)
        source = env["pictures"] + source
    said = token.content.strip()
    if _own_pictures("img", "src", source) is None:
        return str(escape(said))  # the description stands in for it
    return f'<img src="{escape(source)}" alt="{escape(said)}" loading="lazy">'


def _table_open(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    return '<div class="tablewrap"><table>'


def _table_close(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    return "</table></div>"


def _fence(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    token = tokens[at]
    kind = token.info.strip().lower()
    if kind == "say":
        paragraphs = "".join(
            f"<p>{_inline(part, env)}</p>" for part in token.content.strip().split("\n\n") if part
        )
        head = escape(_("Say this"))
        return f'<aside class="say"><p class="say-head">{head}</p>{paragraphs}</aside>\n'
    if kind == "check":
        return _check(token.content, env)
    return f"<pre><code>{escape(token.content)}</code></pre>\n"


def _check(content: str, env: Any) -> str:
    """A question with its answers; the summary opens what is right and why."""
    asked, options, why = [], [], []
    for line in filter(None, map(str.strip, content.splitlines())):
        mark, rest = line[0], line[1:].strip()
        if mark == "?":
            asked.append(rest)
        elif mark in "-*":
            options.append((mark == "*", rest))
        elif mark == "!":
            why.append(rest)
    shown = "".join(f"<li>{_inline(words, env)}</li>" for _right, words in options)
    right = "".join(
        f'<li class="right">{_inline(words, env)}</li>' for is_right, words in options if is_right
    )
    reason = f'<p class="check-why">{_inline(" ".join(why), env)}</p>' if why else ""
    opener = escape(_("Show the answer"))
    return (
        f"<p><strong>{_inline(' '.join(asked), env)}</strong></p><ul>{shown}</ul>"
        f'<details class="check"><summary>{opener}</summary><ul>{right}</ul>{reason}</details>\n'
    )


def _inline(text: str, env: Any) -> str:
    return str(_parser().renderInline(text.strip(), env))

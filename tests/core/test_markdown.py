"""Markdown of vendor people: what comes through, what is left out, and that no text keeps a server busy."""

import time

import pytest
from flask import Flask
from flask_babel import Babel

from app.core.markdown import lacks_description, pictures_in, plain_text, render_markdown


@pytest.fixture(scope="module")
def app() -> Flask:
    """An app that has nothing but languages."""
    made = Flask(__name__)
    Babel(made)
    return made


@pytest.fixture
def rendered(app):

    def render(text: str | None, **more: object) -> str:
        with app.test_request_context():
            return str(render_markdown(text, **more))

    return render


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,AAAA)",
        "![x](javascript:alert(1))",
        "[x](  java\tscript:alert(1))",
        "<a href='https://x.example' onclick='x()' style='color:red'>x</a>",
        "```say\n<script>alert(1)</script>\n```",
        "```check\n? <svg onload=alert(1)>\n* <b onclick=x>y</b>\n! <iframe src=//x>\n```",
        "[x]: javascript:alert(1)\n\n[x]",
    ],
)
def test_nothing_that_runs_comes_through(rendered, text):
    html = rendered(text)
    for forbidden in (
        "<script",
        "<iframe",
        "<svg",
        'onerror=alert(1)>"',
        'javascript:alert(1)"',
        ' onclick="',
        ' style="',
    ):
        assert forbidden not in html
    assert '<a href="java' not in html and '<a href="data' not in html and "<img" not in html


def test_links_say_nothing_of_us_and_pictures_are_our_own(rendered):
    html = rendered("[a](https://x.example) ![far](https://x.example/a.png) ![near](/training/a/files/b)")
    assert 'rel="nofollow noopener"' in html and "x.example/a.png" not in html and "far" in html
    assert '<img src="/training/a/files/b" alt="near"' in html
    for sly in ("//x.example/a.png", "/\\x.example/a.png", "https:/x.example"):
        html = rendered(f"![x]({sly})")
        assert "<img" not in html or 'src="/%5Cx' in html  # a path of ours that leads nowhere


def test_a_picture_named_without_a_path_lies_where_the_page_says(rendered):
    text = "![Four *steps*](steps.png)\n\n```say\n![here](b.jpg)\n```"
    assert "<img" not in rendered(text) and "Four" in rendered(text)
    html = rendered(text, pictures="/training/a/files/")
    assert '<img src="/training/a/files/steps.png"' in html and '<img src="/training/a/files/b.jpg"' in html
    for sly in ("../steps.png", "a/b.png", "x:y.png", "%2e%2e%2fa.png", ".htaccess", "?a.png"):
        assert "<img" not in rendered(f"![x]({sly})", pictures="/training/a/files/")


def test_a_picture_without_a_description_is_found():
    assert lacks_description("![](a.png)") and lacks_description("- x\n\n  ![ ](/a.png)")
    for fine in ("![a](a.png)", '`alt=""` and `![]`', "![", None, 'A "quote" ![said](/b.png) <img alt="">'):
        assert not lacks_description(fine), fine


def test_headings_fit_below_the_pages_own(rendered):
    assert "<h2>A</h2>" in rendered("# A") and "<h2>B</h2>" in rendered("### B")
    assert "<h3>A</h3>" in rendered("# A", heading=3)
    assert "<h1" not in rendered("# A\n\n## B\n\n###### C")


def test_our_own_blocks_are_drawn(rendered):
    html = rendered(
        "```say\nAsk *this*.\n```\n\n```check\n? What?\n- a\n* b\n! Why\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    assert '<aside class="say">' in html and "Ask <em>this</em>." in html
    assert "<summary>Show the answer</summary>" in html and '<li class="right">b</li>' in html
    assert '<div class="tablewrap"><table>' in html


@pytest.mark.parametrize(
    "text",
    ["[" * 50_000, "![a](" * 20_000, "> " * 40_000, "`a" * 50_000, "*" * 100_000, "\x00", None, "💥" * 9],
)
def test_no_text_keeps_the_server_busy_or_breaks_it(rendered, text):
    begun = time.monotonic()
    rendered(text)
    assert time.monotonic() - begun < 5


def test_lists_and_mails_get_plain_words(app):
    with app.test_request_context():
        assert plain_text("# A & b\n\n*c* <d> [e](https://x.example)") == "A & b c <d> e"
        assert plain_text("word " * 100, length=10) == "word word…"
        assert plain_text("up to 5,000 points for each deal", length=16) == "up to 5,000…"
        assert plain_text("see it, then register", length=10) == "see it…"
        assert plain_text("云备份" * 9, length=10) == "云备份" * 3 + "…"


def test_the_pictures_of_a_text_are_those_that_are_drawn() -> None:
    drawn = (
        '![a](a.png "T") ![a [b]](b.png) ![a](<c.png>) ![a][d]\n\n[d]: d.png\n\n[![e](e.png)](/deals)\n\n'
        "```say\n![f](f.png)\n```\n\n```check\n? ![g](g.png)\n- ![h](h.png)\n```\n\n![i](i.png)"
    )
    assert pictures_in(drawn) == {f"{letter}.png" for letter in "abcdefghi"}
    html = render_markdown(drawn, pictures="/here/")
    assert all(f'src="/here/{name}"' in html for name in pictures_in(drawn))
    spoken_of = (
        "```\n![a](a.png)\n```\n\n`![b](b.png)` \\![c](c.png) ![d](/d.png) ![e](https://e.example/e.png)"
    )
    assert pictures_in(spoken_of) == pictures_in("") == pictures_in(None) == set()

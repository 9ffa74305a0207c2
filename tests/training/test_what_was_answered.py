"""An answered question: the verdict is no word of the answers, and of several right answers one's own are marked."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.training.models import QuestionKind
from tests.cast import Cast, sign_in
from tests.e2e.looking import speak
from tests.training.support import publish, question, read_all


def begin(client: FlaskClient, cast: Cast) -> str:
    sign_in(client, cast.aisyah)
    return str(client.post("/training/zero-trust/quiz").headers["Location"])


@pytest.mark.parametrize(("language", "true"), [("ms", "betul"), ("id", "benar")])
def test_a_right_false_is_not_called_true(
    app: Flask, client: FlaskClient, cast: Cast, language: str, true: str
) -> None:
    with app.app_context():
        publish(questions=[question(1, QuestionKind.TRUE_FALSE, ("false",))])
        read_all("zero-trust", cast.aisyah)
    speak(app, language)
    at = begin(client, cast)
    client.post(at, data={"option": "false"})
    told = client.get(at).text
    answers, verdict = told.split('class="told-end"')
    assert "<b>Tepat.</b>" in verdict and f", {true}<" not in answers


def test_of_several_right_answers_ones_own_are_marked(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        publish(questions=[question(1, QuestionKind.MULTIPLE, ("a", "c"))])
        read_all("zero-trust", cast.aisyah)
    at = begin(client, cast)
    page = client.post(at, data={"option": ["a", "b"]}, headers={"HX-Request": "true"}).text
    rows = {
        words[0]: (looks, "Your answer" in row)
        for looks, row in re.findall(r'<li class="answer told([^"]*)">(.*?)</li>', page, re.DOTALL)
        if (words := re.findall(r"Option (\w)", row))
    }
    assert rows == {"a": (" ok", True), "b": (" bad", True), "c": (" ok missed", False), "d": ("", False)}

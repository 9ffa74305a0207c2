"""The learner's pages over HTTP: with htmx and without, for oneself and for nobody else."""

import re
from dataclasses import replace

from flask import Flask
from flask.testing import FlaskClient

from app.training.models import ModuleKind
from app.training.queries.courses import find_course, list_visible
from app.training.queries.learning import list_parts
from app.training.services import quizzes
from app.training.words import part_line
from tests.cast import Cast, add_person, sign_in
from tests.ledger.support import clean
from tests.support.statements import count_statements
from tests.training.support import certify, drawn, pays, publish, read_all, right, wrong

HX = {"HX-Request": "true", "HX-Target": "main"}


def go_through(client: FlaskClient, slug: str, parts: int = 3) -> str:
    """Begin, finish every part, start the quiz; the address of its first question."""
    at = client.post(f"/training/{slug}/start").headers["Location"]
    for number in range(1, parts + 1):
        assert at.endswith(f"/training/{slug}/parts/{number}")
        page = client.get(at)
        assert page.status_code == 200
        at = client.post(f"/training/{slug}/parts/{number}").headers["Location"]
    assert at.endswith(f"/training/{slug}")
    assert "Start the quiz" in client.get(at).text
    return client.post(f"/training/{slug}/quiz").headers["Location"]


def answers(app: Flask, attempt_id: str, who: Cast, *, mistakes: int = 0) -> list[list[str]]:
    """The keys to send for each question of an attempt."""
    with app.app_context():
        from app.core.db import db
        from app.training.models import Attempt

        attempt = db.session.query(Attempt).filter_by(public_id=attempt_id).one()
        return [wrong(asked) if row.number <= mistakes else right(asked) for row, asked in drawn(attempt)]


def test_a_course_is_gone_through_with_plain_forms_to_the_certificate(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        pays(cast, 150)
        publish()
    sign_in(client, cast.aisyah)
    assert "Zero Trust basics" in client.get("/training").text
    at = go_through(client, "zero-trust")
    keys = answers(app, at.split("/")[-2], cast)
    for number, chosen in enumerate(keys, 1):
        page = client.get(at)
        assert f"{number} of 5" in page.text and "Because" not in page.text
        told = client.post(at, data={"option": chosen})
        assert told.status_code == 303
        page = client.get(told.headers["Location"])
        assert "Correct." in page.text and "Because" in page.text
        at = re.sub(r"\d+$", str(number + 1), at)
    assert "You passed: 5 of 5" in page.text
    assert "+150" in page.text and "Train and earn" in page.text
    result = client.get(at.rsplit("/", 1)[0])
    assert "certified, Aisyah" in result.text and "150 points richer" in result.text
    serial = re.search(r"/certificates/([A-Z0-9-]+)\.pdf", result.text)
    assert serial is not None
    stranger = app.test_client().get(f"/certificates/{serial[1]}")
    assert stranger.status_code == 200 and "Aisyah Rahman" in stranger.text and "Valid." in stranger.text
    pdf = app.test_client().get(f"/certificates/{serial[1]}.pdf")
    assert pdf.mimetype == "application/pdf" and pdf.data.startswith(b"%PDF")


def test_the_answer_to_the_last_question_shows_what_it_earned(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        pays(cast, 150)
        publish(questions=2)
    sign_in(client, cast.aisyah)
    at = go_through(client, "zero-trust")
    keys = answers(app, at.split("/")[-2], cast)
    first = client.post(at, data={"option": keys[0]}, headers=HX)
    assert first.status_code == 200 and "Correct." in first.text and "<html" not in first.text
    last = client.post(at[:-1] + "2", data={"option": keys[1]}, headers=HX)
    assert "+150" in last.text and "Train and earn" in last.text and "See your certificate" in last.text
    again = client.post(at[:-1] + "2", data={"option": keys[1]}, headers=HX)
    assert again.status_code == 200 and "+150" in again.text


def test_forged_answers_are_refused_with_a_sentence_and_the_page_stays(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        publish()
        read_all("zero-trust", cast.budi)
        foreign = quizzes.begin_attempt("zero-trust", actor=cast.budi).public_id
    sign_in(client, cast.aisyah)
    at = go_through(client, "zero-trust")
    base = at[:-1]
    keys = answers(app, at.split("/")[-2], cast, mistakes=1)
    for data, status, sentence in (
        ({"option": "zz"}, 409, "not among those offered"),
        ({"option": ["a", "b"]}, 422, "one answer"),
        ({}, 422, "Choose an answer"),
        ({"option": "😀" * 3000}, 409, "not among those offered"),
    ):
        for headers in ({}, HX):
            told = client.post(at, data=data, headers=headers)
            assert told.status_code == status and sentence in told.text
            assert headers or "1 of 5" in told.text
    assert client.post(f"{base}3", data={"option": "a"}).status_code == 409
    for path in (f"{base}0", f"{base}9", f"{base}99999999999999999999"):
        assert client.post(path, data={"option": "a"}).status_code == 404
    theirs = f"/training/zero-trust/quiz/{foreign}"
    assert client.get(theirs).status_code == client.get(f"{theirs}/1").status_code == 404
    assert client.post(f"{theirs}/1", data={"option": "a"}).status_code == 404
    assert client.post(at, data={"option": keys[0]}).status_code == 303
    changed = client.post(at, data={"option": "b"})
    assert (
        changed.status_code == 409 and "first answer counts" in changed.text and "Not quite." in changed.text
    )
    assert client.get(f"{base}5").headers["Location"].endswith("/2"), "nobody looks ahead"


def test_three_failures_say_when_the_quiz_opens_again(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        certify("Certified Seller", publish(questions=1, parts=1), publish("other", title="Other"))
        read_all("zero-trust", cast.aisyah, parts=1)
    sign_in(client, cast.aisyah)
    listed = client.get("/training").text
    assert "Only the quiz is left" in listed and 'class="btn accent" href="/training/zero-trust"' in listed
    for left in (2, 1, None):
        at = client.post("/training/zero-trust/quiz").headers["Location"]
        page = client.post(at, data={"option": "a"}, headers=HX)
        assert "0 of 1 right; 1 are needed" in page.text
        assert (f"You have {left} attempt" if left else "opens again on") in page.text
    refused = client.post("/training/zero-trust/quiz")
    assert refused.status_code == 409 and "opens again on" in refused.text
    assert "opens again on" in client.get("/training/zero-trust").text
    listed = client.get("/training").text
    assert "The quiz opens again " in listed and "Only the quiz is left" not in listed
    assert 'class="btn accent" href="/training/other"' in listed, "to go on is to do what can be done"


def test_the_third_try_passes_and_pays_and_a_stranger_can_verify_it(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        pays(cast, 150)
        publish(questions=4, parts=1, drawn_count=3)
    sign_in(client, cast.aisyah)
    client.post("/training/zero-trust/start")
    client.post("/training/zero-trust/parts/1")
    for number in (1, 2, 3):
        at = client.post("/training/zero-trust/quiz").headers["Location"]
        for place, keys in enumerate(
            answers(app, at.split("/")[-2], cast, mistakes=0 if number == 3 else 2), 1
        ):
            page = client.post(f"{at[:-1]}{place}", data={"option": keys}, headers=HX)
        assert ("+150" in page.text) is (number == 3)
    result = client.get(at.rsplit("/", 1)[0]).text
    serial = re.search(r"/certificates/([A-Z0-9-]+)\.pdf", result)
    assert serial is not None and "150 points richer" in result
    assert "Aisyah Rahman" in app.test_client().get(f"/certificates/{serial[1]}").text
    with app.app_context():
        clean()


def test_a_second_pass_says_that_it_earns_nothing(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        pays(cast, 150)
        publish(questions=1, parts=1)
    sign_in(client, cast.aisyah)
    for sentence in ("+150", "earns no points"):
        client.post("/training/zero-trust/start")
        client.post("/training/zero-trust/parts/1")
        at = client.post("/training/zero-trust/quiz").headers["Location"]
        page = client.post(at, data={"option": "b"}, headers=HX)
        assert sentence in page.text
        assert sentence in client.get(at.rsplit("/", 1)[0]).text
    assert page.text.count("+150") == 0


def test_parts_read_without_signal_are_marked_with_the_next_one(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        publish(parts=6)
    sign_in(client, cast.aisyah)
    client.post("/training/zero-trust/start")
    forged = ["0", "-1", "7", "999", "x", "9" * 5000, "😀"]
    told = client.post("/training/zero-trust/parts/2", data={"before": ["1", "1", *forged]})
    assert told.headers["Location"].endswith("/training/zero-trust/parts/3")
    told = client.post("/training/zero-trust/parts/4", data={"before": ["6"]})
    assert told.headers["Location"].endswith("/training/zero-trust/parts/3"), "the first that was not read"
    told = client.post("/training/zero-trust/start", data={"before": ["3"]})
    assert told.headers["Location"].endswith("/training/zero-trust/parts/5"), "what the button named"
    with app.app_context():
        parts = list_parts(find_course("zero-trust", cast.aisyah))
        assert [part.is_done for part in parts] == [True, True, True, True, False, True]
    assert client.post("/training/zero-trust/start", data={"before": ["99"]}).status_code == 404


def test_parts_read_without_signal_can_pass_a_course_only_with_a_tap_on_it(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        pays(cast, 30)
        publish("short", questions=0, parts=3, gives_certificate=False)
    sign_in(client, cast.aisyah)
    client.post("/training/short/start")
    told = client.post("/training/short/parts/3", data={"before": ["1", "2"]})
    assert told.headers["Location"].endswith("/training/short/passed")
    with app.app_context():
        clean()


def test_a_phone_may_keep_a_course_that_was_begun_and_never_its_quiz(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        publish(questions=1, parts=1)
    sign_in(client, cast.aisyah)

    def kept(path: str) -> bool:
        answer = client.get(path)
        assert answer.status_code == 200
        return answer.headers.get("X-Offline") == cast.aisyah.public_id

    course, part = "/training/zero-trust", "/training/zero-trust/parts/1"
    assert kept("/training") and not kept(course) and not kept(part)
    client.post(f"{course}/start")
    assert kept(course) and kept(part) and not client.get(part, headers=HX).headers.get("X-Offline")
    client.post(part)
    question = client.post(f"{course}/quiz").headers["Location"]
    assert not kept(question)
    client.post(question, data={"option": "b"})
    assert not kept(question) and not kept(question.rsplit("/", 1)[0]) and kept(course) and kept(part)


def test_a_part_that_is_done_says_what_was_done_with_it(app: Flask, cast: Cast) -> None:
    with app.app_context():
        publish()
        read_all("zero-trust", cast.aisyah, parts=1)
        first, second, _third = list_parts(find_course("zero-trust", cast.aisyah))
    with app.test_request_context():
        done = [part_line(replace(first, kind=kind)) for kind in ModuleKind]
        assert part_line(second) == "4 min"
    assert dict(zip(ModuleKind, done, strict=True)) == {"text": "Read", "video": "Watched", "file": "Opened"}


def test_a_short_read_shows_what_it_earned(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        pays(cast, 30)
        publish("short", questions=0, parts=1, gives_certificate=False)
    sign_in(client, cast.aisyah)
    client.post("/training/short/start")
    at = client.post("/training/short/parts/1").headers["Location"]
    page = client.get(at)
    assert "Course finished" in page.text and "30 points richer" in page.text


def test_the_page_shows_the_path_first_and_what_there_is_to_earn(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        pays(cast, 150)
        one, two = publish("one", title="One"), publish("two", title="Two")
        publish("three", title="Three")
        certify("Certified Seller", one, two, opens={"en": "Gold deal registration"})
        read_all("one", cast.aisyah)
        quiz = quizzes.begin_attempt("one", actor=cast.aisyah)
        for row, asked in drawn(quiz):
            quizzes.answer(quiz.public_id, row.number, right(asked), actor=cast.aisyah)
    sign_in(client, cast.aisyah)
    page = client.get("/training").text
    assert page.index("Certified Seller") < page.index("Two") < page.index("One") < page.index("Three")
    assert "1 of 2" in page and "Finish to unlock Gold deal registration" in page
    assert "300" in page and "+150" in page


def test_pages_ask_for_no_more_statements_however_much_there_is(app: Flask, cast: Cast) -> None:
    with app.app_context():
        pays(cast, 10)
        for number in range(30):
            publish(f"c{number}", title=f"Course {number}", questions=1, parts=2)
        certify("Seller", *[publish(f"p{number}", questions=1, parts=1) for number in range(3)])
        person = add_person("many@kinabalu.example.com", "Many", cast.aisyah.role, cast.kinabalu)
        for number in range(12):
            read_all(f"c{number}", person, parts=2)
        attempt = quizzes.begin_attempt("c1", actor=person)
        done = quizzes.answer(attempt.public_id, 1, ["b"], actor=person)
        assert done.outcome is not None and len(list_visible(person)) == 33
        serial = done.outcome.serials[0]
    client = sign_in(app.test_client(), person)
    quiz = f"/training/c1/quiz/{attempt.public_id}"
    for path in (
        "/training",
        "/training/c1",
        "/training/c1/parts/1",
        quiz,
        f"{quiz}/1",
        f"/certificates/{serial}",
    ):
        with count_statements(app) as seen:
            answer = client.get(path)
        assert answer.status_code == 200
        assert len(seen) <= 8, "\n".join([path, *seen])

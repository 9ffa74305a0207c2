"""Certificates: serials, renewal, revocation, certifications of several courses, the page and the PDF."""

import io
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import uharfbuzz as hb
from flask import Flask
from flask.testing import FlaskClient
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from sqlalchemy import select, update

from app.core.clock import travel, utc_now
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from app.core.jobs import Job, run_due
from app.core.mail import Mail
from app.core.pdf import Certificate as Sheet
from app.core.pdf import certificate_pdf
from app.core.printing import Face, printable
from app.core.settings import current_settings
from app.identity.actor import Actor
from app.identity.models import Person
from app.training.models import Certificate, Certification
from app.training.queries.certificates import find_certificate, list_admin, list_own
from app.training.services import catching_up, certifying, learning
from app.training.services.certificates import LETTERS, last_day, new_serial, revoke
from tests.cast import Cast, sign_in
from tests.training.support import certify, publish, read_all, try_quiz

NAMES = {
    "latin": "Aina Zahari Šimůnková",
    "tamil": "சிவகுமார் செல்வராஜ்",
    "arabic": "محمد عبد الرحمن بن علي",
}


def passed(slug: str, actor: object, parts: int = 3) -> tuple[str, ...]:
    """Serials of one pass."""
    learning.enrol(slug, actor=actor)  # type: ignore[arg-type]
    read_all(slug, actor, parts)  # type: ignore[arg-type]
    outcome = try_quiz(slug, actor).outcome  # type: ignore[arg-type]
    assert outcome is not None
    return outcome.serials


def test_serials_end_in_eight_random_characters() -> None:
    serials = {new_serial("", "Zero Trust basics", date(2026, 11, 22)) for _at in range(500)}
    assert len(serials) == 500
    assert all(
        each.startswith("ZTB-26-") and len(each) == 15 and set(each[7:]) <= set(LETTERS) for each in serials
    )
    assert new_serial("VCS", "x", date(2026, 1, 1)).startswith("VCS-26-")
    assert new_serial("", "安全 😀", date(2026, 1, 1)).startswith("C-26-")


@pytest.mark.parametrize(
    ("on", "months", "until"),
    [
        (date(2026, 11, 22), 12, date(2027, 11, 21)),
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
        (date(2026, 8, 31), 6, date(2027, 2, 27)),
        (date(2026, 11, 22), None, None),
    ],
)
def test_validity_counts_in_months(on: date, months: int | None, until: date | None) -> None:
    assert last_day(on, months) == until


def test_a_certificate_runs_out_and_is_renewed_by_passing_again(app: Flask, cast: Cast) -> None:
    with app.app_context():
        publish(validity_months=12)
        (first,) = passed("zero-trust", cast.aisyah)
        before = find_certificate(first)
        with travel(utc_now() + timedelta(days=320)):
            assert find_certificate(first).can_renew
            (second,) = passed("zero-trust", cast.aisyah)
            old, new = find_certificate(first), find_certificate(second)
            own = [each.serial for each in list_own(cast.aisyah)]
        with travel(utc_now() + timedelta(days=370)):
            gone = find_certificate(first).state
        assert before.state == "valid" and not before.can_renew
        assert old.is_renewed and not old.can_renew and old.state == "valid"
    assert new.valid_until is not None and old.valid_until is not None and new.valid_until > old.valid_until
    assert own == [second] and gone == "expired"


@pytest.mark.parametrize(("days", "sentence"), [(320, "certificate ends on"), (370, "certificate ended on")])
def test_the_page_of_a_course_says_that_passing_again_renews(
    app: Flask, cast: Cast, days: int, sentence: str
) -> None:
    with app.app_context():
        publish(validity_months=12)
        passed("zero-trust", cast.aisyah)
    assert "Take it again" in sign_in(app.test_client(), cast.aisyah).get("/training/zero-trust").text
    with travel(utc_now() + timedelta(days=days)):
        page = sign_in(app.test_client(), cast.aisyah).get("/training/zero-trust").text
    assert sentence in page and "Renew it" in page and "earns nothing" not in page


def test_a_certificate_without_an_end_is_given_once(app: Flask, cast: Cast) -> None:
    with app.app_context():
        publish()
        assert len(passed("zero-trust", cast.aisyah)) == 1
        assert passed("zero-trust", cast.aisyah) == ()


def test_a_certification_needs_all_its_courses_and_to_renew_all_of_them_again(app: Flask, cast: Cast) -> None:
    with app.app_context():
        one, two = (publish(slug, gives_certificate=False) for slug in ("one", "two"))
        certify("Certified Seller", one, two, serial_prefix="VCS", validity_months=12)
        assert passed("one", cast.aisyah) == ()
        (serial,) = passed("two", cast.aisyah)
        assert passed("two", cast.aisyah) == (), "one course again renews nothing"
        (again,) = passed("one", cast.aisyah)
        rows = {row.serial: row for row in db.session.scalars(select(Certificate))}
    assert serial.startswith("VCS-") and rows[again].renews_id == rows[serial].id
    assert rows[serial].title == {"en": "Certified Seller"}


def test_who_has_passed_all_courses_already_is_certified_once(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "BATCH", 1)
    path = certifying.Path(
        {"en": "Certified Seller", "ms": "Penjual Bertauliah"}, ["one", "two"], serial_prefix="VCS"
    )

    def held(actor: Actor) -> int:
        return db.session.query(Certificate).filter_by(person_id=actor.person_id).count()

    def saved(slug: str | None = "certified-seller", **change: Any) -> Certification:
        made = certifying.save_path(slug, replace(path, **change), actor=cast.marketer)
        run_due()
        return made

    with app.app_context():
        for slug in ("one", "two", "three"):
            publish(slug, gives_certificate=False)
        for who, slugs in (
            (cast.aisyah, ("one", "two")),
            (cast.kinabalu_admin, ("one", "two")),
            (cast.budi, ("one",)),
        ):
            for slug in slugs:
                assert passed(slug, who) == ()
        made = saved(None, is_live=False)
        assert held(cast.aisyah) == 0
        saved(courses=["one", "two", "three"])
        assert held(cast.aisyah) == held(cast.kinabalu_admin) == 0
        saved()  # one course less is asked for
        assert (held(cast.aisyah), held(cast.kinabalu_admin), held(cast.budi)) == (1, 1, 0)
        for run in ("again", "and-again"):
            assert catching_up.certify_batch(made.id, run, 0) == 0
        saved(is_live=False)
        saved()
        assert (held(cast.aisyah), held(cast.kinabalu_admin), held(cast.budi)) == (1, 1, 0)
        given = db.session.query(Certificate).filter_by(person_id=cast.aisyah.person_id).one()
        assert given.serial.startswith("VCS-") and given.organisation_name == cast.aisyah.organisation_name
        letters = db.session.scalars(select(Mail).where(Mail.recipient == cast.aisyah.email)).all()
        assert [letter.subject for letter in letters] == ["A certificate for you: Certified Seller"]
        assert f"/certificates/{given.serial}" in letters[0].text
        revoke(given.serial, "Somebody else sat the quiz", actor=cast.marketer)
        saved(is_live=False)
        saved()
        assert held(cast.aisyah) == 1, "what was taken back is not given again for the same passes"
        assert len(passed("two", cast.budi)) == 1, "later passes count as ever"
        assert not db.session.query(Job).filter(Job.error.is_not(None)).count()


def test_revoking_needs_a_reason_and_the_right_and_happens_once(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        publish()
        (serial,) = passed("zero-trust", cast.aisyah)
        for actor, reason, error in (
            (cast.marketer, "  ", InvalidInput),
            (cast.marketer, "x" * 501, InvalidInput),
            (cast.finance, "Wrong person", Forbidden),
            (cast.aisyah, "Mine", Forbidden),
        ):
            with pytest.raises(error):
                revoke(serial, reason, actor=actor)
        with pytest.raises(NotFound):
            revoke("VCS-26-AAAAAAAA", "Wrong person", actor=cast.owner)
        revoke(serial, "Somebody else sat the quiz", actor=cast.marketer)
        with pytest.raises(Conflict):
            revoke(serial, "Again", actor=cast.owner)
        assert len(passed("zero-trust", cast.aisyah)) == 1, "passing again earns a new one"
    page = client.get(f"/certificates/{serial}")
    assert "Revoked." in page.text and "Somebody else" not in page.text
    assert "no-store" in page.headers["Cache-Control"]
    with app.app_context():
        told = db.session.scalars(select(Mail).where(Mail.recipient == cast.aisyah.email)).one()
        assert told.subject == "Your certificate was taken back: Zero Trust basics"
        assert "Somebody else sat the quiz" in told.text and f"/certificates/{serial}" in told.text
    for who, is_told in ((cast.aisyah, True), (cast.budi, False)):  # why is between the holder and the vendor
        sign_in(client, who)
        assert ("Somebody else sat" in client.get(f"/certificates/{serial}").text) == is_told


def test_revoking_a_certificate_leaves_no_twin_of_it_valid(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    """Passing again while the first stands gives a second one; both rest on the same person's word."""
    with app.app_context():
        publish(validity_months=12)
        publish("other", title="Other things")
        (first,), (other,) = passed("zero-trust", cast.aisyah), passed("other", cast.aisyah)
        (theirs,), (second,) = passed("zero-trust", cast.budi), passed("zero-trust", cast.aisyah)
        revoke(second, "Somebody else sat the quiz", actor=cast.marketer)
        with pytest.raises(Conflict):
            revoke(first, "Again", actor=cast.owner)
    assert "Revoked." in client.get(f"/certificates/{first}").text
    for standing in (other, theirs):
        assert "Revoked." not in client.get(f"/certificates/{standing}").text


def test_the_vendors_list_keeps_to_its_scope_and_finds_names(app: Flask, cast: Cast) -> None:
    with app.app_context():
        publish()
        (mine,) = passed("zero-trust", cast.aisyah)
        (theirs,) = passed("zero-trust", cast.budi)
        found, following = list_admin(cast.marketer, search="aisyah")
        assert [each.serial for each in found] == [mine] and following is None
        assert [each.serial for each in list_admin(cast.owner, search=theirs.lower())[0]] == [theirs]
        assert {each.serial for each in list_admin(cast.auditor, state="valid")[0]} == {mine, theirs}
        assert list_admin(cast.owner, search="%")[0] == [] and list_admin(cast.owner, after="x")[0]


def test_anybody_may_check_a_serial_and_nobody_learns_more(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        publish(validity_months=12)
        (serial,) = passed("zero-trust", cast.aisyah)
    page = client.get(f"/certificates/{serial}")
    assert page.status_code == 200 and client.get(f"/certificates/{serial.lower()}").status_code == 200
    for told in ("Aisyah Rahman", "Kinabalu Networks", "Zero Trust basics", serial, "<svg"):
        assert told in page.text
    assert "aisyah@" not in page.text and "style=" not in page.text
    for typed in (serial.replace("-", ""), serial.replace("-", "").lower(), f" {serial.replace('-', ' ')} "):
        assert "Aisyah Rahman" in client.get(f"/certificates/{typed}").text
        assert client.get(f"/certificates/{typed}.pdf").status_code == 200
    unknown = client.get(f"/certificates/{serial[:-1]}")
    assert unknown.status_code == 404 and "No certificate has this number" in unknown.text
    assert 'class="public' in unknown.text and "letter by letter" in unknown.text
    assert "data-copy" not in page.text
    own = sign_in(app.test_client(), cast.aisyah).get(f"/certificates/{serial}").text
    assert 'js-only" data-copy="#address"' in own and f"/certificates/{serial}</code>" in own
    for wrong in (serial[:-1], "x" * 3000, "%00", "..%2f", "😀"):
        assert client.get(f"/certificates/{wrong}").status_code == 404
        assert client.get(f"/certificates/{wrong}.pdf").status_code == 404


def test_a_name_of_5000_characters_breaks_nothing(app: Flask, cast: Cast) -> None:
    with app.app_context():
        publish()
        with transaction():
            name = "Nama " * 1000
            db.session.execute(update(Person).where(Person.id == cast.aisyah.person_id).values(name=name))
    client = sign_in(app.test_client(), cast.aisyah)
    client.post("/training/zero-trust/start")
    for number in (1, 2, 3):
        client.post(f"/training/zero-trust/parts/{number}")
    with app.app_context():
        from dataclasses import replace

        done = try_quiz("zero-trust", replace(cast.aisyah, name=name))
        assert done.outcome is not None
        serial = done.outcome.serials[0]
    for path in (
        f"/certificates/{serial}",
        f"/training/zero-trust/quiz/{done.attempt.public_id}",
        "/training",
    ):
        assert client.get(path).status_code == 200
    pdf = client.get(f"/certificates/{serial}.pdf")
    reader = PdfReader(io.BytesIO(pdf.data))
    assert len(reader.pages) == 1 and "Nama Nama" in reader.pages[0].extract_text()


def glyphs(face: Face, text: str) -> list[int]:
    """Glyph ids that a face shapes a text into."""
    font = TTFont(face.path, fontNumber=face.number)
    font.flavor = None
    plain = io.BytesIO()
    font.save(plain)
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(hb.Font(hb.Face(plain.getvalue())), buffer)
    return [info.codepoint for info in buffer.glyph_infos]


@pytest.mark.parametrize("script", NAMES)
def test_every_letter_of_a_name_has_a_glyph(make_app: object, script: str) -> None:
    """No glyph is number 0, the box; and the text of the page is the name."""
    app: Flask = make_app()  # type: ignore[operator]
    with app.test_request_context():
        found = printable(NAMES[script])
        data = certificate_pdf(
            Sheet("Certified Seller", NAMES[script], serial="X-26-AAAAAAAA", url="https://t.example/x")
        )
    assert found.missing == () and found.text == NAMES[script]
    for word in found.text.split():
        whole = [face for face in found.faces if {ord(letter) for letter in word} <= face.letters]
        letters = [(face, word) for face in whole[:1]] or [
            (next(face for face in found.faces if ord(letter) in face.letters), letter) for letter in word
        ]
        assert all(0 not in glyphs(face, part) for face, part in letters)
    text = PdfReader(io.BytesIO(data)).pages[0].extract_text()
    assert set("Certified Seller") <= set(text) and "could" not in text
    if script != "arabic":  # joined letters read back in another order
        assert "".join(NAMES[script].split()) in "".join(text.split())
    assert {letter for letter in NAMES[script] if letter.isalpha()} - set(text) <= set("لع"), text


def font_with(folder: Path, letters: str) -> None:
    """A font file of squares that has just these letters, as a system's font folder may have."""
    pen = TTGlyphPen(None)
    pen.moveTo((50, 0))
    pen.lineTo((50, 700))
    pen.lineTo((700, 700))
    pen.closePath()
    names = [".notdef", *(f"u{ord(letter):X}" for letter in letters)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(letter): f"u{ord(letter):X}" for letter in letters})
    builder.setupGlyf({name: pen.glyph() for name in names})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (800, 50)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Test", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(folder / "NotoSansCJK-Test.ttf")


def test_chinese_is_printed_with_a_font_from_the_folder_or_the_page_says_so(
    make_app: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.core.printing.PLACES", {"linux": ()})
    app: Flask = make_app(pdf_font_dir=str(tmp_path / "fonts"))  # type: ignore[operator]
    with app.test_request_context():
        assert current_settings().pdf_font_dir
        sheet = Sheet("Certified Seller", "陳 大文 Tan", url="https://t.example/certificates/X")
        without = PdfReader(io.BytesIO(certificate_pdf(sheet))).pages[0].extract_text()
        (tmp_path / "fonts").mkdir()
        font_with(tmp_path / "fonts", "陳大文")
        with_font = PdfReader(io.BytesIO(certificate_pdf(sheet))).pages[0].extract_text()
        emoji = printable("Tan 😀")
    assert "No font here has some letters" in without and "https://t.example" in without and "Tan" in without
    assert "陳" not in without
    assert "陳 大文 Tan" in with_font and "No font" not in with_font
    assert emoji.text == "Tan" and emoji.missing == ("😀",)

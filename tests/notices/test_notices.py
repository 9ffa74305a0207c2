"""The bell: told once, in the language one has when one reads, read by opening."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import travel, utc_now
from app.core.db import db, transaction
from app.core.i18n import _
from app.identity.actor import Actor
from app.notices import services
from app.notices.models import Notice
from app.notices.queries import PAGE_SIZE, list_notices, unread_count
from tests.cast import Cast, add_company, add_person, sign_in
from tests.races import race
from tests.support.statements import count_statements


def tell(people: list[Actor], dedupe: str = "one", **changes: Any) -> None:
    """Tell people one thing in a transaction of its own."""
    given = {"words": lambda: (_("Deals"), "Told to you"), "href": "/deals", **changes}
    with transaction():
        services.notify([person.person_id for person in people], "test.told", dedupe=dedupe, **given)


def unread(actor: Actor) -> int:
    return int(db.session.scalar(unread_count(actor)) or 0)


def test_a_notice_is_told_once_to_each(app: Flask, cast: Cast) -> None:
    with app.app_context():
        tell([cast.aisyah, cast.budi])
        tell([cast.aisyah, cast.budi, cast.kinabalu_admin])
        for person in (cast.aisyah, cast.budi, cast.kinabalu_admin):
            (line,) = list_notices(person).lines
            assert (line.title, line.is_read) == ("Deals", False)
        assert unread(cast.aisyah) == 1
        assert unread(cast.manager) == 0


def test_words_are_asked_for_once_a_language_of_the_site(app: Flask, cast: Cast) -> None:
    asked = []

    def words() -> tuple[object, object]:
        asked.append(_("Wallet"))
        return asked[-1], ""

    with app.app_context():
        tell([cast.aisyah, cast.kinabalu_admin, cast.budi, cast.merapi_admin], words=words)
        assert asked == ["Wallet", "Dompet", "Dompet"]
        with transaction():
            services.notify([None, -1], "x", words, href="/", dedupe="nobody")
        assert len(asked) == 3


def test_who_changes_language_reads_what_was_told_before_in_the_new_one(
    app: Flask, cast: Cast, client: FlaskClient
) -> None:
    with app.app_context():
        tell([cast.aisyah], words=lambda: (_("Wallet"), _("Deals")))
        with transaction():  # one that was told when there was a single language to a notice
            db.session.add(
                Notice(
                    person_id=cast.aisyah.person_id, kind="x", icon="bell", title="Ditulis dahulu", body="",
                    locale="ms", href="/", dedupe="old",
                )
            )  # fmt: skip
    sign_in(client, cast.aisyah)
    for language, title, body in (("en", "Wallet", "Deals"), ("id", "Dompet", "Deal")):
        client.post("/language", data={"locale": language, "next": "/"})
        page = client.get("/notices").text
        assert f'<span class="row-title">{title}</span><span class="row-sub">{body}</span>' in page
        assert '<span class="row-title" lang="ms">Ditulis dahulu</span>' in page
    client.post("/language", data={"locale": "ms", "next": "/"})
    assert '<span class="row-title">Ditulis dahulu</span>' in client.get("/notices").text


def test_words_in_another_language_than_the_readers_are_marked_as_such(
    app: Flask, cast: Cast, client: FlaskClient
) -> None:
    with app.app_context():
        tell([cast.aisyah], words=lambda: (services.Written("Hanya Melayu", "ms"), _("Wallet")))
    sign_in(client, cast.aisyah)
    for language, mark, body in (
        ("en", ' lang="ms"', "Wallet"),
        ("ms", "", "Dompet"),
        ("id", ' lang="ms"', "Dompet"),
    ):
        client.post("/language", data={"locale": language, "next": "/"})
        page = client.get("/notices").text
        told = f'<span class="row-title"{mark}>Hanya Melayu</span><span class="row-sub">{body}</span>'
        assert told in page, language


def test_notify_outside_a_transaction_is_refused(app: Flask, cast: Cast) -> None:
    with app.app_context(), pytest.raises(RuntimeError):
        services.notify([cast.aisyah.person_id], "x", lambda: ("a", "b"), href="/", dedupe="x")


def test_what_fails_later_tells_nobody(app: Flask, cast: Cast) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError), transaction():
            services.notify([cast.aisyah.person_id], "x", lambda: ("a", "b"), href="/", dedupe="x")
            raise ZeroDivisionError
        assert unread(cast.aisyah) == 0


def test_thousands_of_people_are_a_few_statements(app: Flask, cast: Cast) -> None:
    with app.app_context():
        company = add_company("Big Net", "MY", "MYR", "en", "Asia/Kuala_Lumpur", "Ipoh")
        first = add_person("p@big.example.com", "P", cast.aisyah.role, company)
        from app.core.bulk import insert_rows, reserve_ids
        from app.core.types import new_public_ids

        with transaction():
            ids, publics = reserve_ids("people", 2000), new_public_ids(2000)
            columns = (
                "id",
                "public_id",
                "email",
                "name",
                "locale",
                "has_shortcuts",
                "status",
                "created_at",
            )
            rows = [
                (number, public, f"{public}@big.example.com", "P", "ms", True, "active", utc_now())
                for number, public in zip(ids, publics, strict=True)
            ]
            insert_rows("people", columns, rows)
        with count_statements(app) as seen, transaction():
            services.notify([*ids, first.person_id], "x", lambda: ("a", "b"), href="/", dedupe="x")
        assert len(seen) <= 8
        assert db.session.query(Notice).count() == 2001


def test_two_workers_tell_once(app: Flask, cast: Cast, rounds: dict[str, int]) -> None:
    people = [cast.aisyah, cast.budi, cast.kinabalu_admin]
    for number in range(rounds["race"] // 5):
        outcomes = race(app, [lambda n=number: tell(people, f"race:{n}")] * 2)
        assert all(outcome.is_done for outcome in outcomes), [outcome.error for outcome in outcomes]
    with app.app_context():
        assert unread(cast.budi) == rounds["race"] // 5


def test_opening_reads_it_and_leads_there(app: Flask, cast: Cast, client: FlaskClient) -> None:
    with app.app_context():
        tell([cast.aisyah])
    page = sign_in(client, cast.aisyah).get("/notices")
    assert page.status_code == 200 and b"Mark all as read" in page.data
    with app.app_context():
        public_id = list_notices(cast.aisyah).lines[0].public_id
    answer = client.post(f"/notices/{public_id}/opening")
    assert (answer.status_code, answer.location) == (303, "/deals")
    with app.app_context():
        assert unread(cast.aisyah) == 0
    assert b"Mark all as read" not in client.get("/notices").data


def test_a_stranger_neither_sees_nor_opens_it(app: Flask, cast: Cast, client: FlaskClient) -> None:
    with app.app_context():
        tell([cast.aisyah])
        public_id = list_notices(cast.aisyah).lines[0].public_id
    sign_in(client, cast.kinabalu_admin)
    assert client.post(f"/notices/{public_id}/opening").status_code == 404
    assert b"Told to you" not in client.get("/notices").data
    with app.app_context():
        assert unread(cast.aisyah) == 1


def test_looking_writes_nothing_and_all_are_read_at_once(app: Flask, cast: Cast, client: FlaskClient) -> None:
    with app.app_context():
        for number in range(3):
            tell([cast.aisyah, cast.budi], str(number))
    sign_in(client, cast.aisyah).get("/notices")
    with app.app_context():
        assert unread(cast.aisyah) == 3
    assert client.post("/notices/reading").status_code == 303
    with app.app_context():
        assert (unread(cast.aisyah), unread(cast.budi)) == (0, 3)


def test_the_list_goes_on_by_key_within_few_statements(app: Flask, cast: Cast, client: FlaskClient) -> None:
    with app.app_context():
        for number in range(PAGE_SIZE + 2):
            tell([cast.aisyah], str(number), words=lambda n=number: (f"Notice {n:03}", ""))
        key = list_notices(cast.aisyah).next
        assert key
        rest = list_notices(cast.aisyah, after=key)
        assert [line.title for line in rest.lines] == ["Notice 001", "Notice 000"]
        assert rest.next is None
    sign_in(client, cast.aisyah)
    with count_statements(app) as seen:
        assert client.get("/notices").status_code == 200
    assert len(seen) <= 8
    rows = client.get(f"/notices?after={key}", headers={"HX-Request": "true"})
    assert b"<html" not in rows.data and b"Notice 000" in rows.data
    assert client.get("/notices?after=unknown").status_code == 200


def test_the_old_are_forgotten(app: Flask, cast: Cast) -> None:
    from datetime import timedelta

    with app.app_context():
        with travel(utc_now() - timedelta(days=400)):
            tell([cast.aisyah], "year")
        with travel(utc_now() - timedelta(days=100)):
            tell([cast.aisyah], "read")
            services.read_all(actor=cast.aisyah)
            tell([cast.aisyah], "unread")
        tell([cast.aisyah], "new")
        services.purge()
        assert [row.dedupe for row in db.session.query(Notice).order_by(Notice.id)] == ["unread", "new"]

"""`tangga user create` and the housekeeping of sign-in."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask.cli import ScriptInfo
from sqlalchemy import func, select, update

from app.core.clock import travel, utc_now
from app.core.db import db, transaction
from app.identity.cli import user_group
from app.identity.models import Person, SignInSecret, UserSession
from app.identity.services.signing_in import Browser, request_code
from app.identity.tasks import purge
from tests.cast import let_post, sign_in


def create(app, *arguments, password="a long secret\n"):
    command = ["create", "--password-stdin", *arguments]
    return CliRunner().invoke(user_group, command, input=password, obj=ScriptInfo(create_app=lambda: app))


def test_a_person_made_on_the_command_line_signs_in(app, client, cast):
    made = create(
        app, "--email", "New@Vendor.example.com", "--name", "New Owner", "--role", "owner", "--locale", "ms"
    )
    assert (made.exit_code, made.output) == (0, "Created New Owner <new@vendor.example.com> as owner.\n")
    let_post(client)
    form = {"email": "new@vendor.example.com", "password": "a long secret"}
    assert client.post("/sign-in", data=form).location == "/admin"


def test_a_partners_person_is_made_by_company_name_or_id(app, cast):
    for number, company in enumerate(("Kinabalu Networks", cast.kinabalu.public_id)):
        email = f"p{number}@kinabalu.example.com"
        made = create(app, "--email", email, "--name", "P", "--role", "member", "--company", company)
        assert made.exit_code == 0, made.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--email", "nonsense", "--name", "A", "--role", "owner"], "is not an email address"),
        (["--email", "a@b.example", "--name", " ", "--role", "owner"], "must not be empty"),
        (["--email", "a@b.example", "--name", "A", "--role", "member"], "needs --company"),
        (
            ["--email", "a@b.example", "--name", "A", "--role", "member", "--company", "No"],
            "there is no partner",
        ),
        (["--email", "a@b.example", "--name", "A", "--role", "owner", "--company", "No"], "does not go with"),
        (["--email", "aisyah@kinabalu.example.com", "--name", "A", "--role", "owner"], "already an account"),
    ],
)
def test_what_does_not_fit_is_one_line_and_no_row(app, cast, arguments, sentence):
    made = create(app, *arguments)
    assert made.exit_code == 1 and sentence in made.output and made.output.count("\n") == 1
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Person)) == 9


def test_a_weak_password_is_refused(app, cast):
    made = create(app, "--email", "a@b.example", "--name", "A", "--role", "owner", password="short\n")
    assert made.exit_code == 1 and "at least 10" in made.output


def test_sessions_and_secrets_go_a_month_after_their_last_use(app, client, cast):
    sign_in(client, cast.aisyah)
    with app.app_context():
        request_code(cast.budi.email, Browser(address="10.0.0.1"))
        purge()
        assert db.session.scalar(select(func.count()).select_from(UserSession)) == 1
        assert db.session.scalar(select(func.count()).select_from(SignInSecret)) == 1
        with transaction():
            db.session.execute(update(UserSession).values(ended_at=utc_now()))
        with travel(utc_now() + timedelta(days=31)):
            purge()
        assert db.session.scalar(select(func.count()).select_from(UserSession)) == 0
        assert db.session.scalar(select(func.count()).select_from(SignInSecret)) == 0

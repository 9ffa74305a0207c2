"""A zero character never reaches a database."""

import pytest
from flask.testing import FlaskClient

from tests.cast import let_post


@pytest.mark.parametrize("path", ["/sign-in?next=a%00b", "/sign-in/reset?x=%00", "/join/a%00b"])
def test_an_address_with_a_zero_character_leads_nowhere(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_form_with_a_zero_character_is_refused(client: FlaskClient) -> None:
    let_post(client)
    assert client.post("/sign-in/reset", data={"email": "a\x00@b.example.com"}).status_code == 422

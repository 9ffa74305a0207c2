"""What cannot be used is answered alike, whatever is wrong with it: nobody learns from a refusal what a code once was."""

import re
from datetime import timedelta

from app.codes import services
from app.codes.alphabet import draw_codes, shown
from app.core.clock import travel, utc_now
from tests.cast import let_post, sign_in
from tests.codes.test_services import ids_of
from tests.conftest import count_statements
from tests.rewards.conftest import build_shop

DRAWN = re.compile(r'(name="(?:csrf_token|idempotency_key)" value=|X-CSRFToken": ?|X-CSRFToken&#34;: ?)\S+')


def normal(text, code):
    """A page without what is drawn anew each time, tokens and keys, and without the code that was typed."""
    return DRAWN.sub(r"\1", text).replace(code, "CODE").replace(shown(code), "CODE")


def refused(app, cast, gifts):
    """Codes that cannot be used a month from now, by what is wrong with each."""
    used, (voided_id, voided) = gifts.one(500), gifts.make(500, 1)
    with app.app_context():
        services.claim("key-1", ids_of(used), actor=cast.budi)
        services.void_batch(voided_id, actor=cast.owner, reason="Test")
    return {
        "unknown": draw_codes(1)[0],
        "used": used,
        "void": voided[0],
        "locked": gifts.make(1_000, 101, approve=False)[1][0],
        "expired": gifts.one(500, until=(utc_now() + timedelta(days=1)).date()),
    }


def test_unknown_used_expired_void_and_locked_codes_answer_alike_wherever_they_are_typed(
    app, cast, gifts, client
):
    """Status, headers, bytes and statements: for a member and a guest at /redeem, and in the form of a reward."""
    shop = build_shop(app, cast)
    codes = refused(app, cast, gifts)
    form = {"denomination": shop.market_50, "quantity": 1, "idempotency_key": "k" * 9}
    reward = f"/rewards/{shop.market}/redemptions"
    ways = {
        "member": (cast.aisyah, lambda code: client.post("/redeem", data={"code": code})),
        "reward": (cast.kinabalu_admin, lambda code: client.post(reward, data={**form, "codes": code})),
        "guest": (None, lambda code: client.post("/redeem", data={"code": code})),
    }
    for way, (actor, ask) in ways.items():
        answers = {}
        for what, code in codes.items():
            with travel(utc_now() + timedelta(days=35)), count_statements(app) as statements:
                come(client, actor)
                statements.clear()
                answer = ask(code)
            headers = sorted(name for name, _value in answer.headers if name != "Set-Cookie")
            answers[what] = (answer.status_code, headers, normal(answer.text, code), tuple(statements))
        assert answers["unknown"][0] == 422 and "recognise this code" in answers["unknown"][2], way
        assert len(answers["unknown"][3]) >= 3, way
        for what, answer in answers.items():
            assert answer == answers["unknown"], (way, what)


def come(client, actor):
    """Sign in, or be nobody; with a form's token either way."""
    if actor is not None:
        sign_in(client, actor)
        return
    with client.session_transaction() as session:
        session.clear()
    let_post(client)

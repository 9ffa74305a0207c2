"""A fact is judged by the programs, and the ledger says what it earned."""

from sqlalchemy import text

from app.core.db import db
from tests.programs.makers import live, win


def available(kind, owner_id):
    query = text(
        "SELECT balance FROM accounts WHERE owner_kind = :kind AND owner_id = :id AND kind = 'available'"
    )
    return db.session.execute(query, {"kind": kind, "id": owner_id}).scalar() or 0


def test_a_won_deal_gives_four_points_per_hundred_ringgit_to_the_member(app, cast):
    with app.app_context():
        live(cast)
        done = win(cast, "D-1", 52_000_00)
        assert [(award.points, award.program_name, award.payee) for award in done.awards] == [
            (2080, "Deal won", "member")
        ]
        assert done.awards[0].posting_public_id
        assert available("member", cast.aisyah.person_id) == 2080

"""The demo's programs are made by the services and may be asked for twice."""

from app.core.db import db, transaction
from app.products.models import ProductFamily
from app.programs.estimates import estimate
from app.programs.models import Program, ProgramVersion, VersionState
from seeds.programs import seed_programs
from seeds.reference import seed_reference
from tests.programs.makers import assert_proven, win


def test_the_demo_programs_carry_the_figures_that_were_decided(app, cast):
    with app.app_context():
        with transaction():
            for slug in ("endpoint-security", "backup-365", "network-core", "point-of-sale"):
                db.session.add(ProductFamily(slug=slug, name=slug))
        for _time in range(2):
            seed_reference(cast.owner)
            seed_programs(cast.owner)
        assert db.session.query(Program).count() == 7
        waiting = db.session.query(ProgramVersion).filter_by(state=VersionState.WAITING).one()
        assert waiting.sent_at is not None
        found = estimate("deal_won", actor_or_org=cast.aisyah, amount_minor=48_000_00, currency="MYR")
        assert [(each.slug, each.points, each.hold_days) for each in found] == [("deal-won", 1920, 0)]
        found = estimate("sale", actor_or_org=cast.aisyah, amount_minor=1_999_99, currency="USD")
        assert [(each.slug, each.points, each.payee_kind) for each in found] == [
            ("purchases", 199, "organisation")
        ]
        assert win(cast, "D-1", 48_000_00).awards[0].points == 1920
        assert_proven()

"""The look for rivals goes through indices: it never walks over all deals."""

from __future__ import annotations

import random

from flask import Flask
from sqlalchemy import event, insert, text

from app.core.db import db, dialect, transaction
from app.deals.conflicts import customer_of, list_candidates
from app.deals.matching import signature
from app.deals.models import DealGram
from tests.cast import Cast
from tests.deals.support import sent

BULK = """INSERT INTO deals (public_id, organisation_id, member_id, state, revision, customer_name, customer_country,
 customer_domain, customer_registration_no, name_key, domain_key, registration_key, contact_name, contact_email, currency,
 value_minor, notes, created_at, saved_at, submitted_at, claimed_at, queued_at)
 SELECT :one, organisation_id, member_id, state, 1, :name, 'MY', '', '', :name, :domain, :number, '', '', 'MYR',
 100, '', created_at, saved_at, submitted_at, claimed_at, queued_at FROM deals WHERE id = :id"""


def test_a_check_among_two_thousand_deals_uses_an_index_for_each_way_to_meet(app: Flask, cast: Cast) -> None:
    dice = random.Random(7)
    with app.app_context():
        first = sent(cast, customer_domain="first.com.my", customer_registration_no="201901024417")
        rows = [
            {
                "one": f"bulk{number:010d}", "id": first.id, "domain": f"d{number}.com.my", "number": f"R{number:08d}",
                "name": "".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=14)),
            }
            for number in range(2_000)
        ]  # fmt: skip
        with transaction():
            db.session.execute(text(BULK), rows)
            ids = {row[1]: row[0] for row in db.session.execute(text("SELECT id, name_key FROM deals"))}
            grams = [
                {"deal_id": ids[str(row["name"])], "gram": gram, "country": "MY", "size": size}
                for row in rows
                for some, size in (signature(str(row["name"])),)
                for gram in some
            ]
            db.session.execute(insert(DealGram), grams)
        with db.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
        seen: list[tuple[str, object]] = []

        def keep(_conn: object, _cursor: object, statement: str, given: object, *_rest: object) -> None:
            if not statement.startswith("BEGIN"):
                seen.append((statement, given))

        event.listen(db.engine, "before_cursor_execute", keep)
        found = list_candidates(customer_of("Mutiara Logistics", "MY", "first.com.my", "201901024417"))
        event.remove(db.engine, "before_cursor_execute", keep)
        assert [row.id for row in found] == [first.id]
        assert len(seen) == 1
        explain = "EXPLAIN QUERY PLAN " if dialect() == "sqlite" else "EXPLAIN "
        statement, given = seen[0]
        plan = db.session.connection().exec_driver_sql(explain + statement, given)  # type: ignore[arg-type]
        told = "\n".join(str(row) for row in plan)
        if dialect() == "sqlite":
            assert "SCAN deals" not in told and "SCAN deal_grams" not in told, told
        else:
            assert "Seq Scan on deal" not in told, told

"""One mail per organisation and batch, none for history; one audit row per batch that changed something."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.core import storage
from app.core.clock import freeze, today, utc_now
from app.core.db import db, transaction
from app.core.mail import Mail
from app.integrations.imports import runs, tasks
from app.integrations.imports.models import ImportBatch, ImportKind
from app.partners.bulk import OrganisationRow, save_organisations
from app.partners.models import ExternalId
from tests.cast import Cast
from tests.imports.conftest import count, take, take_sample

Write = Callable[..., Path]
HEADER = "Invoice;Line;Date;Partner No;Product No;Quantity;Amount;Currency"


@pytest.fixture
def known(purchases: Any, cast: Cast) -> Cast:
    """Kinabalu and Merapi under numbers of the source, and the products of the sample."""
    take_sample("products")
    save_organisations("erp", [OrganisationRow("P9", "Nobody's", "MY", "MYR")])
    for key, company in (("K1", cast.kinabalu), ("M1", cast.merapi)):
        with transaction():
            db.session.add(ExternalId(kind="organisation", source="erp", key=key, target_id=company.id))
    return cast


def lines(day: Any, *partners: str) -> list[str]:
    return [f"I{n};{n};{day.isoformat()};{partner};FW-100;1;640.00;USD" for n, partner in enumerate(partners)]


def mails() -> list[Mail]:
    return list(db.session.scalars(db.select(Mail).order_by(Mail.recipient)))


def test_each_company_gets_one_mail_in_the_language_of_its_admin(known: Cast, write: Write) -> None:
    take("sales", write(HEADER, *lines(today(), "K1", "K1", "M1", "P9")), source="erp")
    found = mails()
    assert [mail.recipient for mail in found] == [known.kinabalu_admin.email, known.merapi_admin.email]
    assert "128 points" in found[0].subject and "2 sale lines" in found[0].text
    assert "64 poin" in found[1].subject
    assert "/sales" in found[0].text


def test_a_repeated_import_mails_nothing(known: Cast, write: Write) -> None:
    path = write(HEADER, *lines(today(), "K1"))
    take("sales", path, source="erp")
    take("sales", path, source="erp")
    assert len(mails()) == 1


def test_history_is_not_news(known: Cast, write: Write) -> None:
    take("sales", write(HEADER, *lines(today() - timedelta(days=46), "K1", "M1")), source="erp")
    assert (mails(), count("sale_lines")) == ([], 2)


def test_no_notices_when_told_so(known: Cast, write: Write) -> None:
    prepared = runs.prepare(ImportKind.SALES, write(HEADER, *lines(today(), "K1")), source="erp")
    runs.run(prepared, actor=None, is_quiet=True)
    assert mails() == []


def test_a_batch_writes_one_audit_row(known: Cast, write: Write) -> None:
    before = count("audit_events")
    take("sales", write(HEADER, *lines(today(), "K1", "M1")), source="erp", actor=known.finance)
    assert count("audit_events") == before + 1
    assert count("audit_events", f"code = 'sales.imported' AND actor_id = {known.finance.person_id}") == 1


def test_lines_go_through_by_themselves_once_a_partner_is_known(known: Cast, write: Write) -> None:
    take("sales", write(HEADER, *lines(today(), "NEW")), source="erp")
    tasks.replay_by_itself()
    assert count("import_batches", "file_name = ''") == 0, "nothing to try, nothing written"
    save_organisations("erp", [OrganisationRow("NEW", "Newcomer", "MY", "MYR")])
    tasks.replay_by_itself()
    assert count("sale_lines") == 1
    assert count("import_parked_lines", "replayed_at IS NULL") == 0


def test_uploads_are_thrown_away_after_a_month(ctx: Flask, cast: Cast) -> None:
    from app.integrations.imports import batches
    from tests.imports.conftest import SAMPLE

    with (SAMPLE / "partners.csv").open("rb") as stream:
        public_id = batches.upload(ImportKind.PARTNERS, stream, "p.csv", source="erp", actor=cast.finance)
    key = db.session.scalars(db.select(ImportBatch.file_key)).one()
    tasks.purge_uploads()
    assert storage.path_of(str(key)).is_file()
    with freeze(utc_now() + timedelta(days=31)):
        tasks.purge_uploads()
    assert not (storage.upload_folder() / str(key)).exists()
    batch = db.session.scalars(db.select(ImportBatch).execution_options(populate_existing=True)).one()
    assert (batch.public_id, batch.file_key) == (public_id, None)

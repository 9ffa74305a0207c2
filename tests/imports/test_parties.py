"""Partners and products: corrections, numbers already taken, several sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.core.db import db
from app.integrations.imports import runs
from app.integrations.imports.models import ImportKind
from app.products.models import Product
from tests.cast import Cast
from tests.imports.conftest import count, take

Write = Callable[..., Path]
PARTNERS = "Partner No,Name,Type,Country,City"


def test_a_correction_changes_what_the_file_says_and_nothing_else(ctx: Any, write: Write) -> None:
    take("partners", write(PARTNERS, "1,One,Retailer,MY,Ipoh", "2,Two,Retailer,MY,Ipoh"), source="a")
    report = take("partners", write("Partner No,Name,Country", "1,One Sdn Bhd,MY", "2,Two,MY"), source="a")
    assert (report.revised, report.unchanged) == (1, 1)
    assert count("organisations", "name = 'One Sdn Bhd' AND city = 'Ipoh' AND kind = 'retailer'") == 1


def test_the_same_number_in_two_sources_is_two_partners(ctx: Any, write: Write) -> None:
    path = write(PARTNERS, "1,One,Retailer,MY,Ipoh")
    take("partners", path, source="a")
    take("partners", path, source="b")
    assert count("organisations", "name = 'One'") == 2


def test_countries_are_read_by_code_and_by_name(ctx: Any, write: Write) -> None:
    path = write(
        PARTNERS, "1,A,x,United Kingdom,", "2,B,x,Jerman,", "3,C,x,us,", "4,D,x,Narnia,", "5,E,---,MY,"
    )
    report = take("partners", path, source="a")
    assert (report.imported, report.refused) == (3, 2)
    found = db.session.execute(db.text("SELECT country, currency FROM organisations ORDER BY id")).all()
    assert [tuple(row) for row in found] == [("GB", "GBP"), ("DE", "EUR"), ("US", "USD")]


def test_a_type_spelled_apart_is_read_as_the_more_frequent_one(ctx: Any, write: Write) -> None:
    path = write(PARTNERS, "1,A,Tele Shop,MY,", "2,B,Teleshop,MY,", "3,C,teleshop,MY,", "4,D,Re-Seller,MY,")
    report = take("partners", path, source="a")
    read = {each["value"]: each["read_as"] for each in report.oddities}
    assert read == {"Tele Shop": "teleshop", "Re-Seller": "reseller"}


def test_a_stock_number_that_is_here_already_is_that_product(cast: Cast, ctx: Any, write: Write) -> None:
    before = count("products")
    path = write("Key,Name,SKU,Category", "77,Firewall One,FIREWALL-1,Firewall", "78,New,,Firewall")
    report = take("products", path, source="a", mapping={"key": "Key", "sku": "SKU"})
    assert (report.imported, count("products")) == (2, before + 1)
    assert count("external_ids", f"kind = 'product' AND target_id = {cast.products['FIREWALL-1']}") == 1
    assert take("products", path, source="a", mapping={"key": "Key", "sku": "SKU"}).unchanged == 2


def test_a_key_that_is_somebody_elses_stock_number_is_set_apart(cast: Cast, ctx: Any, write: Write) -> None:
    path = write("Product No,Name,Category", "FIREWALL-1,Other,Firewall")
    take("products", path, source="a")
    assert db.session.scalars(db.select(Product.sku).where(Product.name == "Other")).one() == "a-FIREWALL-1"


def test_a_dry_run_of_parties_says_what_would_change(ctx: Any, write: Write) -> None:
    take("partners", write(PARTNERS, "1,One,Retailer,MY,Ipoh"), source="a")
    path = write(PARTNERS, "1,Uno,Retailer,MY,Ipoh", "2,Two,Retailer,MY,Ipoh")
    report = runs.check(runs.prepare(ImportKind.PARTNERS, path, source="a"))
    assert (report.imported, report.revised, count("organisations")) == (1, 1, 1)

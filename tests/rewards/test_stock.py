"""Voucher stock: sealed at rest, duplicates refused by line, a wrong file is one sentence and no row."""

import pytest

from app.core.crypto import Unreadable
from app.core.db import execute_sql
from app.core.errors import InvalidInput, NotFound
from app.rewards.codes import open_code
from app.rewards.services import import_codes


def rows():
    return execute_sql("SELECT public_id, sealed, code_digest FROM voucher_codes ORDER BY id").all()


def test_codes_are_encrypted_and_open_only_on_their_own_row(app, cast, shop):
    shop.stock(shop.market, shop.market_50, "SECRET-4711-0001", "SECRET-4711-0002")
    with app.app_context():
        first, second = rows()
        for row in (first, second):
            assert b"SECRET" not in bytes(row.sealed) and "SECRET" not in row.code_digest
        assert open_code(first.public_id, first.sealed) == ("SECRET-4711-0001", "")
        with pytest.raises(Unreadable):
            open_code(first.public_id, second.sealed)


def test_duplicates_are_left_out_and_named_by_line(app, cast, shop):
    shop.stock(shop.market, shop.market_50, "CODE-0001")
    with app.app_context():
        content = b"code;expires_on\nCODE-0002;2031-01-01\nCODE 0001;\nCODE0002;\nCODE-0003;\n"
        report = import_codes(shop.market, shop.market_20, content, actor=cast.marketer)
        assert report.added == 2 and report.duplicate_lines == [3, 4]
        again = import_codes(shop.market, shop.market_20, content, actor=cast.marketer)
        assert again.added == 0 and again.duplicate_lines == [2, 3, 4, 5]
        assert len(rows()) == 3


def test_the_same_code_may_belong_to_two_rewards(app, cast, shop):
    shop.stock(shop.market, shop.market_50, "CODE-0001")
    shop.stock(shop.coffee, shop.coffee_40, "CODE-0001")
    with app.app_context():
        assert len(rows()) == 2


def test_a_pin_and_a_byte_order_mark_are_understood(app, cast, shop):
    with app.app_context():
        content = "\ufeffPIN,Code\r\n4711,CODE-0001\r\n\r\n".encode()
        assert import_codes(shop.market, shop.market_50, content, actor=cast.marketer).added == 1
        assert open_code(rows()[0].public_id, rows()[0].sealed) == ("CODE-0001", "4711")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n ",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"PK\x03\x04\x14\x00",
        "kód".encode("latin-1"),
        b"code\n",
        b"abc\n",
        b"a,b,c\nCODE-0001,2,3\n",
        b"CODE-0001,31.12.2027\n",
        b"CODE-0001,2020-01-01\n",
        b'code\n"CODE-0001\nCODE-0002',
        b"code\n" + b"X" * 300,
        b"CODE-0001\nabc\n",
        b"CODE-0001,2031-01-01\nCODE-0002,203",
    ],
)
def test_a_wrong_file_ends_in_one_sentence_and_no_row(app, cast, shop, content):
    with app.app_context():
        with pytest.raises(InvalidInput) as refused:
            import_codes(shop.market, shop.market_50, content, actor=cast.marketer)
        assert str(refused.value.fields["file"]).endswith(".")
        assert rows() == []


def test_too_many_lines_are_refused(app, cast, shop):
    content = "\n".join(f"CODE-{number:06}" for number in range(50_001)).encode()
    with app.app_context():
        with pytest.raises(InvalidInput):
            import_codes(shop.market, shop.market_50, content, actor=cast.marketer)
        assert rows() == []


def test_stock_goes_to_digital_rewards_only(app, cast, shop):
    with app.app_context():
        with pytest.raises(InvalidInput):
            import_codes(shop.earbuds, shop.earbuds_1, b"CODE-0001", actor=cast.marketer)
        for slug, value in (("no-such", shop.market_50), (shop.coffee, shop.market_50)):
            with pytest.raises(NotFound):
                import_codes(slug, value, b"CODE-0001", actor=cast.marketer)

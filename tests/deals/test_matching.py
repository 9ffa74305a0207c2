"""The same customer or not: names in many scripts, legal forms of many countries, domains by the Public Suffix List."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deals import matching
from app.deals.matching import is_near, name_key, registrable_domain, registration_key, similarity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PT Bumi Raya Retail, Tbk", "Bumi Raya Retail"),
        ("P.T. BUMI RAYA RETAIL", "bumi raya retail PT"),
        ("PT Telkom Indonesia (Persero) Tbk", "Telkom Indonesia"),
        ("CV. Maju Jaya", "Maju Jaya"),
        ("Mutiara Logistics Sdn. Bhd.", "SDN BHD MUTIARA LOGISTICS"),
        ("Mutiara Logistics Sendirian Berhad", "Mutiara   Logistics"),
        ("Straits Foods Pte. Ltd.", "Straits Foods Private Limited"),
        ("Acme, Inc.", "ACME Incorporated"),
        ("Acme Holdings LLC", "Acme Holdings"),
        ("Müller & Söhne GmbH & Co. KG", "Muller and Sohne"),
        ("Straße Logistik AG", "STRASSE LOGISTIK"),
        ("Société Générale S.A.", "Societe Generale"),
        ("Ørsted A/S", "Orsted"),
        ("Trattoria S.p.A.", "Trattoria"),
        ("Café Río S.A. de C.V.", "Cafe Rio"),
        ("Łódź Foods Sp. z o.o.", "Lodz Foods"),
        ("Công ty TNHH Hòa Bình", "Hoa Binh"),
        ("İstanbul Gıda A.Ş.", "Istanbul Gida"),
        ("Philips N.V.", "philips"),
        ("株式会社トヨタ", "トヨタ"),
        ("华为技术有限公司", "华为 技术"),
        ("ＡＢＣ Ｔｒａｄｉｎｇ Ltd", "abc trading"),
        ("شركة النُّور المحدودة", "النور"),
        ("ООО Ромашка", "РОМАШКА"),
        ("주식회사 삼성", "삼성"),
        ("O’Reilly Media", "O'Reilly Media, Inc."),
    ],
)
def test_these_are_the_same_name(one: str, other: str) -> None:
    assert name_key(one) == name_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AG Foods", "Foods"),
        ("Co Operative Stores", "Operative Stores"),
        ("华为技术", "华为终端"),
        ("النور", "النورس"),
        ("トヨタ", "トヨダ"),
        ("A", "B"),
        ("PT", "CV"),
        ("Mutiara Logistics", "Mutiara Foods"),
    ],
)
def test_these_are_not_the_same_name(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize("name", ["A", "x" * 300, "PT", "!!!", "华", "ن", "PT PT PT", "Inc", "ﷺ" * 300])
def test_every_name_keeps_something_to_compare(name: str) -> None:
    assert 0 < len(name_key(name)) <= 300
    assert similarity(name_key(name), name_key(name)) in (0, 10_000)


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("mutiara.com.my", "mutiara.com.my"),
        ("https://shop.mutiara.com.my/deals?x=1", "mutiara.com.my"),
        ("WWW.Mutiara.COM.MY.", "mutiara.com.my"),
        ("farid@mail.bumi.co.id", "bumi.co.id"),
        ("a.b.c.bumi.co.id:8080", "bumi.co.id"),
        ("bumi.id", "bumi.id"),
        ("www.münchen.de", "xn--mnchen-3ya.de"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("www.例子.公司.cn", "xn--fsqu00a.xn--55qx5d.cn"),
        ("shop.github.io", "shop.github.io"),
        ("co.id", None),
        ("com.my", None),
        ("localhost", None),
        ("127.0.0.1", None),
        ("[::1]", None),
        ("http://[", None),
        ("not a site", None),
        ("farid@gmail.com", None),
        ("", None),
        ("a" * 300 + ".com", None),
        ("\x00.com", None),
    ],
)
def test_the_domain_a_company_can_register(typed: str, domain: str | None) -> None:
    assert registrable_domain(typed) == domain


def test_registration_numbers_are_compared_without_spaces_and_signs() -> None:
    assert registration_key("01.234.567.8-901.000") == registration_key("012345678901000")
    assert registration_key("201901024417 (1333741-K)") == "2019010244171333741K"
    assert registration_key("12") is None


def test_near_begins_at_82_percent_of_shared_trigrams() -> None:
    assert is_near("pelangi schools trust", "pelangi school trust")
    assert not is_near("bumi raya retail", "bumi raya ritel")
    assert similarity("abc", "xyz") == 0


@given(st.text(max_size=320))
def test_any_text_has_a_key_and_the_key_is_its_own_key_in_size(text: str) -> None:
    key = name_key(text)
    assert len(key) <= 300 and key == key.strip()
    registrable_domain(text)
    registration_key(text)


WORDS = st.text(alphabet="abcdeghiklmnoprstu", min_size=1, max_size=9)


@given(st.lists(WORDS, min_size=1, max_size=5), st.integers(0, 40), st.sampled_from("aeiou "))
def test_two_names_that_are_near_always_share_a_stored_trigram(
    words: list[str], at: int, letter: str
) -> None:
    one = " ".join(words)
    other = " ".join((one[: at % len(one)] + letter + one[at % len(one) + 1 :]).split())
    if other and is_near(one, other):
        (left, size), (right, other_size) = matching.signature(one), matching.signature(other)
        low, high = matching.size_range(size)
        assert set(left) & set(right) and low <= other_size <= high

"""One value of a file as the portal keeps it. Nothing is guessed: what does not fit raises ValueError with a sentence."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from babel import Locale
from babel.numbers import get_territory_currencies

from app.core import clock, money
from app.core.i18n import _

EMPTY = frozenset(("", "NULL", "null", "Null", r"\N", "#N/A", "N/A"))
LIMIT = 10**15
_WHOLE = re.compile(r"(-?[0-9]{1,9})(?:\.0{1,4})?")
_DATE_FORMATS = {
    "iso": ("%Y-%m-%d",),
    "dmy": ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"),
    "mdy": ("%m/%d/%Y",),
}
DATE_STYLES = tuple(_DATE_FORMATS)
NUMBER_STYLES = ("plain", "en", "ms", "id")


def parse_minor(text: str, currency: str, numbers: str = "plain") -> int:
    """Money in minor units. Plain digits with a point always pass; grouping only as `numbers` (a locale) writes it."""
    try:
        value = money.parse_plain_amount(text, currency)
    except money.InvalidNumber:
        if numbers == "plain":
            raise ValueError(_plain_sentence(currency)) from None
        minus = text.startswith("-")
        try:
            value = money.parse_amount(text[minus:], currency, numbers)
        except money.InvalidNumber:
            raise ValueError(_("This is not an amount as the file’s language writes it.")) from None
        value = -value if minus else value
    if abs(value) > LIMIT:
        raise ValueError(_("This amount is too large."))
    return value


def _plain_sentence(currency: str) -> str:
    if money.exponent(currency) == 0:
        return _("This is not an amount in plain digits, such as 1234.")
    return _("This is not an amount in plain digits, such as 1234.50.")


def parse_whole(text: str) -> int:
    """A whole number; `3.0` and `3.00` pass, since databases export them so."""
    found = _WHOLE.fullmatch(text)
    if found is None:
        raise ValueError(_("This is not a whole number."))
    return int(found[1])


@lru_cache(maxsize=4096)
def parse_date(text: str, style: str = "iso", latest: date | None = None) -> date:
    """A date; a midnight clock time after it is dropped. Refused: before 1990 and after `latest`."""
    day = re.sub(r"[T ]00:00(:00(\.0+)?)?Z?$", "", text)
    for form in _DATE_FORMATS[style]:
        try:
            found = datetime.strptime(day, form).date()  # noqa: DTZ007 - a fact without a clock time
            break
        except ValueError:
            continue
    else:
        example = {"iso": "2027-01-30", "dmy": "30/01/2027", "mdy": "01/30/2027"}[style]
        raise ValueError(_("This is not a date such as %(example)s.", example=example))
    if found.year < 1990:
        raise ValueError(_("This date is before 1990."))
    if latest is not None and found > latest:
        raise ValueError(_("This date is in the future."))
    return found


def latest_date() -> date:
    """The last day that a fact may carry: tomorrow by the vendor's clock, since the world is wide."""
    return clock.today() + timedelta(days=1)


def parse_currency(text: str) -> str:
    """An ISO 4217 code."""
    code = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code) or code not in _currencies():
        raise ValueError(_("This is not a currency code such as USD."))
    return code


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(Locale("en").currencies)


@lru_cache(maxsize=1024)
def parse_country(text: str) -> str:
    """ISO 3166 alpha-2 from a code or from the country's name in English, Malay, Indonesian or its usual short form."""
    value = text.strip()
    known = _countries()
    code = value.upper()
    if len(code) == 2 and code in known.values():
        return code
    found = known.get(_squeeze(value))
    if found is None:
        raise ValueError(_("We do not know this country. Use a code such as MY."))
    return found


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in ("id", "ms", "en"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "ZZ", "XA", "XB"):
                names[_squeeze(str(name))] = str(code)
    names |= {"usa": "US", "uk": "GB", "greatbritain": "GB", "uae": "AE", "vietnam": "VN", "korea": "KR"}
    return names


def currency_of(country: str) -> str:
    """The currency in use in a country today."""
    found = get_territory_currencies(country)
    return str(found[0]) if found else "USD"


def squeeze(text: str) -> str:
    """Letters and digits alone, lower case: how column names and type names are compared."""
    return _squeeze(text)


def _squeeze(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def slug(text: str) -> str:
    """A name as a key: lower case words joined by underscores."""
    return re.sub(r"[\W_]+", "_", text.casefold()).strip("_")

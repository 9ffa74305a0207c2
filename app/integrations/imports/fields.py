"""What a file of each kind may say, and under which column names other systems say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.i18n import _l
from app.integrations.imports.models import ImportKind


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to read. `form` says how its text is read; `names` are column names, squeezed (see `values.squeeze`)."""

    name: str
    label: Any
    form: str = "text"
    is_required: bool = False
    names: tuple[str, ...] = ()


_PARTNER_KEYS = (
    "resellerkey", "partnerkey", "partnerid", "partnerno", "customerid", "customerno", "customernumber", "customerkey",
    "accountid", "accountno", "accountnumber", "resellerid", "kodpelanggan", "kodepelanggan",
)  # fmt: skip
_PRODUCT_KEYS = (
    "productkey", "productid", "productno", "productnumber", "productcode", "itemno", "itemnumber", "itemcode", "sku",
    "partnumber", "kodproduk", "kodeproduk",
)  # fmt: skip

PARTNERS = (
    Field("key", _l("Number in that system"), is_required=True, names=(
        *_PARTNER_KEYS, "key", "id", "number", "code", "nombor", "nomor",
    )),
    Field("name", _l("Name"), is_required=True, names=(
        "resellername", "partnername", "customername", "companyname", "company", "accountname", "name", "partner",
        "reseller", "nama", "namasyarikat", "namaperusahaan",
    )),
    Field("kind", _l("Type"), form="type", names=(
        "businesstype", "partnertype", "type", "kind", "category", "channel", "jenis", "tipe",
    )),
    Field("country", _l("Country"), form="country", is_required=True, names=(
        "countryregion", "country", "countrycode", "countryregionname", "countryname", "negara",
    )),
    Field("city", _l("City"), names=("city", "town", "bandar", "kota")),
    Field("region", _l("State or province"), names=(
        "stateprovincename", "stateprovince", "state", "province", "region", "negeri", "provinsi",
    )),
    Field("registration_no", _l("Registration number"), names=(
        "registrationno", "registrationnumber", "companyno", "regno", "taxno", "npwp", "ssm", "nopendaftaran",
    )),
    Field("domain", _l("Web domain"), names=("domain", "website", "web", "url", "laman")),
)  # fmt: skip

PRODUCTS = (
    Field("key", _l("Number in that system"), is_required=True, names=(
        *_PRODUCT_KEYS, "key", "id", "number", "code",
    )),
    Field("name", _l("Name"), is_required=True, names=(
        "product", "productname", "englishproductname", "itemname", "item", "description", "name", "nama", "namaproduk",
        "produk",
    )),
    Field("sku", _l("Stock number"), names=("sku", "stockno", "stocknumber", "partnumber")),
    Field("family", _l("Product family"), is_required=True, names=(
        "englishproductcategoryname", "productfamily", "family", "productcategory", "category", "productline",
        "kategori", "keluarga",
    )),
    Field("subcategory", _l("Sub-category"), names=("subcategory", "productsubcategory", "subkategori", "range")),
)  # fmt: skip

SALES = (
    Field("currency", _l("Currency"), form="currency", is_required=True, names=(
        "currency", "currencycode", "curr", "matawang", "matauang",
    )),
    Field("document", _l("Invoice or order number"), is_required=True, names=(
        "salesordernumber", "document", "documentno", "documentnumber", "invoice", "invoiceno", "invoicenumber",
        "orderno", "ordernumber", "docno", "noinvois", "nofaktur", "nomorfaktur",
    )),
    Field("line", _l("Line of that document"), is_required=True, names=(
        "line", "lineno", "linenumber", "salesorderlinenumber", "position", "pos", "itemline", "baris",
    )),
    Field("sold_on", _l("Date"), form="date", is_required=True, names=(
        "orderdate", "invoicedate", "documentdate", "solddate", "soldon", "saledate", "postingdate", "date", "tarikh",
        "tanggal",
    )),
    Field("partner", _l("Partner’s number"), is_required=True, names=_PARTNER_KEYS),
    Field("product", _l("Product’s number"), is_required=True, names=_PRODUCT_KEYS),
    Field("quantity", _l("Quantity"), form="whole", names=(
        "orderquantity", "quantity", "qty", "units", "kuantiti", "kuantitas", "jumlahunit",
    )),
    Field("amount", _l("Amount of the line"), form="money", is_required=True, names=(
        "salesamount", "amount", "lineamount", "linetotal", "netamount", "total", "value", "revenue", "amaun", "nilai",
    )),
    Field("sale_kind", _l("Sell-in, sell-through or sell-out"), form="sale_kind", names=(
        "salekind", "saletype", "selltype",
    )),
    Field("distributor", _l("Distributor’s number"), names=(
        "distributorkey", "distributorid", "distributorno", "distributor",
    )),
    Field("credits_document", _l("Credited document"), names=(
        "creditsdocument", "creditedinvoice", "originalinvoice", "originaldocument",
    )),
    Field("credits_line", _l("Credited line"), names=("creditsline", "creditedline", "originalline")),
)  # fmt: skip

FIELDS: Mapping[ImportKind, tuple[Field, ...]] = {
    ImportKind.PARTNERS: PARTNERS,
    ImportKind.PRODUCTS: PRODUCTS,
    ImportKind.SALES: SALES,
}

KIND_LABELS: Mapping[ImportKind, Any] = {
    ImportKind.PARTNERS: _l("Partners"),
    ImportKind.PRODUCTS: _l("Products"),
    ImportKind.SALES: _l("Sales"),
}


@dataclass(frozen=True, slots=True)
class Preset:
    """A layout known beforehand: if a file has all these columns, this is how they are read."""

    name: str
    kind: ImportKind
    columns: Mapping[str, str]
    constants: Mapping[str, str]


PRESETS = (
    Preset(
        "adventureworks",
        ImportKind.SALES,
        {
            "document": "SalesOrderNumber",
            "line": "ProductKey",
            "sold_on": "OrderDate",
            "partner": "ResellerKey",
            "product": "ProductKey",
            "quantity": "OrderQuantity",
            "amount": "SalesAmount",
        },
        {"currency": "USD", "sale_kind": "sell_in"},
    ),
    Preset(
        "adventureworks",
        ImportKind.PARTNERS,
        {
            "key": "ResellerKey",
            "name": "ResellerName",
            "kind": "BusinessType",
            "country": "Country_Region",
            "city": "City",
            "region": "StateProvinceName",
        },
        {},
    ),
    Preset(
        "adventureworks",
        ImportKind.PRODUCTS,
        {
            "key": "ProductKey",
            "name": "Product",
            "family": "EnglishProductCategoryName",
            "subcategory": "Subcategory",
        },
        {},
    ),
)

"""Products are the vendor's: no partner owns one."""

from app.products.listing import list_products
from tests.cast import Cast
from tests.support.permissions import Sample


def samples(cast: Cast) -> dict[str, Sample]:
    product = Sample({"public_id": list_products().rows[0].public_id})
    family = Sample({"slug": next(iter(cast.families))})
    return {
        "products_admin.product": product,
        "products_admin.edit": product,
        "products_admin.family": family,
        "products_admin.rename_family": family,
    }

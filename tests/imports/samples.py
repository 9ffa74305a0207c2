"""An uploaded file; imports are the vendor's, whoever the partner."""

from app.integrations.imports import batches
from app.integrations.imports.models import ImportKind
from tests.cast import Cast
from tests.imports.conftest import SAMPLE
from tests.support.permissions import Sample


def samples(cast: Cast) -> dict[str, Sample]:
    with (SAMPLE / "partners.csv").open("rb") as stream:
        public_id = batches.upload(
            ImportKind.PARTNERS, stream, "partners.csv", source="erp", actor=cast.finance
        )
    # without refused rows there is no file of them
    return {
        "imports_admin.show": Sample({"public_id": public_id}),
        "imports_admin.act": Sample({"public_id": public_id}),
        "imports_admin.errors": Sample({"public_id": public_id}, also={"*": {404}}),
    }

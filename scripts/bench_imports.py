"""`make bench`: lines a second of an import with its awards, on both databases; exit 1 below the floor.

The real file is used where it lies beside the repository; elsewhere the committed sample, repeated under new numbers.
The program gives 1 point per USD 10 to the organisation, so nearly every line earns.
"""

import sys
import tempfile
from pathlib import Path

from app.core.db import db
from app.identity.actor import SYSTEM
from app.integrations.imports import runs
from app.integrations.imports.models import ImportKind
from tests.cast import build_cast
from tests.imports.conftest import REAL, SAMPLE, per_usd_10, take
from tests.programs.makers import live
from tests.support.databases import DIALECTS, Databases, stop_postgres

FLOOR = 5_000
LINES = 57_600


def repeated(path: Path, target: Path) -> Path:
    """The sample so often that it is as long as the real file."""
    header, *rest = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    with target.open("w", encoding="utf-8") as handle:
        handle.write(header)
        for copy in range(LINES // len(rest)):
            handle.writelines(line.replace("SO", f"S{copy}-", 1) for line in rest)
    return target


def measure(databases: Databases, dialect: str, folder: Path) -> int:
    """Lines a second of the first import on an empty database."""
    with databases.fresh(dialect).app_context():
        live(build_cast(), per_usd_10(), name="Purchases")
        if REAL.is_dir():
            take("partners", REAL / "resellers.csv")
            take("products", REAL / "products.csv")
            prepared = runs.prepare(ImportKind.SALES, REAL / "reseller_sales.csv")
        else:
            take("partners", SAMPLE / "partners.csv", source="erp")
            take("products", SAMPLE / "products.csv", source="erp")
            path = repeated(SAMPLE / "sales.csv", folder / "long.csv")
            prepared = runs.prepare(ImportKind.SALES, path, source="erp", currency="USD")
        report = runs.run(prepared, actor=SYSTEM)
        assert report.imported == report.lines and report.points > 0
        db.session.remove()
    databases.release(dialect)
    return report.lines_per_second


def main() -> int:
    is_low = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        databases = Databases(folder, folder)
        try:
            for dialect in DIALECTS:
                speed = max(measure(databases, dialect, folder) for _round in range(2))
                is_low |= speed < FLOOR
                sign = "ok  " if speed >= FLOOR else "LOW "
                print(
                    f"{sign} import      {dialect:<11} {speed:,} lines a second with awards  (floor {FLOOR:,})"
                )
        finally:
            databases.close()
            databases.close_run()
            stop_postgres()
    return int(is_low)


if __name__ == "__main__":
    sys.exit(main())

"""Writes the migration that brings the last one up to the models: scripts/new_migration.py "what it does"

The difference is taken against a fresh PostgreSQL database of the present migrations (SQLite cannot say what an index
over an expression is); the file is named by date and words. Read it before committing it: autogenerate does not see
a changed CHECK. `make check` compares what both databases say afterwards.
"""

import re
import subprocess
import sys
from datetime import UTC, datetime

from flask_migrate import revision

from app.core import schema
from app.core.db import db
from scripts.checks.application import build
from scripts.checks.schema import two_databases
from tests.support.postgres import Server


def write(words: str, revision_id: str) -> None:
    server = Server()
    try:
        with two_databases(server.url) as (url, _other), build(url=url) as app, app.app_context():
            schema.migrate.init_app(app, db, directory=str(schema.FOLDER), render_as_batch=True)
            if schema.head_revision():
                schema.upgrade()
            revision(message=words, autogenerate=True, rev_id=revision_id)
    finally:
        server.stop()


def main(words: str) -> int:
    slug = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
    name = f"{datetime.now(UTC).date().isoformat()}_{slug}"
    revision_id = name.replace("-", "")
    write(words, revision_id)
    path = schema.FOLDER / "versions" / f"{name}.py"
    next(path.parent.glob(f"{revision_id}*.py")).rename(path)
    subprocess.run([sys.executable, "-m", "ruff", "check", "-q", "--fix", str(path)], check=False)
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(path)], check=False)
    print(path)
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))

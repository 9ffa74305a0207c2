"""Writes the migration that brings the last one up to the models: scripts/new_migration.py "what it does"

The difference is taken against a fresh SQLite database of the present migrations; the file is named by date and
words. Read it before committing it: autogenerate sees tables, columns, keys and indexes, not CHECK constraints.
"""

import re
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime

from flask_migrate import revision

from app import create_app
from app.core import schema
from app.core.db import db
from app.core.settings import load_settings


def main(words: str) -> int:
    slug = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
    today = datetime.now(UTC).date().isoformat()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/draft.db"
        settings = replace(load_settings({}, dotenv=None), env="test", data_dir=folder, database_url=url)
        app = create_app(settings)
        with app.app_context():
            schema.migrate.init_app(app, db, directory=str(schema.FOLDER), render_as_batch=True)
            if schema.head_revision():
                schema.upgrade()
            name = f"{today}_{slug}"
            revision(message=words, autogenerate=True, rev_id=name.replace("-", ""))
            db.engine.dispose()
    wanted = schema.FOLDER / "versions" / f"{name}.py"
    next(wanted.parent.glob(f"{name.replace('-', '')}*.py")).rename(wanted)
    subprocess.run([sys.executable, "-m", "ruff", "check", "-q", "--fix", str(wanted)], check=False)
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(wanted)], check=False)
    print(wanted)
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))

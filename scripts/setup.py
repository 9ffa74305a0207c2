"""Makes .venv with the pinned, hashed dependencies: python3 scripts/setup.py [--dev]

Standard library only, and readable by any Python 3, so that an old one gets a sentence and no traceback.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
FLOOR = (3, 11)

SHIM = """#!{python}
import sys

from app.cli import main

if __name__ == "__main__":
    sys.exit(main())
"""


def fail(sentence):
    sys.stderr.write("tangga: " + sentence + "\n")
    raise SystemExit(1)


def run(*command):
    return subprocess.run([str(part) for part in command], cwd=str(ROOT)).returncode == 0


def make_venv():
    if not PYTHON.exists():
        try:
            import venv

            venv.EnvBuilder(with_pip=True, clear=True).create(str(VENV))
        except ImportError:
            fail("Python comes without the venv module (on Debian: apt-get install python3-venv).")
        except (OSError, subprocess.CalledProcessError) as error:
            fail("cannot make %s: %s" % (VENV, error))


def fingerprint(names):
    digest = hashlib.sha256(str(VENV).encode())
    for name in names:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def install(names):
    """With uv, put into the venv by pip, as it is ten times as quick; with pip alone where that fails."""
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    files = [part for name in names for part in ("-r", name)]
    uv = [PYTHON, "-m", "uv", "pip", "install", "--quiet", "--require-hashes", "--python", PYTHON]
    quick = run(*pip, "-r", "requirements-uv.txt") and run(*uv, *files)
    if not quick and not run(*pip, *files):
        fail("the dependencies could not be installed; the lines above say why.")


def link():
    """Put the checkout on the path and the `tangga` command beside Python."""
    query = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    site = subprocess.check_output([str(PYTHON), "-c", query], universal_newlines=True).strip()
    (Path(site) / "tangga.pth").write_text(str(ROOT) + "\n")
    if WINDOWS:
        (BIN / "tangga.cmd").write_text('@"%s" -m app.cli %%*\n' % PYTHON)
        return
    shim = BIN / "tangga"
    shim.write_text(SHIM.format(python=PYTHON))
    shim.chmod(0o755)


def main(arguments):
    if sys.version_info < FLOOR:
        fail("Python 3.11 or newer is needed; this one is %s." % sys.version.split()[0])
    names = ["requirements.txt"] + (["requirements-dev.txt"] if "--dev" in arguments else [])
    stamp = VENV / (".installed-dev" if "--dev" in arguments else ".installed")
    wanted = fingerprint(names)
    if stamp.exists() and stamp.read_text() == wanted and PYTHON.exists():
        return
    make_venv()
    install(names)
    link()
    stamp.write_text(wanted)


if __name__ == "__main__":
    main(sys.argv[1:])

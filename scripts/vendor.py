"""Fetch what the browser needs from npm, once, at development time; the results are committed.

    python scripts/vendor.py            fetch, copy, subset the font, build the icon sprite, write the lock
    python scripts/vendor.py --check    compare the committed files with the lock (no network)

The lock holds the integrity of each package and the SHA-256 of each file made from it. No registry address
is written anywhere: npm's own configuration decides where packages come from.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from font import subset_font, unpack_font
from icons import build_sprites, missing_icons

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "app" / "static"
LOCK = Path(__file__).with_name("vendor.lock.json")
CACHE = ROOT / "var" / "vendor"

HTMX = "htmx.org@2.0.11"
FIGTREE = "@fontsource-variable/figtree@5.3.0"
LUCIDE = "lucide-static@1.62.0"
# Fonts of printed pages (certificates): whole, since nobody knows what a person is called.
PRINT = {
    "@fontsource/figtree@5.3.0": (
        "figtree-latin-400-normal",
        "figtree-latin-600-normal",
        "figtree-latin-ext-400-normal",
        "figtree-latin-ext-600-normal",
    ),
    "@fontsource/noto-sans-tamil@5.3.0": ("noto-sans-tamil-tamil-600-normal",),
    "@fontsource/noto-sans-arabic@5.3.0": ("noto-sans-arabic-arabic-600-normal",),
}
PRINTED = tuple(f"fonts/print/{name}.ttf" for names in PRINT.values() for name in names)
MADE = (
    "vendor/htmx.min.js",
    "fonts/figtree.woff2",
    *PRINTED,
    "icons.svg",
    "icons-vendor.svg",
    "vendor/LICENSES.txt",
)


def fetch(package: str) -> tuple[Path, str]:
    """The unpacked package and its integrity, taken from the tarball that npm delivered."""
    folder = CACHE / package.replace("/", "_").lstrip("@")
    tarballs = list(folder.glob("*.tgz"))
    if not tarballs:
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["npm", "pack", package, "--silent"], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
        tarballs = list(folder.glob("*.tgz"))
    content = tarballs[0].read_bytes()
    if not (folder / "package").is_dir():
        with tarfile.open(tarballs[0]) as archive:
            archive.extractall(folder, filter="data")
    return folder / "package", "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()


def read_lock() -> dict[str, dict[str, str]]:
    return json.loads(LOCK.read_text()) if LOCK.is_file() else {"packages": {}, "files": {}}


def update() -> None:
    known = read_lock()["packages"]
    folders: dict[str, Path] = {}
    integrity: dict[str, str] = {}
    for package in (HTMX, FIGTREE, LUCIDE, *PRINT):
        folders[package], integrity[package] = fetch(package)
        if known.get(package, integrity[package]) != integrity[package]:
            sys.exit(f"{package} is not the package that the lock knows")
    for name in MADE:
        (STATIC / name).parent.mkdir(parents=True, exist_ok=True)
    (STATIC / "vendor/htmx.min.js").write_bytes((folders[HTMX] / "dist/htmx.min.js").read_bytes())
    subset_font(folders[FIGTREE] / "files/figtree-latin-wght-normal.woff2", STATIC / "fonts/figtree.woff2")
    for package, names in PRINT.items():
        for name in names:
            unpack_font(folders[package] / f"files/{name}.woff2", STATIC / f"fonts/print/{name}.ttf")
    build_sprites(folders[LUCIDE] / "icons", STATIC / "icons.svg", STATIC / "icons-vendor.svg")
    licences = [
        f"{package}\n\n{(folder / 'LICENSE').read_text().strip()}\n" for package, folder in folders.items()
    ]
    (STATIC / "vendor/LICENSES.txt").write_text("\n\n".join(licences))
    lock = {"packages": integrity, "files": {name: digest(name) for name in MADE}}
    LOCK.write_text(json.dumps(lock, indent=2) + "\n")
    for name in MADE:
        print(f"{(STATIC / name).stat().st_size:>7}  {name}")


def check() -> int:
    """Exit code 1 and one line for each file that differs from the lock, or icon that is used and not there."""
    wrong = [
        f"{name} differs from the lock"
        for name, expected in read_lock()["files"].items()
        if not (STATIC / name).is_file() or digest(name) != expected
    ]
    missing = missing_icons(STATIC / "icons.svg", STATIC / "icons-vendor.svg")
    wrong += [f"icon {name!r} is used but in no sprite" for name in missing]
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(check())
    update()

"""Sees to it that a Chromium is there for the tests: an existing one, else Debian's, else Playwright's own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find_browser() -> str | None:
    """Path of an installed Chromium or Chrome; None leaves the choice to Playwright."""
    given = os.environ.get("CHROMIUM_PATH")
    if given:
        return given
    for name in NAMES:
        if found := shutil.which(name):
            return found
    return str(MAC) if MAC.exists() else None


def playwrights_own() -> bool:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def run(*command: str) -> bool:
    print("+", *command, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL).returncode == 0


def install() -> bool:
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    debian = root and shutil.which("apt-get") and run("apt-get", "update", "-qq")
    if (
        debian
        and run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
        and find_browser()
    ):
        return True
    return run(sys.executable, "-m", "playwright", "install", "chromium")


def main() -> int:
    if find_browser() or playwrights_own() or install():
        return 0
    print("tangga: no Chromium: install one, or set CHROMIUM_PATH", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""Lighthouse on the demo, as a phone: median of three runs a page, against what the portal promises.

    make lighthouse        needs Node; npm fetches lighthouse into var/ once. A fresh demo is served on a free port.

Home, rewards and the leaderboard are measured signed in. Fails below 95 for performance or 100 for accessibility.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from demo_server import PASSWORD, demo_server
from ensure_browser import find_browser
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TOOL = "lighthouse@13.5.0"
RUNS = 3
TRIES = 3
FLOORS = {"performance": 95, "accessibility": 100}
WHO = "aisyah@kinabalu.example.com"
PAGES = {"home": "/", "rewards": "/rewards", "leaderboard": "/leaderboards", "sign-in": "/sign-in"}
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-dev-shm-usage"


def find_tool() -> Path:
    """The lighthouse command, installed below var/ at the first call."""
    folder = ROOT / "var" / "lighthouse"
    command = folder / "node_modules" / ".bin" / "lighthouse"
    if not command.exists():
        if shutil.which("npm") is None:
            sys.exit("lighthouse needs Node and npm on the path")
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--no-save", "--prefix", str(folder), TOOL], check=True)
    return command


def session_cookie(address: str) -> str:
    """The Cookie header of a member who signed in."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(address + "/sign-in")
        page.fill("[name=email]", WHO)
        page.fill("[name=password]", PASSWORD)
        page.locator("form button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        cookies = page.context.cookies()
        browser.close()
    return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in cookies)


def measure(tool: Path, url: str, cookie: str | None) -> dict[str, float]:
    """One run: scores from 0 to 100, and the largest paint in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            str(tool), url, "--quiet", "--form-factor=mobile", "--output=json", f"--output-path={report}",
            f"--chrome-flags={FLAGS}", "--only-categories=performance,accessibility",
        ]  # fmt: skip
        if cookie:
            headers = Path(folder) / "headers.json"
            headers.write_text(json.dumps({"Cookie": cookie}))
            command.append(f"--extra-headers={headers}")
        given = {**os.environ, "CHROME_PATH": str(find_browser())}
        # now and then it loses its own trace (NO_NAVSTART); no score is thrown away
        for left in reversed(range(TRIES)):
            if subprocess.run(command, env=given, check=not left).returncode == 0:
                break
        found = json.loads(report.read_text())
    if found["finalDisplayedUrl"] != url:
        sys.exit(f"{url} led to {found['finalDisplayedUrl']}: not the page that was meant")
    scores = {name: round(100 * found["categories"][name]["score"]) for name in FLOORS}
    for audit in found["audits"].values():
        if audit.get("score") == 0 and any(
            ref["id"] == audit["id"] and ref["weight"]
            for ref in found["categories"]["accessibility"]["auditRefs"]
        ):
            print(f"  {url}: {audit['id']}: {audit['title']}")
    return {**scores, "LCP": found["audits"]["largest-contentful-paint"]["numericValue"] / 1000}


def main() -> int:
    tool, failed = find_tool(), False
    with tempfile.TemporaryDirectory() as folder, demo_server(Path(folder)) as address:
        cookie = session_cookie(address)
        for name, path in PAGES.items():
            signed_in = None if name == "sign-in" else cookie
            runs = [measure(tool, address + path, signed_in) for _run in range(RUNS)]
            medians = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
            low = [key for key, floor in FLOORS.items() if medians[key] < floor]
            failed = failed or bool(low)
            shown = ", ".join(f"{key} {medians[key]:.0f} (floor {floor})" for key, floor in FLOORS.items())
            print(f"{name}: {shown}, LCP {medians['LCP']:.1f} s{' BELOW' if low else ''}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

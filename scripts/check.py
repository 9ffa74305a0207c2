"""`make check`: every gate, two at a time; one line for each fault, and one for each gate.

scripts/check.py            all
scripts/check.py sizes ...  some
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SHOWN = 50


def tool(*command: str, root: Path = ROOT) -> list[str]:
    """Lines that a tool prints when it fails; none when it is content."""
    done = subprocess.run(
        [str(part) for part in command], cwd=root, capture_output=True, text=True, check=False
    )
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return [] if done.returncode == 0 else lines or [f"exit code {done.returncode}"]


def ruff_format(root: Path = ROOT) -> list[str]:
    return tool(BIN / "ruff", "format", "--check", "--output-format", "concise", "--quiet", ".", root=root)


def ruff_lint(root: Path = ROOT) -> list[str]:
    return tool(BIN / "ruff", "check", "--output-format", "concise", "--quiet", ".", root=root)


def mypy(root: Path = ROOT) -> list[str]:
    return tool(BIN / "mypy", "--no-error-summary", root=root)


def floors(root: Path = ROOT) -> list[str]:
    """Imports run downward only, and areas of one floor form no circle."""
    lines = tool(BIN / "lint-imports", "--no-cache", root=root)
    return [line for line in lines if line.isascii()]  # the rest is its banner


def vendored(root: Path = ROOT) -> list[str]:
    """What was vendored is byte for byte what the lock says."""
    return tool(sys.executable, "scripts/vendor.py", "--check", root=root)


RUN = """
import sys
from importlib import import_module
from pathlib import Path

lines = list(import_module("scripts.checks." + sys.argv[1]).findings(Path(".").resolve()))
print(*lines, sep="\\n")
sys.exit(bool(lines))
"""


def module(name: str) -> Callable[[], Iterable[str]]:
    """A gate of ours, in a process of its own so that two run at once."""
    return lambda: tool(sys.executable, "-W", "ignore", "-c", RUN, name)


def translations() -> list[str]:
    return tool(sys.executable, "scripts/i18n.py", "check")


GATES: dict[str, Callable[[], Iterable[str]]] = {
    "types": mypy,
    "schema": module("schema"),
    "pages": module("pages"),
    "floors": floors,
    "format": ruff_format,
    "lint": ruff_lint,
    "translations": translations,
    "texts": module("texts"),
    "sizes": module("sizes"),
    "writing": module("writing"),
    "waiting": module("waiting"),
    "libraries": module("libraries"),
    "vendored": vendored,
}


def timed(name: str) -> tuple[str, list[str], float]:
    begun = time.monotonic()
    return name, list(GATES[name]()), time.monotonic() - begun


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in GATES]
    if unknown:
        print(f"no such gate: {', '.join(unknown)}; there are {', '.join(GATES)}", file=sys.stderr)
        return 2
    faults = 0
    with ThreadPoolExecutor(2) as pool:
        for name, lines, seconds in pool.map(timed, names or list(GATES)):
            print(f"{'ok  ' if not lines else 'FAIL'} {name} ({seconds:.1f} s)", flush=True)
            for line in lines[:SHOWN]:
                print(f"     {line}")
            if len(lines) > SHOWN:
                print(f"     ... and {len(lines) - SHOWN} more")
            faults += len(lines)
    print(f"{faults} faults" if faults else "every gate is content")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

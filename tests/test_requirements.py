"""The service runs on requirements/base.txt alone: what only development installs is out of its reach."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCKED_IMPORTS = """
import json, sys
blocked = set(json.loads(sys.argv[1]))

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in blocked:
            raise ModuleNotFoundError(f"{name} is not in requirements/base.txt", name=name)

sys.meta_path.insert(0, Blocked())
import django
django.setup()
from django.core.management import call_command
call_command("check")
import talentbank.wsgi, api.urls, granian
"""


def base_names() -> set[str]:
    text = (ROOT / "requirements" / "base.txt").read_text("utf-8")
    return {name.lower().replace("_", "-") for name in re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)}


def test_the_service_starts_with_the_base_requirements_alone():
    allowed = base_names() | {"pip", "setuptools"}
    blocked = [
        module
        for module, names in packages_distributions().items()
        if not {name.lower().replace("_", "-").replace(".", "-") for name in names} & allowed
    ]
    assert "pytest" in blocked and "django" not in blocked

    started = subprocess.run(
        [sys.executable, "-c", BLOCKED_IMPORTS, json.dumps(blocked)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode == 0, started.stderr[-2000:]

"""A short history on each database; `make test-histories` runs the long ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.db import connection

from tests.histories.servers import ROOT

pytestmark = pytest.mark.database
SHORT = ("--volleys", "24", "--rushes", "6", "--repeats", "4", "--worker-kills", "1", "--deaths", "1")
MORE = {
    "sqlite": ("--audits", "1", "--ticks", "1"),
    "postgresql": ("--audits", "1", "--dead-ticks", "1", "--postgres-kills", "1"),
}


def test_a_short_history_breaks_nothing() -> None:
    database = connection.vendor
    command = (sys.executable, "-m", "tests.histories", "--database", database, *SHORT, *MORE[database])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}

    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["violations"] == 0 and told["acknowledged"] > 30

"""The catalogue of faults stays true: each names code that stands exactly once, and tests that exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.catalogue import FAULTS

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_can_still_be_seeded(fault):
    assert (ROOT / fault.path).read_text("utf-8").count(fault.sound) == 1
    assert fault.sound != fault.broken
    assert all((ROOT / path).exists() for path in fault.tests)

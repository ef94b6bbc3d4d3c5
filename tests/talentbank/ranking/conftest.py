"""Fixtures of the ranking's tests."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def index_dir(settings, tmp_path: Path) -> Path:
    """Where the files of the index lie."""
    settings.INDEX_DIR = tmp_path / "index"
    return settings.INDEX_DIR

"""What git tracks names no registry host, no machine path, links to what is there, and pins requirements by hash."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TRACKED = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
    "\0"
)[:-1]
DOT = re.escape(".")
REGISTRIES = re.compile(
    rf"pypi{DOT}org/simple|files{DOT}pythonhosted|registry{DOT}npm|--(extra-)?index-" rf"url[ =]|--find-" rf"links[ =]"
)
MACHINE = re.compile(r"(?<![\w.])/(wo" r"rk|ro" r"ot|home/\w+)/[\w.]")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def text_of(name: str) -> str:
    try:
        return (ROOT / name).read_text("utf-8")
    except (UnicodeDecodeError, FileNotFoundError):
        return ""


@pytest.mark.parametrize(("what", "pattern"), [("a registry", REGISTRIES), ("a machine's path", MACHINE)])
def test_no_tracked_file_names_it(what, pattern):
    found = [f"{name}: {match.group()}" for name in TRACKED for match in pattern.finditer(text_of(name))]
    assert not found, f"tracked files name {what}"


def test_pages_link_to_what_is_there():
    pages = [name for name in TRACKED if name.endswith(".md")]
    links = [(name, link) for name in pages for link in LINK.findall(text_of(name)) if "://" not in link]

    assert len(links) > 20
    assert [f"{name}: {link}" for name, link in links if not ((ROOT / name).parent / link).exists()] == []


LOCKS = {"base": 20, "scale": 3, "cluster": 10, "dev": 20, "bench": 20, "node": 1}
"""And how many requirements each has at least."""


def test_every_lock_is_looked_at():
    assert {f"requirements/{lock}.txt" for lock in LOCKS} == {
        name for name in TRACKED if name.startswith("requirements/") and name.endswith(".txt")
    }


@pytest.mark.parametrize(("lock", "at_least"), LOCKS.items())
def test_every_requirement_is_pinned_by_hash(lock, at_least):
    text = text_of(f"requirements/{lock}.txt")
    requirements = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(requirements) >= at_least
    assert [each.split()[0] for each in requirements if "==" not in each or "--hash=sha256:" not in each] == []

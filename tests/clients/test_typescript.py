"""The TypeScript client and its front end: generated, type-checked, and run against a server that runs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from talentbank.matches.models import Match
from tests.clients.conftest import EXAMPLE, Town
from tests.node import CHROMIUMS, Node, chromium_find


def run(node: Node, town: Town, script: Path, *arguments: str) -> Match:
    """Run a script of the example and return the match that it tells of."""
    finished = node.run(script, *arguments, folder=EXAMPLE, **town.environment())
    assert finished.returncode == 0, finished.stderr[-3000:] or finished.stdout
    return Match.objects.get(pk=json.loads(finished.stdout)["match"])


def test_a_professional_applies_and_follows_through_the_generated_client(node, built, town):
    match = run(node, town, built / "test" / "journey.js")

    assert (match.need, match.origin, match.state, match.closed_reason) == (
        town.needs[0],
        "apply",
        "closed",
        "withdrawn",
    )
    assert Match.objects.count() == 1, "an answer that was lost on the way makes no second application"


def test_the_front_end_is_used_without_a_browser(node, built, town):
    match = run(node, town, built / "test" / "front-end.js", "jsdom")

    assert (match.state, match.origin) == ("awaiting_approval", "apply")


def test_the_front_end_is_used_in_a_browser(node, built, town):
    browser = chromium_find()
    if browser is None:
        pytest.skip(f"NOT TESTED, no Chromium on this machine: looked for {', '.join(CHROMIUMS)}")

    match = run(node, town, built / "test" / "front-end.js", "chromium", browser, os.environ.get("PICTURE", ""))

    assert (match.state, match.origin) == ("awaiting_approval", "apply")


def test_the_lock_names_no_registry_and_pins_every_package():
    packages = json.loads((EXAMPLE / "package-lock.json").read_text("utf-8"))["packages"]
    named = {name: each for name, each in packages.items() if name}

    assert len(named) > 20
    assert [name for name, each in named.items() if "resolved" in each] == []
    assert [name for name, each in named.items() if not each.get("integrity", "").startswith("sha512-")] == []
    assert packages[""]["devDependencies"]["typescript"].startswith("5.9.")

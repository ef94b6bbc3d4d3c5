"""`make attack`, the rest: every operation, as each caller, in all phases. Named on the command line alone.

`ATTACK_EXAMPLES` is how many calls the fuzzing draws for an operation, and how many scenarios are walked.
"""

from __future__ import annotations

import os
from collections import defaultdict

import pytest

from api.schema import generate
from tests.api.matrix.attack.campaign import PHASES, attack
from tests.api.matrix.attack.test_attack import found
from tests.api.matrix.world import ACTORS

pytestmark = pytest.mark.django_db
CALLS = [phase for phase in PHASES if phase != "stateful"]
EXAMPLES = int(os.environ.get("ATTACK_EXAMPLES", "20"))


def by_tag() -> dict[str, list[str]]:
    """The operations of each tag."""
    tags: dict[str, list[str]] = defaultdict(list)
    for methods in generate()["paths"].values():
        for operation in methods.values():
            tags[operation["tags"][0]].append(operation["operationId"])
    return dict(sorted(tags.items()))


CALLERS = pytest.mark.parametrize("actor", ["", *ACTORS], ids=lambda actor: actor or "who may")


@CALLERS
@pytest.mark.parametrize(("tag", "only"), by_tag().items(), ids=by_tag())
def test_no_call_finds_anything(world, actor, tag, only):
    report = attack(world, phases=CALLS, examples=EXAMPLES, actor=actor, only=only)

    assert found(report) == ""


@CALLERS
def test_no_walk_along_the_links_finds_anything(world, actor):
    """Of all tags together, for links lead from one to another."""
    report = attack(world, phases=["stateful"], examples=EXAMPLES, actor=actor)

    assert found(report) == ""

"""Attack by the document: an operation of every shape, every check on, one seed. `make attack` is the long run."""

from __future__ import annotations

from typing import Any

import pytest

from api.schema import generate
from tests.api.matrix.attack.campaign import SEED, Report, attack

pytestmark = pytest.mark.django_db  # what may be sent leans on no database: SQLite alone, for the suite's time
ONE_OF_EACH_KIND = (
    "consents_create",
    "matches_bulk_propose",
    "matches_create",
    "matches_decline",
    "matches_list",
    "matches_terms_read",
    "me_read",
    "needs_candidates",
    "organizations_members_remove",
    "professionals_update",
)
"""Operations of every base class, with every sort of input; `make attack` takes them all."""
LIFE_OF_A_NEED = (
    "needs_create",
    "needs_read",
    "needs_update",
    "needs_submit",
    "needs_request_changes",
    "needs_open",
    "needs_cancel",
    "needs_reopen",
)


def one_of_every_shape() -> list[str]:
    """An operation for each method with the same parameters and the same body, for which the same can be drawn."""
    shapes: dict[str, str] = {}
    for methods in generate()["paths"].values():
        for method, operation in methods.items():
            drawn = [method, operation["parameters"], operation.get("requestBody", {}).get("content", {})]
            schemas = [each.get("schema") for each in drawn[2].values()]
            shapes.setdefault(repr([*drawn[:2], schemas]), operation["operationId"])
    return sorted(shapes.values())


def found(report: Report) -> str:
    assert sum(report.statuses.values()), "nothing was called"
    return "\n".join(map(str, report.findings))


@pytest.mark.parametrize("half", [0, 1], ids=["even", "odd"])
def test_every_shape_of_call_is_answered_as_documented_whatever_is_drawn(world, half):
    report = attack(world, phases=["fuzzing"], examples=2, only=one_of_every_shape()[half::2])

    assert found(report) == ""
    assert report.statuses[200] > 30, "the shots did not go home"


def test_every_kind_of_operation_holds_at_all_bounds_of_its_inputs(world):
    report = attack(world, phases=["examples", "coverage"], examples=1, only=ONE_OF_EACH_KIND)

    assert found(report) == ""
    assert {200, 201, 400, 401, 405} <= report.statuses.keys()


def test_what_was_made_is_there_and_may_be_acted_on_along_the_links(world):
    made = False
    for seed in range(SEED, SEED + 5):  # what is drawn depends on what the process has loaded: some draws make nothing
        report = attack(world, phases=["stateful"], examples=15, only=LIFE_OF_A_NEED, actor="owner", seed=seed)
        # Whether valid input is taken is asked by the shots above: a walk draws far more, and so meets every rule
        # between fields that a schema cannot say.
        report.findings = [each for each in report.findings if each.check != "positive_data_acceptance"]
        assert found(report) == ""
        if made := bool(report.statuses[201] and report.statuses[200]):
            break
    assert made


@pytest.mark.parametrize(
    ("told", "check"),
    [("a number for a text", "response_schema_conformance"), ("a header that nobody reads", "negative_data_rejection")],
)
def test_a_document_that_lies_is_found_out(world, told, check):
    def lie(document: dict[str, Any]) -> None:
        if told == "a number for a text":
            document["components"]["schemas"]["Meta"]["properties"]["version"] = {"type": "integer"}
        else:
            document["components"]["parameters"]["AcceptLanguage"]["schema"] = {"type": "string", "enum": ["ja"]}

    report = attack(world, phases=["coverage"], examples=1, only=["meta_get"], change=lie)

    assert check in {each.check for each in report.findings}

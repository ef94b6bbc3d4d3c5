"""The published document has nothing that a linter would say a word about."""

from __future__ import annotations

import json

import pytest

from tests.node import Node, NodeMissing, packages_ready
from tests.spec_lint import FOLDER, LINTERS, is_asked_for, redocly, spectral

BARE = {
    "openapi": "3.1.1",
    "info": {"title": "Bare", "version": "1"},
    "paths": {"/things": {"get": {"operationId": "Things", "responses": {"404": {"description": "", "content": {}}}}}},
}


@pytest.fixture(scope="module")
def node() -> Node:
    try:
        return packages_ready(FOLDER)
    except NodeMissing as missing:
        if is_asked_for():
            pytest.fail(f"openapi.yaml was not linted: {missing}")
        pytest.skip(f"NOT TESTED: openapi.yaml was not linted: {missing}")


@pytest.mark.parametrize("linter", LINTERS)
def test_a_linter_has_nothing_to_say(node, linter):
    assert LINTERS[linter](node) == ""


def test_what_is_wrong_is_told_by_both_and_by_rules_of_our_own(node, tmp_path):
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(BARE))

    assert "operation-summary" in redocly(node, document)
    said = spectral(node, document)
    assert "talentbank-operation-id" in said and "talentbank-problem" in said and "operation-tags" in said

"""Japanese and English: every value has a label, every refusal its words, in the language that was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.codes import code_lists
from api.wording import words
from talentbank.skills.files import vocabulary_read
from tests import factories
from tests.contract import ContractClient, contract

JAPANESE = re.compile(r"[ぁ-ヿ一-鿿]")
READING = re.compile(r"[ぁ-ゖー]+")
SAME_IN_BOTH = {"LINE", "English"}
WITHOUT_WORDS = [{"ok"}, {"GET", "POST"}, {"detail"}]
"""Enums that only a program reads: the health of a process, HTTP methods, which shape of a need it is."""


def enums(node: Any, where: str = "") -> Iterator[tuple[str, set[str]]]:
    """Every enum in the schemas of the document, with its place. An empty string is a value that is not there."""
    if isinstance(node, dict):
        if isinstance(node.get("enum"), list):
            yield where, {value for value in node["enum"] if isinstance(value, str) and value}
        for key, child in node.items():
            if key not in {"example", "examples"}:
                yield from enums(child, f"{where}/{key}")
    elif isinstance(node, list):
        for position, child in enumerate(node):
            yield from enums(child, f"{where}/{position}")


def test_every_value_that_an_answer_can_hold_has_a_label_in_both_languages():
    lists = [{code.code for code in codes} for codes in code_lists().values()]
    found = dict(enums(contract().document["components"]["schemas"]))

    assert len(found) > 60
    silent = [where for where, values in found.items() if values not in WITHOUT_WORDS]
    silent = [where for where in silent if not any(found[where] <= codes for codes in lists)]
    assert silent == [], "add a list to api/labels.py or api/answer_labels.py"


def test_labels_are_in_their_language():
    labels = [(name, code) for name, codes in code_lists().items() for code in codes]
    foreign = [(name, code.code) for name, code in labels if JAPANESE.search(code.en)]
    unnamed = {code.ja for _, code in labels if not JAPANESE.search(code.ja) and re.search("[A-Za-z]", code.ja)}

    assert foreign == []
    assert unnamed <= SAME_IN_BOTH
    for name, codes in code_lists().items():
        assert len({code.ja for code in codes}) == len({code.en for code in codes}) == len(codes), name


def test_words_of_refusals_are_in_their_language():
    assert [code for code, said in words().items() if JAPANESE.search(said["en"])] == []
    assert [code for code, said in words().items() if not JAPANESE.search(said["ja"])] == []


def test_what_people_type_to_find_has_a_reading():
    vocabulary = vocabulary_read()
    for kind in (vocabulary.skills, vocabulary.problems):
        named = [(each.code, each.kana, each.name_ja, each.name_en) for each in kind]
        assert len(named) > 100
        assert [code for code, kana, *_ in named if not READING.fullmatch(kana)] == []
        assert [code for code, _, ja, en in named if not ja or not en or JAPANESE.search(en)] == []


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        (None, "ja"),
        ("en", "en"),
        ("en-GB", "en"),
        ("ja-JP,ja;q=0.9,en;q=0.8", "ja"),
        ("en-US,en;q=0.9,ja;q=0.8", "en"),
        ("ja;q=0.3, en;q=0.7", "en"),
        ("fr, en;q=0.5, ja;q=0.4", "en"),
        ("fr", "ja"),
        ("*", "ja"),
        ("en;q=0", "ja"),
        ("ja;q=0, en;q=0.1", "en"),
        ("nonsense;;q=,", "ja"),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/nothing", "/api/v1/codes/match-states"])
def test_the_language_is_the_one_that_was_asked_for(db, path, asked, language):
    answer = ContractClient().get(path, headers={"Accept-Language": asked} if asked else {})

    said = answer.json().get("detail") or answer.json()["results"][0]["label"]
    assert (answer["Content-Language"], bool(JAPANESE.search(said))) == (language, language == "ja")
    assert "accept-language" in answer["Vary"].lower()


def test_every_kind_of_refusal_is_told_in_both_languages(session, organization, need, professional):
    owner, outsider = session(factories.owner_of(organization)), session(factories.make_user())
    path = f"/api/v1/needs/{need.pk}"
    etag = owner.get(path).json()["etag"]
    old = '"9.0123456789abcdef"'
    calls = {
        400: lambda **h: owner.patch(path, {"headcount": "two", "colour": 1}, headers={"If-Match": etag, **h}),
        401: lambda **h: ContractClient().get("/api/v1/me", headers=h),
        403: lambda **h: owner.post(f"{path}/open", {}, headers={"If-Match": etag, **h}),
        404: lambda **h: outsider.get(f"/api/v1/matches/{need.pk}", headers=h),
        405: lambda **h: owner.delete(path, headers=h),
        406: lambda **h: owner.get(path, headers={"Accept": "text/csv", **h}),
        409: lambda **h: owner.post(f"{path}/submit", {}, headers={"If-Match": etag, **h}),
        412: lambda **h: owner.post(f"{path}/hold", {}, headers={"If-Match": old, **h}),
        415: lambda **h: owner.post(f"{path}/hold", "x", content_type="text/plain", headers={"If-Match": etag, **h}),
        428: lambda **h: owner.post(f"{path}/hold", {}, headers=h),
    }
    for status, call in calls.items():
        for language in ("ja", "en"):
            answer = call(**{"Accept-Language": language})
            assert (answer.status_code, answer["Content-Language"]) == (status, language), answer.content
            told = answer.json()
            details = [told["detail"], *(each["detail"] for each in told["errors"] + told.get("failed_guards", []))]
            assert [bool(JAPANESE.search(each)) for each in details] == [language == "ja"] * len(details), details

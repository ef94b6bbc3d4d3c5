"""Hostile input on every operation of the document: a clear 4xx with a pointer, never 500, nothing half-written."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps

from api.schema import generate
from talentbank.core.models import RateCount
from tests import factories

DOCUMENT = generate()
WRITES = [
    (method.upper(), path, operation)
    for path, operations in sorted(DOCUMENT["paths"].items())
    for method, operation in operations.items()
    if method in {"post", "patch"}
]
LISTS = [
    path
    for path, operations in sorted(DOCUMENT["paths"].items())
    if any(parameter.get("name") == "cursor" for parameter in operations.get("get", {}).get("parameters", ()))
]
BODIES: dict[str, bytes] = {
    "malformed": b'{"note": ',
    "empty text": b"   x",
    "100,000 deep": b'{"note": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "an unknown key": b'{"favourite_colour": "blue"}',
    "a list for an object": b"[1, 2]",
    "a text for an object": b'"hello"',
    "NaN": b'{"note": NaN}',
    "infinity": b'{"note": -Infinity}',
    "NUL": b'{"note": "a\\u0000b"}',
    "a lone surrogate, escaped": b'{"note": "\\ud800"}',
    "a lone surrogate, raw": b'{"note": "\xed\xa0\x80"}',
    "beyond 64 bits": b'{"note": 99999999999999999999999999}',
    "a duplicate key": b'{"note": "a", "note": "b"}',
    "not UTF-8": b'{"note": "\xff\xfe"}',
}


STANDING_FOR = {"{bank}": "nowhere", "{number}": "1"}


def address(path: str) -> str:
    return re.sub(r"{\w+}", lambda match: STANDING_FOR.get(match[0]) or str(uuid4()), path)


def rows() -> dict[str, int]:
    """How many there are of each kind; that a refused call was counted is no row of anybody's."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models() if model is not RateCount}


@pytest.fixture
def admin(bank, bank_admin, session, settings):
    settings.SANDBOX = True  # its operations, too
    return session(bank_admin)


def test_the_document_has_writes_and_lists_to_attack():
    assert len(WRITES) > 70 and len(LISTS) > 5


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_no_write_takes_a_hostile_body(admin, body):
    before = rows()
    for method, path, operation in WRITES:
        answer = admin.generic(method, address(path), body, content_type="application/json")
        told = answer.json()
        where = f"{method} {path}: {answer.status_code} {told}"
        assert answer.status_code == 400, where
        assert answer["Content-Type"].startswith("application/problem+json"), where
        assert told["errors"] and all("pointer" in error and error["code"] for error in told["errors"]), where
        assert operation["operationId"]
    assert rows() == before


def test_a_wrong_content_type_and_a_huge_body_are_refused_everywhere(admin):
    before = rows()
    for method, path, _ in WRITES:
        for content_type in ("text/plain", "application/xml", "application/json; charset=utf-16"):
            answer = admin.generic(method, address(path), b"{}", content_type=content_type)
            assert answer.status_code == 415, f"{method} {path} {content_type}"
        huge = b'{"note": "' + b"a" * 1_100_000 + b'"}'
        assert admin.generic(method, address(path), huge, content_type="application/json").status_code == 413
    assert rows() == before


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("colour=blue", "/query/colour"),
        ("limit=0", "/query/limit"),
        ("limit=101", "/query/limit"),
        ("limit=１０", "/query/limit"),
        ("limit=", "/query/limit"),
        ("cursor=abc", "/query/cursor"),
        ("limit=5&limit=6", "/query/limit"),
    ],
)
def test_no_list_takes_a_wrong_parameter(admin, path, query, pointer):
    answer = admin.get(f"{address(path)}?{query}")
    if "{" in path and answer.status_code == 404:
        pytest.fail(f"{path}: 404 came before 400")
    assert answer.status_code == 400, answer.json()
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    "query", ["needs?updated_since=9999-12-31T00:00:00Z", "banks/akatsuki/closures?since=1899-12-31"]
)
def test_a_parameter_of_a_far_year_is_told_which_years_there_are(admin, query):
    told = {
        language: [each["detail"] for each in answer.json()["errors"]]
        for language in ("ja", "en")
        for answer in [admin.get(f"/api/v1/{query}", headers={"Accept-Language": language})]
    }

    assert told == {
        "ja": ["日付は1900年から2999年までで入力してください。"],
        "en": ["Give a date of the years 1900 to 2999."],
    }


@pytest.mark.parametrize("number", ["7000012050001", "700001205000", "７００００１２０５０００２", "70000120500020"])
def test_a_wrong_corporate_number_is_named_by_pointer(bank, session, number):
    person = session(factories.make_user())
    body = {"bank": str(bank.pk), "name": "株式会社こけし", "kind": "company", "corporate_number": number}
    before = rows()

    answer = person.post("/api/v1/organizations", body, format="json")

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/corporate_number"]
    assert rows() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hours_per_week", "10"),
        ("hours_per_week", "１０"),
        ("hours_per_week", 10.5),
        ("hours_per_week", True),
        ("hours_per_week", -1),
        ("hours_per_week", 10**30),
        ("name", 12),
        ("name", {}),
        ("areas", {}),
        ("areas", "あかつき市"),
        ("skills", {"skill": "x"}),
        ("email", "ａ@example.jp"),
        ("email", "a\u200b@example.jp"),
        ("fee_min_yen", -1),
        ("residency", "mars"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_by_pointer(bank, session, field, value):
    person = session(factories.make_user())
    before = rows()
    body: dict[str, Any] = {"bank": str(bank.pk), "name": "佐藤 匠", field: value}

    answer = person.post("/api/v1/professionals", body, format="json")

    assert answer.status_code == 400, answer.json()
    assert {error["pointer"].split("/")[1] for error in answer.json()["errors"]} == {field}
    assert rows() == before


@pytest.mark.parametrize("deadline", ["2026-W45-1", "20261231", "2026-02-30", "2026-12-31T00:00:00Z", 20261231])
def test_a_day_is_a_calendar_day(organization, session, deadline):
    body = {"organization": str(organization.pk), "own_words": "困っています", "deadline": deadline}
    answer = session(factories.owner_of(organization)).post("/api/v1/needs", body, format="json")
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/deadline"]


NAMES = {
    "variation selector": "葛\U000e0100西 真由",
    "beyond the BMP": "\U00020bb7田 光",
    "variant kanji": "髙橋 はしごだか",
    "half-width kana": "ｻﾄｳ ﾀｸﾐ",
    "combining mark": "がｶﾞ か\u3099",
    "private use": "外字\ue000",
    "joined emoji": "👩\u200d🌾 農家",
    "spaces around": " 前後 ",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_names_come_back_byte_for_byte(bank, session, name):
    person = session(factories.make_user())
    made = person.post("/api/v1/professionals", {"bank": str(bank.pk), "name": name}, format="json")
    assert made.status_code == 201, made.json()
    assert person.get(f"/api/v1/professionals/{made.json()['id']}").json()["name"] == name

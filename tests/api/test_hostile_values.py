"""One probe over the whole document: each hostile value in each field and parameter is a 400 that points at it."""

from __future__ import annotations

import gzip
import json
import logging
from typing import Any
from urllib.parse import urlencode

import pytest

from tests import factories
from tests.api.hostile import fields, rounds, texts
from tests.api.test_bad_input import address, rows
from tests.contract import contract

pytestmark = pytest.mark.django_db
WORDS = {"code", "detail", "pointer"}
NAMES = {
    "variant kanji": "葛\U000e0100西 髙橋 \U00020bb7田",
    "half-width kana": "ｻﾄｳ ﾀｸﾐ ｶﾞ",
    "private use": "外字\ue000\U000f0001",
    "joined emoji": "👩\u200d🌾 👨\u200d👩\u200d👧\u200d👦",
    "combining marks": "か\u3099 が e\u0301",
    "wide and narrow": "ＡＢＣ abc １２３",
}


@pytest.fixture
def admin(bank: Any, bank_admin: Any, session: Any, settings: Any, caplog: pytest.LogCaptureFixture) -> Any:
    """A caller whose thousands of refusals nobody writes down."""
    caplog.set_level(logging.ERROR, "django.request")
    settings.SANDBOX = True  # its operations, too
    return session(bank_admin)


def operations(*methods: str) -> list[tuple[str, str, dict[str, Any]]]:
    found = contract().document["paths"].items()
    return [
        (name.upper(), path, each) for path, named in sorted(found) for name, each in named.items() if name in methods
    ]


def complaint(answer: Any, pointers: set[str]) -> str:
    """What is wrong with an answer to hostile input; "" where it is a 400 that points at each value."""
    if answer.status_code != 400:
        return f"{answer.status_code} {answer.content[:200]!r}"
    errors = answer.json()["errors"]
    if any(not each.keys() >= WORDS or not each["code"].replace("_", "").isalnum() for each in errors):
        return f"errors without words: {errors[:3]}"
    told = {each["pointer"] for each in errors}
    silent = {each for each in pointers if not any(one == each or one.startswith(f"{each}/") for one in told)}
    return f"silent about {sorted(silent)[:6]}, told {sorted(told)[:6]}" if silent else ""


def test_no_field_of_any_body_takes_a_hostile_value(admin: Any) -> None:
    held, wrong, tried = contract(), [], 0
    before = rows()
    for method, path, operation in operations("post", "patch"):
        content = operation.get("requestBody", {}).get("content", {})
        found = list(fields(held, content["application/json"]["schema"])) if content else []
        for body, pointers in rounds(found):
            answer = admin.generic(method, address(path), _json(body), content_type="application/json")
            tried += len(pointers)
            if told := complaint(answer, pointers):
                wrong.append(f"{method} {path} {str(body)[:200]}: {told}")
    assert not wrong, "\n".join(wrong)
    assert tried > 5_000
    assert rows() == before


def test_no_parameter_of_any_read_takes_a_hostile_value(admin: Any) -> None:
    wrong, tried = [], 0
    for method, path, operation in operations("get"):
        declared = [each for each in operation.get("parameters", ()) if each.get("in") == "query"]
        for parameter in [*declared, {"name": "utm_source", "schema": {"enum": ["x"]}}]:
            name = parameter["name"]
            for text in texts(parameter["schema"]):
                answer = admin.generic(method, f"{address(path)}?{urlencode({name: text})}")
                tried += 1
                if told := complaint(answer, {f"/query/{name}"}):
                    wrong.append(f"{method} {path}?{name}={text[:40]!r}: {told}")
    assert not wrong, "\n".join(wrong)
    assert tried > 500


def test_no_operation_takes_a_hostile_header(admin: Any) -> None:
    wrong = []
    for method, path, operation in operations("get", "post", "patch", "delete"):
        named = {each.get("$ref", "").rsplit("/", 1)[-1] for each in operation.get("parameters", ())}
        hostile = {"Acting-As": ["coordinator", "coordinator:１", f"owner:{'0' * 36}"]} if "ActingAs" in named else {}
        if "IfMatch" in named:
            hostile["If-Match"] = ["*", '"１.0123456789abcdef"', 'W/"1.0123456789abcdef"', '"1.0123456789abcdef", "2"']
        if "IdempotencyKey" in named:
            hostile["Idempotency-Key"] = ["", "a b", "x" * 256]
        for name, values in hostile.items():
            for value in values:
                options = {"content_type": "application/json"} if method in {"POST", "PATCH"} else {}
                answer = admin.generic(method, address(path), _json(_body(operation)), headers={name: value}, **options)
                if told := complaint(answer, {f"/header/{name}"}):
                    wrong.append(f"{method} {path} {name}: {value[:30]!r}: {told}")
    assert not wrong, "\n".join(wrong)


def test_no_write_takes_another_coding_or_charset(admin: Any) -> None:
    wrong = []
    for method, path, _ in operations("post", "patch"):
        for body, content_type, coding in (
            (b"{}", "application/json", "gzip"),
            (gzip.compress(b"{}"), "application/json", "gzip"),
            (b"{}", "application/json", "br"),
            ('{"note": "漬物"}'.encode("shift_jis"), "application/json; charset=shift_jis", ""),
            ('{"note": "漬物"}'.encode("utf-16"), "application/json; charset=utf-16", ""),
            (b"note=1", "application/x-www-form-urlencoded", ""),
        ):
            headers = {"Content-Encoding": coding} if coding else {}
            answer = admin.generic(method, address(path), body, content_type=content_type, headers=headers)
            if answer.status_code != 415:
                wrong.append(f"{method} {path} {content_type} {coding}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_no_list_takes_a_cursor_that_is_not_its_own(admin: Any, bank: Any) -> None:
    factories.make_bank()
    page = admin.get("/api/v1/banks?limit=1").json()["next"]
    foreign = page.split("cursor=")[1].split("&")[0]
    for _, path, operation in operations("get"):
        if any(each.get("name") == "cursor" for each in operation.get("parameters", ())) and path != "/api/v1/banks":
            answer = admin.get(f"{address(path)}?cursor={foreign}")
            assert complaint(answer, {"/query/cursor"}) == "", path
            assert answer.json()["errors"][0]["code"] == "cursor_invalid"


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_names_come_back_byte_for_byte_from_every_kind_of_row(bank: Any, session: Any, name: str) -> None:
    user = factories.make_user()
    made = {
        "professionals": ({"bank": str(bank.pk), "name": name, "headline": name, "areas": [name]}, user),
        "organizations": ({"bank": str(bank.pk), "name": name, "kind": "company", "contact_name": name}, user),
    }
    for resource, (body, whose) in made.items():
        caller = session(whose)
        answer = caller.post(f"/api/v1/{resource}", body)
        assert answer.status_code == 201, answer.json()
        shown = caller.get(f"/api/v1/{resource}/{answer.json()['id']}").json()
        assert {key: shown[key] for key in body if key in shown and key != "bank"} == {
            key: value for key, value in body.items() if key in shown and key != "bank"
        }
    organization = factories.make_organization(bank, owner=user)
    body = {"organization": str(organization.pk), "title": name, "own_words": name}
    need = session(user).post("/api/v1/needs", body).json()
    assert (need["title"], need["own_words"]) == (name, name)
    listed = session(user).get(f"/api/v1/needs?organization={organization.pk}").json()["results"]
    assert [each["title"] for each in listed] == [name]


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _body(operation: dict[str, Any]) -> Any:
    examples = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
    return next((each["value"] for each in examples.values()), {})

"""Every hostile body of the contract is 400 with a pointer, or 413 or 415; never 500, never half read."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.parsers import MAX_BYTES, parse
from talentbank.core.errors import InvalidInput

DEEP = 100_000


def refusals(body: bytes) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        parse(body)
    return [(error.pointer, error.code) for error in caught.value.errors]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", ("", "malformed_json")),
        (b"{", ("", "malformed_json")),
        (b'{"a": 1,}', ("", "malformed_json")),
        (b"{'a': 1}", ("", "malformed_json")),
        (b'{"a": 01}', ("", "malformed_json")),
        (b'{"a": 1} {"a": 2}', ("", "malformed_json")),
        (b'{"a": "\n"}', ("", "malformed_json")),
        (b"\xef\xbb\xbf{}", ("", "malformed_json")),
        ('{"a": "あ"}'.encode("cp932"), ("", "malformed_encoding")),
        (b'{"a": "\xed\xa0\x80"}', ("", "malformed_encoding")),
        (b"[" * DEEP, ("", "too_deep")),
        (b"[" * DEEP + b"]" * DEEP, ("", "too_deep")),
        (b'{"a":' * DEEP, ("", "too_deep")),
        (b'{"a": 1, "a": 2}', ("/a", "duplicate_key")),
        (b'{"a": [{"b": 1, "b": 1}]}', ("/a/0/b", "duplicate_key")),
        (b'{"a": 1, "\\u0061": 2}', ("/a", "duplicate_key")),
        (b'{"a": NaN}', ("/a", "not_a_number")),
        (b'{"a": [-Infinity]}', ("/a/0", "not_a_number")),
        (b'{"a": Infinity}', ("/a", "not_a_number")),
        (b'{"a": 9223372036854775808}', ("/a", "number_too_large")),
        (b'{"a": -9223372036854775809}', ("/a", "number_too_large")),
        (b'{"a": ' + b"9" * 10_000 + b"}", ("/a", "number_too_large")),
        (b'{"a": 1e400}', ("/a", "number_too_large")),
        (b'{"a": "x\\u0000y"}', ("/a", "nul_character")),
        (b'{"a\\u0000": 1}', ("/a\x00", "nul_character")),
        (b'{"a": ["ok", "\\ud800"]}', ("/a/1", "lone_surrogate")),
        (b'{"a": "\\udc00\\ud800"}', ("/a", "lone_surrogate")),
        (b'{"~/": NaN}', ("/~0~1", "not_a_number")),
    ],
)
def test_what_two_readers_could_understand_differently_is_refused(body: bytes, expected: tuple[str, str]) -> None:
    assert refusals(body) == [expected]


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"{}", {}),
        (b'{"a": 9223372036854775807}', {"a": 2**63 - 1}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        ('{"a": "ｶﾞ 葛󠄀 か゛ 👩‍👩‍👧"}'.encode(), {"a": "ｶﾞ 葛󠄀 か゛ 👩‍👩‍👧"}),
        (b"[" * 64 + b"]" * 64, None),
        (b'{"a": "[[[[' + b"[" * 200 + b'"}', {"a": "[" * 204}),
        (b'{"a": "\\"[[\\\\"}', {"a": '"[[\\'}),
    ],
)
def test_other_json_is_read_as_it_is(body: bytes, value: Any) -> None:
    assert value is None or parse(body) == value


@pytest.mark.parametrize(
    "body",
    [
        b'"' + b'\\"' * 500_000,
        b'{"' + b"\\" * 1_000_000,
        b'"' * 1_000_000,
        b"{" + b",".join(b'"k%d":1' % n for n in range(80_000)) + b',"k79999":1}',
        b"[" + b"1," * 500_000 + b"1]",
        b"1" * 1_000_000 + b".5",
    ],
    ids=["escaped quotes", "backslashes", "quotes", "late duplicate", "many items", "long float"],
)
def test_no_body_within_the_limit_takes_long(body: bytes) -> None:
    assert len(body) <= MAX_BYTES
    started = time.process_time()
    with suppress(InvalidInput):
        parse(body)
    assert time.process_time() - started < 2.0


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        parse(body)
    except InvalidInput as refusal:
        assert refusal.errors


def post(http: Any, body: bytes, content_type: str = "application/json", **headers: str) -> Any:
    return http.generic("POST", "/api/v1/things", body, content_type, **headers)


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"1", b"null", b"true"])
def test_a_body_is_an_object(http: Any, body: bytes) -> None:
    answer = post(http, body)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "not_an_object"


@pytest.mark.parametrize(
    ("content_type", "headers"),
    [
        ("text/plain", {}),
        ("application/x-www-form-urlencoded", {}),
        ("multipart/form-data; boundary=x", {}),
        ("application/json; charset=shift_jis", {}),
        ("application/json", {"HTTP_CONTENT_ENCODING": "gzip"}),
    ],
)
def test_only_plain_json_is_taken(http: Any, content_type: str, headers: dict[str, str]) -> None:
    answer = post(http, b'{"name": "x"}', content_type, **headers)

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_body_over_one_mebibyte_is_too_large(http: Any) -> None:
    answer = post(http, b'{"name": "' + b"x" * MAX_BYTES + b'"}')

    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")


def test_deep_nesting_is_answered_with_a_problem(http: Any) -> None:
    answer = post(http, b'{"name":' + b"[" * DEEP)

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"pointer": "", "code": "too_deep", "detail": "入れ子が深すぎます（上限 64 段）。"}
    ]


def test_a_chunked_body_is_not_silently_left_out(http: Any) -> None:
    answer = http.generic(
        "POST", "/api/v1/things", b"", "application/json", HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH=""
    )

    assert answer.status_code == 400

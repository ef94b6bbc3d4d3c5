"""JSON, read strictly: what two readers could understand differently is refused with a pointer."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser

from api.errors import PayloadTooLarge
from api.problems import pointer_of
from talentbank.core.errors import FieldError, InvalidInput, invalid

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
MAX_ERRORS = 50
"""More would make the answer longer than the question."""
TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)
"""Strings (an unterminated one runs to the end) and brackets. Possessive, so the scan is linear in any text."""
SURROGATE = re.compile("[\ud800-\udfff]")
LONGEST_INTEGER = 20
INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class Refused:
    """Stands in the parsed tree for a value that JSON allows and we do not; its place gives the pointer."""

    code: str
    key: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


class StrictJSONParser(BaseParser):
    """application/json in UTF-8, up to 1 MiB and 64 levels deep."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        request = (parser_context or {}).get("request")
        if request is not None:
            check_headers(request.headers)
        content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise PayloadTooLarge()
        return parse(content)


def check_headers(headers: Mapping[str, str]) -> None:
    """:raises UnsupportedMediaType: the body is not UTF-8 or is compressed.
    :raises PayloadTooLarge: its declared length is over the limit.
    """
    content_type = headers.get("Content-Type", "")
    charset = re.search(r"charset\s*=\s*\"?([^\";\s]*)", content_type, re.IGNORECASE)
    if charset and charset[1].lower() not in {"utf-8", "utf8"}:
        raise UnsupportedMediaType(content_type)
    coding = headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in {"", "identity"}:
        raise UnsupportedMediaType(coding)
    length = headers.get("Content-Length", "")
    if length.isascii() and length.isdecimal() and int(length[:12]) > MAX_BYTES:
        raise PayloadTooLarge()


def parse(content: bytes) -> Any:
    """Read one JSON value.

    :raises InvalidInput: with a pointer to everything that is refused; malformed JSON points at the root.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise invalid("", "malformed_encoding") from None
    check_depth(text)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=lambda name: Refused("not_a_number"),
        )
    except json.JSONDecodeError as error:
        raise invalid("", "malformed_json", line=error.lineno, column=error.colno) from None
    if errors := list(islice(refused(value), MAX_ERRORS)):
        raise InvalidInput(errors)
    return value


def check_depth(text: str) -> None:
    """Count brackets outside strings before anything recursive reads the text.

    :raises InvalidInput: deeper than 64 levels.
    """
    depth = 0
    for token in TOKEN.finditer(text):
        mark = text[token.start()]
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise invalid("", "too_deep", maximum=MAX_DEPTH)
        elif mark in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> Any:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    seen: set[str] = set()
    twice = next(key for key, _ in pairs if key in seen or seen.add(key))
    return Refused("duplicate_key", key=twice, facts={"key": _printable(twice)})


def _integer(digits: str) -> Any:
    if len(digits) > LONGEST_INTEGER or int(digits) not in INT64:
        return Refused("number_too_large")
    return int(digits)


def _float(digits: str) -> Any:
    number = float(digits)
    return number if math.isfinite(number) else Refused("number_too_large")


def refused(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[FieldError]:
    """Walk a parsed value: everything that is not taken, with its pointer."""
    if isinstance(value, Refused):
        keys = path if value.key is None else (*path, _printable(value.key))
        yield FieldError(pointer_of(*keys), value.code, value.facts)
    elif isinstance(value, str):
        if code := _fault(value):
            yield FieldError(pointer_of(*path), code)
    elif isinstance(value, dict):
        for key, child in value.items():
            if code := _fault(key):
                yield FieldError(pointer_of(*path, _printable(key)), code)
            yield from refused(child, (*path, _printable(key)))
    elif isinstance(value, list):
        for position, child in enumerate(value):
            yield from refused(child, (*path, position))


def _fault(text: str) -> str:
    if "\x00" in text:
        return "nul_character"
    return "lone_surrogate" if not text.isascii() and SURROGATE.search(text) else ""


def _printable(key: str) -> str:
    """The key as it can be sent back: half surrogates cannot be encoded."""
    return SURROGATE.sub("\ufffd", key)

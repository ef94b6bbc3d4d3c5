"""Hostile values for each field and parameter of the document, placed by their schema: every one must be refused."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.contract import Contract

Path = tuple[str | int, ...]
ZERO_WIDTH = "\u200b"
UNSEEN = f"{ZERO_WIDTH}\u3164"
"""A space without width, and what fills up a syllable in Korean: for a name, nothing."""
BY_TYPE: dict[str, list[Any]] = {
    "string": [12, {}, [], True],
    "integer": ["3", "３", 1.5, True, {}],
    "number": ["1.5", "１", True, {}, []],
    "boolean": ["true", 1, 0, {}, []],
    "array": [{}, "x", 3],
    "object": [[], "x", 3],
}
BY_FORMAT: dict[str, list[Any]] = {
    "date": ["2026-W45-1", "20261102", "２０２６-11-02", "2026-02-30", "2026-11-02T00:00:00Z", "2026-11-2"],
    "date-time": ["2026-W45-1T00:00:00Z", "2026-11-02", "2026-11-02T10:00:00", "２０２６-11-02T10:00:00Z"],
    "uuid": ["0198c0de", "{0198c0de-5f1e-7c3a-9b0a-2f6d1c9e4b7a}", "0198c0de5f1e7c3a9b0a2f6d1c9e4b7a"],
}
EMAILS = ["shino@exаmple.jp", f"shi{ZERO_WIDTH}no@example.jp", "ｓｈｉｎｏ@example.jp", "shino@example。jp"]
"""A Cyrillic letter among Latin ones, a zero-width space, full-width letters, an ideographic full stop."""


@dataclass(frozen=True, slots=True)
class Field:
    """A value that callers send: where it stands in a body, and what must not be taken there."""

    path: Path
    refused: tuple[Any, ...]


def fields(held: Contract, schema: dict[str, Any], name: str = "", path: Path = ()) -> Iterator[Field]:
    """Every field of a body, those within objects and in the first place of lists too, outermost first."""
    _, schema = held.resolved("", schema)
    if "allOf" in schema and len(schema["allOf"]) == 1:
        _, inner = held.resolved("", schema["allOf"][0])
        schema = {**inner, **{key: value for key, value in schema.items() if key != "allOf"}}
    choices = [choice for choice in schema.get("oneOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        yield from fields(held, choices[0], name, path)
        return
    if path:
        yield Field(path, tuple(refused(schema, name)))
    for key, member in schema.get("properties", {}).items():
        yield from fields(held, member, key, (*path, key))
    if isinstance(schema.get("items"), dict):
        yield from fields(held, schema["items"], name, (*path, 0))


def refused(schema: dict[str, Any], name: str = "") -> Iterator[Any]:
    """Values that a schema does not allow, worst first."""
    stated = schema.get("type")
    kinds = [stated] if isinstance(stated, str) else [kind for kind in stated or () if kind != "null"]
    if "enum" in schema:
        value = _last(schema["enum"])
        yield from (f"{value}{ZERO_WIDTH}", f"{value} ", value.upper() if value.islower() else value.lower() + "x")
    if "pattern" in schema and not re.search(schema["pattern"], UNSEEN):
        yield UNSEEN
    if "email" in name and "string" in kinds:
        yield from EMAILS
    yield from BY_FORMAT.get(schema.get("format", ""), ())
    if "maxLength" in schema and schema["maxLength"] <= 20_000:
        yield "長" * (schema["maxLength"] + 1)
    if "maximum" in schema and "integer" in kinds:
        yield from (schema["maximum"] + 1, schema["minimum"] - 1)
    for kind in kinds:
        yield from BY_TYPE[kind]
    if stated == "object" and not kinds:
        yield "x"


def rounds(found: list[Field]) -> Iterator[tuple[dict[str, Any], set[str]]]:
    """Bodies that hold a hostile value in each of many fields at once, each with the pointers that must be named.

    A field within another is tried in rounds of its own, for it cannot stand in a value that is itself hostile.
    """
    depths = sorted({_depth(each) for each in found})
    for depth in depths:
        level = [each for each in found if _depth(each) == depth]
        for number in range(max((len(each.refused) for each in level), default=0)):
            body: Any = {}
            pointers = set()
            for each in level:
                if number < len(each.refused):
                    _put(body, each.path, copy.deepcopy(each.refused[number]))
                    pointers.add("".join(f"/{key}" for key in each.path))
            yield body, pointers


def _depth(each: Field) -> int:
    return len(each.path)


def _put(body: Any, path: Path, value: Any) -> None:
    """Set a value, making the objects and lists around it."""
    node = body
    for key, following in zip(path, (*path[1:], None), strict=True):
        last = following is None
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(key, int):
            if last:
                node.append(value)
            elif not node:
                node.append(empty)
            node = node[-1]
        else:
            node = node.setdefault(key, value if last else empty)


def texts(schema: dict[str, Any]) -> Iterator[str]:
    """What a query parameter of this schema must not say, as text."""
    item = schema.get("items", schema) if schema.get("type") == "array" else schema
    yield "\x00"
    if "enum" in item:
        value = _last(item["enum"])
        yield from (f"{value}{ZERO_WIDTH}", f"{value}x", f" {value}")
    yield from (value for value in BY_FORMAT.get(item.get("format", ""), ()))
    if item.get("type") == "integer":
        yield from ("３", "3.0", "+3", "0x3", " 3", str(item["maximum"] + 1), str(item["minimum"] - 1), "1e1", "")
    if item.get("type") == "boolean":
        yield from ("True", "1", "ｔｒｕｅ", "")
    if item.get("type") == "string" and "maxLength" in item and item["maxLength"] <= 4000:
        yield "長" * (item["maxLength"] + 1)


def _last(listed: list[Any]) -> str:
    return next(str(value) for value in reversed(listed) if value not in (None, ""))

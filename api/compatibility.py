"""What a change of the specification breaks for programs written against the one before.

Inside v1 a change only adds. Of what callers send, everything that was taken is taken still; of what they get, all that
was promised is there still and of the same kind. New operations, optional inputs, members of answers and values of a
list are additions; words and examples promise nothing. Texts here name the place and what is lost there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
FIXED = ("pattern", "format", "multipleOf", "const")
ALTERNATIVES = ("oneOf", "anyOf")
AN_ID = "01234567-89ab-cdef-0123-456789abcdef"
ANYTHING = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})


def breaks(released: Schema, now: Schema) -> list[str]:
    """What a program written against `released` would no longer find, sorted; empty where it goes on working."""
    return sorted(set(_Comparison(released, now).documents()))


@dataclass
class _Comparison:
    """Two documents. `seen` are pairs of references under comparison or compared, each once for each direction."""

    old: Schema
    new: Schema
    seen: set[tuple[str, str, bool]] = field(default_factory=set)

    def documents(self) -> Iterator[str]:
        for path, operations in self.old.get("paths", {}).items():
            now = self.new.get("paths", {}).get(path)
            if now is None:
                yield f"{path}: the path is gone"
                continue
            for method, operation in operations.items():
                where = f"{method.upper()} {path}"
                if method not in now:
                    yield f"{where}: the operation is gone"
                else:
                    yield from self.operations(where, operation, now[method])
        for name, hook in self.old.get("webhooks", {}).items():
            if name not in self.new.get("webhooks", {}):
                yield f"webhook {name}: it is gone"
            else:  # what we send is an answer to whoever takes it
                bodies = (each["post"]["requestBody"] for each in (hook, self.new["webhooks"][name]))
                yield from self.contents(f"webhook {name}", *bodies, sent=False)

    def operations(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        if old.get("operationId") != new.get("operationId"):
            yield f"{where}: operationId {old.get('operationId')} became {new.get('operationId')}"
        yield from self.security(where, old, new)
        yield from self.parameters(where, old, new)
        yield from self.bodies(where, old.get("requestBody"), new.get("requestBody"))
        for status, answer in old.get("responses", {}).items():
            if status not in new.get("responses", {}):
                yield f"{where}: status {status} is gone"
                continue
            before, after = self.one(self.old, answer), self.one(self.new, new["responses"][status])
            for name in before.get("headers", {}).keys() - after.get("headers", {}).keys():
                yield f"{where}, {status}: header {name} is gone"
            yield from self.contents(f"{where}, {status}", before, after, sent=False)

    def security(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        """Whoever could call still can: for each way in there is one that asks for no more."""
        for way in old.get("security", []):
            kept = any(
                each.keys() == way.keys() and all(set(each[name]) <= set(way[name]) for name in way)
                for each in new.get("security", [])
            )
            if not kept and {} not in new.get("security", []):
                yield f"{where}: security {dict(way)} is no longer enough"

    def parameters(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        before, after = self.by_name(self.old, old), self.by_name(self.new, new)
        for key, parameter in before.items():
            place = f"{where}, {key[0]} {key[1]}"
            if key not in after:
                yield f"{place}: the parameter is gone"
                continue
            if after[key].get("required") and not parameter.get("required"):
                yield f"{place}: it became required"
            for name in ("style", "explode"):
                if parameter.get(name) != after[key].get(name):
                    yield f"{place}: {name} changed"
            yield from self.schemas(place, parameter.get("schema", {}), after[key].get("schema", {}), sent=True)
        for key in after.keys() - before.keys():
            if after[key].get("required") and key[0] != "path":
                yield f"{where}, {key[0]} {key[1]}: a new parameter is required"

    def bodies(self, where: str, old: Schema | None, new: Schema | None) -> Iterator[str]:
        if new and new.get("required") and not (old and old.get("required")):
            yield f"{where}: a body became required"
        if old and not new:
            yield f"{where}: the body is gone"
        elif old and new:
            yield from self.contents(f"{where}, body", old, new, sent=True)

    def contents(self, where: str, old: Schema, new: Schema, *, sent: bool) -> Iterator[str]:
        for media_type, content in old.get("content", {}).items():
            if media_type not in new.get("content", {}):
                yield f"{where}: {media_type} is gone"
            else:
                now = new["content"][media_type]
                yield from self.schemas(where, content.get("schema", {}), now.get("schema", {}), sent=sent)

    def schemas(self, where: str, old: Schema, new: Schema, *, sent: bool) -> Iterator[str]:
        """`sent`: by callers; else what they get."""
        if "$ref" in old or "$ref" in new:
            pair = (old.get("$ref", where), new.get("$ref", where), sent)
            if pair in self.seen:
                return
            self.seen.add(pair)
        old, new = self.one(self.old, old), self.one(self.new, new)
        if any(key in each for key in ALTERNATIVES for each in (old, new)):
            yield from self.alternatives(where, old, new, sent=sent)
            return
        if sent and _takes_every_id(old, new):
            return
        yield from _kinds(where, old, new, sent=sent)
        yield from _bounds(where, old, new) if sent else ()
        yield from self.members(where, old, new, sent=sent)
        if "items" in old or ("items" in new and sent):
            yield from self.schemas(f"{where}/*", old.get("items", {}), new.get("items", {}), sent=sent)

    def members(self, where: str, old: Schema, new: Schema, *, sent: bool) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        required, required_now = set(old.get("required", ())), set(new.get("required", ()))
        for name, schema in before.items():
            if name not in after:
                yield f"{where}/{name}: it is gone"
            else:
                yield from self.schemas(f"{where}/{name}", schema, after[name], sent=sent)
        yield from (f"{where}/{name}: it became required" for name in required_now - required if sent)
        yield from (f"{where}/{name}: it may be absent now" for name in required - required_now if not sent)
        more, more_now = old.get("additionalProperties", True), new.get("additionalProperties", True)
        if sent and more_now is False and more is not False:
            yield f"{where}: unknown members are refused now"
        if isinstance(more, Mapping):
            if isinstance(more_now, Mapping):
                yield from self.schemas(f"{where}/*", more, more_now, sent=sent)
            elif more_now is False or not sent:
                yield f"{where}: its members are of another kind now"

    def alternatives(self, where: str, old: Schema, new: Schema, *, sent: bool) -> Iterator[str]:
        """Each old alternative that may be sent has a new one that takes it; each new one to get is an old one."""
        before, after = self.choices(self.old, old), self.choices(self.new, new)
        goals, offers = (before, after) if sent else (after, before)
        for goal in goals:
            found = [self.apart(where, *((goal, offer) if sent else (offer, goal)), sent=sent) for offer in offers]
            if all(found):
                yield from min(found, key=len)
        if not sent:
            # That it is never null any more is no loss.
            told = [each for each in before if _types(self.one(self.old, each)) != {"null"}]
            kept = [[self.apart(where, each, offer, sent=False) for offer in after] for each in told]
            yield from (f"{where}: an alternative is gone" for found in kept if all(found))

    def apart(self, where: str, old: Schema, new: Schema, *, sent: bool) -> list[str]:
        """The comparison of one pair by itself, which may fail while another pair succeeds."""
        return list(_Comparison(self.old, self.new, set(self.seen)).schemas(where, old, new, sent=sent))

    def choices(self, document: Schema, schema: Schema) -> list[Schema]:
        listed = next((schema[key] for key in ALTERNATIVES if key in schema), [schema])
        return [choice for each in listed for choice in self.choices_of(document, each)]

    def choices_of(self, document: Schema, schema: Schema) -> list[Schema]:
        nested = any(key in schema for key in ALTERNATIVES)
        return self.choices(document, schema) if nested else [schema]

    def by_name(self, document: Schema, operation: Schema) -> dict[tuple[str, str], Schema]:
        found = (self.one(document, each) for each in operation.get("parameters", []))
        return {(each["in"], each["name"]): each for each in found}

    def one(self, document: Schema, node: Schema) -> Schema:
        """The node itself: references followed, `allOf` laid together."""
        while "$ref" in node:
            target: Any = document
            for key in node["$ref"].removeprefix("#/").split("/"):
                target = target[key.replace("~1", "/").replace("~0", "~")]
            node = target
        if "allOf" not in node:
            return node
        merged: dict[str, Any] = {key: value for key, value in node.items() if key != "allOf"}
        for part in node["allOf"]:
            for key, value in self.one(document, part).items():
                if key == "properties":
                    merged[key] = {**value, **merged.get(key, {})}
                elif key == "required":
                    merged[key] = [*merged.get(key, []), *value]
                else:
                    merged.setdefault(key, value)
        return merged


def _kinds(where: str, old: Schema, new: Schema, *, sent: bool) -> Iterator[str]:
    """Types, listed values and fixed forms."""
    before, after = _types(old), _types(new)
    lost = before - after if sent else after - before
    if lost:
        yield f"{where}: {'no longer takes' if sent else 'may now be'} {', '.join(sorted(lost))}"
    if "enum" in old or "enum" in new:
        yield from _values(where, old, new, sent=sent)
    for key in FIXED:
        if old.get(key) != new.get(key) and (key in new if sent else key in old):
            yield f"{where}: {key} {old.get(key)!r} became {new.get(key)!r}"


def _values(where: str, old: Schema, new: Schema, *, sent: bool) -> Iterator[str]:
    if "enum" not in new:
        if not sent:
            yield f"{where}: may now be anything"
    elif "enum" not in old:
        if sent:
            yield f"{where}: takes only {new['enum']} now"
    else:
        gone = [value for value in old["enum"] if value not in new["enum"]]
        if gone:
            yield f"{where}: {', '.join(map(repr, gone))} is gone"


def _bounds(where: str, old: Schema, new: Schema) -> Iterator[str]:
    for key in (*LOWER, *UPPER):
        if key in new and (key not in old or (new[key] > old[key] if key in LOWER else new[key] < old[key])):
            if key in LOWER and key not in old and new[key] == 0 and key.startswith("min") and key != "minimum":
                continue  # nothing is shorter than nothing
            yield f"{where}: {key} {old.get(key)} became {new[key]}"
    if new.get("uniqueItems") and not old.get("uniqueItems"):
        yield f"{where}: takes no value twice now"


def _takes_every_id(old: Schema, new: Schema) -> bool:
    """An id became a text, such as an id or a slug, whose bounds and form let every id through."""
    if old.get("format") != "uuid" or {"format", "enum"} & new.keys() or not _types(old) <= _types(new):
        return False
    fits = new.get("minLength", 0) <= len(AN_ID) <= new.get("maxLength", len(AN_ID))
    return fits and re.search(new.get("pattern", ""), AN_ID) is not None


def _types(schema: Schema) -> frozenset[str]:
    stated = schema.get("type")
    found = ANYTHING if stated is None else frozenset([stated] if isinstance(stated, str) else stated)
    return found | {"integer"} if "number" in found else found

"""The specification: what drf-spectacular cannot know by itself, read off the views' attributes."""

from __future__ import annotations

import inspect
import json
from functools import cache
from pathlib import Path
from typing import Any

import uritemplate
from django.utils import translation
from drf_spectacular.drainage import warn
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.generators import EndpointEnumerator as BaseEnumerator
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema as BaseAutoSchema
from drf_spectacular.plumbing import ResolvedComponent, force_instance
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from api import specification
from api.authentication import BearerAuthentication, SessionAuthentication
from api.expansion import ExpandedObject
from api.fields import StrictField, StrictListField
from api.pagination import page_schema
from api.serializers import OnBehalfInput, StrictSerializer
from api.views.writes import DESK_SCOPE
from talentbank.accounts.oidc import SCOPES

API_URLS = "api.urls"
EXAMPLES_DIR = Path(__file__).resolve().parent / "examples"


@cache
def example_of(operation_id: str) -> dict[str, Any]:
    """Return the example call in `api/examples/<operationId>.json`: `request`, `response` or both; `{}` if none."""
    path = EXAMPLES_DIR / f"{operation_id}.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


class AutoSchema(BaseAutoSchema):
    """Reads operationId, tag, summary, parameters, problems and examples from the attributes of an `Operation`."""

    def get_operation_id(self) -> str:
        return self._stated("operation_id")

    def is_deprecated(self) -> bool:
        return self.view.deprecation is not None

    def get_summary(self) -> str:
        return self._stated("summary")

    def get_tags(self) -> list[str]:
        return [self._stated("tag")]

    def get_description(self) -> str:
        told = inspect.cleandoc(self.view.__class__.__doc__ or "")
        going = self.view.deprecation
        return f"{told}\n\nDeprecated, gone from {going.sunset} on: see <{going.link}>." if going else told

    def _stated(self, name: str) -> str:
        value = getattr(self.view, name, "")
        if not value:
            warn(f"{self.view.__class__.__name__} has no {name}")
        return value

    def get_auth(self) -> list[dict[str, Any]]:
        """The ways in; after them one for each scope that only some calls need, as the description tells."""
        auths = super().get_auth()
        more = [{"oauth2": sorted({*self.view.required_scopes, scope})} for scope in self._scopes_of_cases()]
        return [*auths, *more, {}] if self.view.public else [*auths, *more]

    def _scopes_of_cases(self) -> tuple[str, ...]:
        body = self.view.input_serializer
        on_behalf = isinstance(body, type) and issubclass(body, OnBehalfInput)
        return (*((DESK_SCOPE,) if on_behalf else ()), *self.view.case_scopes)

    def get_examples(self) -> list[OpenApiExample]:
        call = example_of(self.view.operation_id)
        name = self.view.operation_id
        requests = [OpenApiExample(name, value=call["request"], request_only=True)] if "request" in call else []
        responses = [OpenApiExample(name, value=call["response"], response_only=True)] if "response" in call else []
        return [*requests, *responses]

    def _get_parameters(self) -> list[dict[str, Any]]:
        found = self._resolve_path_parameters(uritemplate.variables(self.path))
        in_path = [specification.path_parameter(each) for each in found]
        return [
            *sorted(in_path, key=lambda each: self.path.index("{" + each["name"] + "}")),
            *specification.query_parameters(self.view, self),
            *specification.header_parameters(self.view, self.method),
        ]

    def get_request_serializer(self) -> Any:
        return self.view.input_serializer

    def _get_request_body(self, direction: str = "request") -> dict[str, Any] | None:
        return super()._get_request_body(direction) if self.view.input_serializer else None

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        status = str(self.view.success_status)
        problems = specification.problem_statuses(self.view, self.method, self.path)
        responses = {status: self._success(status)}
        if self.method == "GET" and self.view.has_etag:
            responses["304"] = specification.not_modified(self.view)
        for code in problems:
            responses[str(code)] = {"$ref": f"#/components/responses/{specification.PROBLEMS[code].name}"}
        return responses

    def _success(self, status: str) -> dict[str, Any]:
        view = self.view
        headers = specification.success_headers(view, self.method)
        if status == "204":
            return {"description": "Done.", "headers": headers}
        content: dict[str, Any] = {"schema": {"type": "string"} if view.page_media_type else self._output_schema()}
        call = example_of(view.operation_id)
        if "response" in call:
            content["examples"] = {view.operation_id: {"value": call["response"]}}
        return {
            "description": specification.SUCCESSES[int(status)],
            "headers": headers,
            "content": {view.page_media_type or "application/json": content},
        }

    def _output_schema(self) -> dict[str, Any]:
        if self.view.output_serializer is None:
            warn(f"{self.view.__class__.__name__} has no output_serializer")
            return {"type": "object"}
        serializer = force_instance(self.view.output_serializer)
        component = self.resolve_serializer(serializer, "response")
        if self.view.paged:
            return self._listed(f"Paginated{component.name}List", page_schema(component.ref), serializer)
        if getattr(self.view, "whole_list", False):
            whole = {
                "type": "object",
                "required": ["results"],
                "properties": {"results": {"type": "array", "items": component.ref}},
            }
            return self._listed(f"{component.name}List", whole, serializer)
        return component.ref

    def _listed(self, name: str, schema: dict[str, Any], serializer: Any) -> dict[str, Any]:
        component = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, schema=schema, object=name)
        self.registry.register_on_missing(component)
        return component.ref

    def _map_serializer(self, serializer: Any, direction: str, bypass_extensions: bool = False) -> dict[str, Any]:
        schema = super()._map_serializer(serializer, direction, bypass_extensions)
        if direction == "request" and isinstance(force_instance(serializer), StrictSerializer):
            schema["additionalProperties"] = False
            if always := force_instance(serializer).always:
                schema["required"] = sorted({*schema.get("required", ()), *always})
        if direction == "response":
            if getattr(force_instance(serializer), "holds_more", False):
                schema["additionalProperties"] = {}
            told = {name for name, each in force_instance(serializer).fields.items() if _has_default(each)}
            schema.update({"required": sorted({*schema.get("required", ()), *told})} if told else {})
        return schema

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        """Not for strict fields, which say all there is: it would offer "" a second time, and so forbid it."""
        if not isinstance(field, StrictField):
            super()._insert_field_validators(field, schema)

    def _get_serializer_name(self, serializer: Any, direction: str, bypass_extensions: bool = False) -> str:
        name = super()._get_serializer_name(serializer, direction, bypass_extensions)
        is_input = isinstance(serializer, StrictSerializer) and type(serializer).__name__.endswith("Input")
        if is_input and direction == "response":
            warn(f"{name} is an input and cannot be an output too")
        return name.removesuffix("Request") if is_input else name


def _has_default(each: Any) -> bool:
    """An answer tells the default where a row lacks the value, so the member is never absent."""
    return each.default is not serializers.empty and not each.write_only


class BearerScheme(OpenApiAuthenticationExtension):
    """The bearer in the specification, with every scope."""

    target_class = BearerAuthentication
    name = "oauth2"

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        return {"oauth2": sorted(getattr(auto_schema.view, "required_scopes", ()))}

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        token = "/identity/o/api/token"
        scopes = dict(SCOPES)
        return {
            "type": "oauth2",
            "description": "Access tokens of this installation's OpenID Connect provider, as `Authorization: Bearer`.",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": "/identity/o/authorize",
                    "tokenUrl": token,
                    "refreshUrl": token,
                    "scopes": scopes,
                },
                "clientCredentials": {"tokenUrl": token, "scopes": scopes},
            },
        }


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "Sessions of the bank's own pages; unsafe methods also send `X-CSRFToken`.",
        }


class StrictFieldSchema(OpenApiSerializerFieldExtension):
    """The strict fields in the specification."""

    target_class = StrictField
    match_subclasses = True

    def get_name(self) -> str | None:
        return self.target.component_name or None

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        schema = self.target.json_schema()
        if direction == "response":
            for rule in ("minLength", "pattern"):
                schema.pop(rule, None)  # what a caller may not send blank may still be shown blank
        if name := self.get_name():
            self._warn_of_namesake(auto_schema, name, schema)
        return schema

    @staticmethod
    def _warn_of_namesake(auto_schema: Any, name: str, schema: dict[str, Any]) -> None:
        key = (name, ResolvedComponent.SCHEMA)
        known = auto_schema.registry._components.get(key)
        if known is not None and known.schema != schema:
            warn(f"two different choices are called {name}; name one with component=")


class ExpandedObjectSchema(OpenApiSerializerFieldExtension):
    target_class = ExpandedObject

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        return auto_schema.resolve_serializer(force_instance(self.target.output), "response").ref


class StrictListSchema(OpenApiSerializerFieldExtension):
    target_class = StrictListField

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        target = self.target
        items = auto_schema._map_serializer_field(target.child, direction)
        schema = {"type": "array", "items": items, "maxItems": target.most}
        if target.least:
            schema["minItems"] = target.least
        return {**schema, "uniqueItems": True} if target.unique else schema


class Enumerator(BaseEnumerator):
    """Finds the addresses made by `api.routing.endpoint`, and nothing else."""

    def should_include_endpoint(self, path: str, callback: Any) -> bool:
        return hasattr(callback, "operations")

    def get_allowed_methods(self, callback: Any) -> list[str]:
        return [method.upper() for method in callback.operations]

    def get_api_endpoints(self, patterns: Any = None, prefix: str = "") -> list[Any]:
        found = super().get_api_endpoints(patterns, prefix)
        return [(path, regex, method, callback.operations[method.lower()]) for path, regex, method, callback in found]


class Generator(SchemaGenerator):
    endpoint_inspector_cls = Enumerator


def postprocess(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Hook of drf-spectacular: add webhooks and the shared components, and bound every integer."""
    return specification.complete(result, with_webhooks=generator.urlconf == API_URLS)


def generate(urlconf: Any = API_URLS) -> dict[str, Any]:
    """Return the OpenAPI document of the address table, in English whatever the caller's language."""
    with translation.override("en"):
        return Generator(urlconf=urlconf).get_schema(request=None, public=True)

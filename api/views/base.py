"""What every operation shares: its place in the spec, its parameters, its headers, the order of its checks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.authentication import actor_of, without_account
from api.catalogue import language
from api.deprecation import Deprecation
from api.errors import InsufficientScope
from api.expansion import Expansion
from api.filters import StrictFilterSet, read_parameters
from api.negotiation import JSONOnly
from api.permissions import Anyone, SignedIn, missing_scopes
from api.throttling import Limits
from talentbank.core.actors import Actor
from talentbank.core.clock import now
from talentbank.core.errors import invalid
from talentbank.core.limits import limit_headers

VARY = ("Accept-Language", "Authorization", "Cookie", "Acting-As")


class Operation(APIView):
    """One operation of the API.

    Checks run in the contract's order: 401, 429, then 400, 404, 403, replay, 428, 412, 409.
    The docstring of a subclass is the description in the spec, its first line without `summary` the summary.
    """

    operation_id: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    tag: ClassVar[str] = ""
    public: ClassVar[bool] = False
    """Answers without sign-in; a token that lacks a scope then counts as no sign-in."""
    required_scopes: ClassVar[tuple[str, ...]] = ()
    case_scopes: ClassVar[tuple[str, ...]] = ()
    """Scopes that some callers or bodies need besides; the description says which."""
    input_serializer: ClassVar[type[serializers.Serializer] | None] = None
    output_serializer: ClassVar[type[serializers.Serializer] | None] = None
    filterset_class: ClassVar[type[StrictFilterSet] | None] = None
    expandable: ClassVar[Mapping[str, Expansion]] = {}
    """What `?expand=` may name: members of a row that name another one by its id."""
    extra_statuses: ClassVar[frozenset[int]] = frozenset()
    """Statuses in the spec beyond those that the base class knows of."""
    success_status: ClassVar[int] = 200
    requires_version: ClassVar[bool] = False
    has_etag: ClassVar[bool] = False
    paged: ClassVar[bool] = False
    page_media_type: ClassVar[str] = ""
    """What a PageView answers instead of JSON."""
    content_negotiation_class = JSONOnly
    metadata_class = None
    throttle_classes = (Limits,)
    deprecation: ClassVar[Deprecation | None] = None
    """Set by `@deprecated`."""

    actor: Actor
    at: datetime
    parameters: dict[str, Any]
    expand: frozenset[str]

    def get_permissions(self) -> list[Any]:
        return [Anyone() if self.public else SignedIn()]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """401 first, then everything that can be wrong with address and headers."""
        super().initial(request, *args, **kwargs)
        self.at = now()
        self.actor = actor_of(request)
        if self.public and missing_scopes(request, self.required_scopes):
            self.actor = without_account(self.actor)
        self.parameters = read_parameters(self.filterset_class, request.query_params, self.common_parameters())
        self.expand = self._read_expand(request)

    def common_parameters(self) -> tuple[str, ...]:
        """Names of the parameters that this operation takes besides its filters."""
        return ("expand",) if self.expandable else ()

    def _read_expand(self, request: Request) -> frozenset[str]:
        sent = [name for each in request.query_params.getlist("expand") for name in each.split(",")]
        if any(name not in self.expandable for name in sent):
            raise invalid("/query/expand", "invalid_choice")
        return frozenset(sent)

    def require_scopes(self, *more: str) -> None:
        """:raises InsufficientScope: the token lacks a scope of this operation, or one of `more`."""
        required = (*(() if self.public else self.required_scopes), *more)
        if missing := missing_scopes(self.request, required):
            raise InsufficientScope(missing)

    def permit(self, row: Any) -> None:
        """Ask the domain's policy; overridden where the role decides. Comes after 404 and before replay and 428.

        :raises Forbidden: no role of `self.actor` may do this to `row` (None on creates and lists).
        """

    def output_context(self) -> dict[str, Any]:
        """What output serializers may look at."""
        return {"request": self.request, "actor": self.actor, "expand": self.expand, "at": self.at}

    def render_rows(self, rows: list[Any]) -> list[Any]:
        """Return the representations of rows; overridden where extra facts are read for all rows at once."""
        assert self.output_serializer is not None
        return list(self.output_serializer(rows, many=True, context=self.output_context()).data)

    def render_row(self, row: Any) -> Any:
        return self.render_rows([row])[0]

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, VARY)
        for name, value in limit_headers(getattr(request._request, "rate_counts", ())).items():
            response[name] = value
        if self.deprecation:
            for name, value in self.deprecation.headers(response.headers.get("Link", "")).items():
                response[name] = value
        response.headers.setdefault("Content-Language", language())
        if "Cache-Control" not in response.headers:
            personal = not self.public or _carries_identity(request)
            response["Cache-Control"] = "private, no-store" if personal else "no-cache"
        return response


def _carries_identity(request: Request) -> bool:
    """Whether anything of a caller came along, valid or not."""
    cookies = request._request.COOKIES
    return "HTTP_AUTHORIZATION" in request.META or settings.SESSION_COOKIE_NAME in cookies


def etag_headers(representation: Any) -> dict[str, str]:
    """The ETag header of a representation that carries its own `etag`."""
    etag = representation.get("etag") if isinstance(representation, dict) else None
    return {"ETag": etag} if etag else {}


def answer(body: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(body, status=status, headers=headers)

"""JSON or 406; the answer's media type carries no parameters of the caller's Accept header."""

from __future__ import annotations

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request


class JSONOnly(DefaultContentNegotiation):
    """DRF's negotiation without `?format=`, which would be an undeclared parameter."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> tuple[Any, str]:
        accepted = set(self.get_accept_list(request))
        if {"application/problem+json", "application/*"} & {each.split(";")[0].strip() for each in accepted}:
            # Whoever can read our problems can read our answers.
            return renderers[0], renderers[0].media_type
        renderer, _ = super().select_renderer(_WithoutQuery(request), renderers, None)
        return renderer, renderer.media_type


class _WithoutQuery:
    """A request seen without its query."""

    query_params: dict[str, str] = {}

    def __init__(self, request: Request) -> None:
        self.META = request.META
        self.headers = request.headers

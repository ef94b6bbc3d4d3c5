"""The committed specification and its two readers, all served from here and from no other host."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

OPENAPI_FILE = "openapi.yaml"
RELEASED_FILE = "docs/released/openapi.json"
"""What programs out there were written against: the last release, without examples, which promise nothing."""
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""Swagger UI and Redoc style elements inline; nothing is loaded from outside even where their code asks for it."""


def openapi_path() -> Path:
    return Path(settings.BASE_DIR) / OPENAPI_FILE


def released_path() -> Path:
    return Path(settings.BASE_DIR) / RELEASED_FILE


@cache
def openapi_content(changed_at: int) -> tuple[bytes, bytes]:
    """Return the committed document as YAML and as JSON; read again when the file changes."""
    content = openapi_path().read_bytes()
    document: Any = yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return content, json.dumps(document, ensure_ascii=False, indent=2).encode()


def _content() -> tuple[bytes, bytes]:
    try:
        return openapi_content(openapi_path().stat().st_mtime_ns)
    except FileNotFoundError:
        raise Http404 from None


@require_safe
def openapi_yaml(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_content()[0], content_type="application/yaml; charset=utf-8")


@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_content()[1], content_type="application/json")


@require_safe
def swagger(request: HttpRequest) -> HttpResponse:
    return _page(request, "api/docs.html")


@require_safe
def redoc(request: HttpRequest) -> HttpResponse:
    return _page(request, "api/redoc.html")


def _page(request: HttpRequest, template: str) -> HttpResponse:
    response = render(request, template, {"title": settings.SPECTACULAR_SETTINGS["TITLE"]})
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response

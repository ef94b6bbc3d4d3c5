"""The request id: taken from `X-Request-Id` or made, put on the request, the answer and every log line.

And the languages that a caller does not want, which Django would take for those it wants least.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

from talentbank.core.ids import new_id

ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
REFUSED_LANGUAGE = re.compile(r"(?:^|,)\s*[^,;]+;\s*q=0(?:\.0*)?\s*(?=,|$)")
"""RFC 9110, section 12.4.2: a quality of 0 means not acceptable."""
_current: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIdMiddleware:
    """First of the chain, so that even a refused request can be traced."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.headers.get("X-Request-Id", "")
        request_id = sent if ACCEPTED.match(sent) else str(new_id())
        request.request_id = request_id  # type: ignore[attr-defined]
        token = _current.set(request_id)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response["X-Request-Id"] = request_id
        return response


class RefusedLanguagesMiddleware:
    """Takes languages with `q=0` out of Accept-Language. In front of Django's LocaleMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "q=0" in (sent := request.META.get("HTTP_ACCEPT_LANGUAGE", "")):
            request.META["HTTP_ACCEPT_LANGUAGE"] = REFUSED_LANGUAGE.sub("", sent).strip(", ")
        return self.get_response(request)


class RequestIdFilter(logging.Filter):
    """Put the request id on log records."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Django logs a refused request after the whole chain has ended; the record then carries the request itself.
        request = getattr(record, "request", None)
        record.request_id = getattr(request, "request_id", None) or _current.get()
        return True

"""The request id: taken from `X-Request-Id` or made, put on the request, the answer and every log line."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

from talentbank.core.ids import new_id

ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
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


class RequestIdFilter(logging.Filter):
    """Put the request id on log records."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Django logs a refused request after the whole chain has ended; the record then carries the request itself.
        request = getattr(record, "request", None)
        record.request_id = getattr(request, "request_id", None) or _current.get()
        return True

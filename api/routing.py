"""One path, one view class per method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from rest_framework.views import APIView

from api.negotiation import JSONOnly
from api.permissions import Anyone


class MethodNotAllowed(APIView):
    """Answers every method that a path does not have: 405."""

    authentication_classes = ()
    permission_classes = (Anyone,)
    content_negotiation_class = JSONOnly
    metadata_class = None


def endpoint(route: str, *, name: str | None = None, **operations: type[APIView]) -> URLPattern:
    """Make the address of a path from the view of each method: `endpoint("needs", get=NeedList, post=NeedCreate)`."""
    views: dict[str, Callable[..., HttpResponseBase]] = {method: view.as_view() for method, view in operations.items()}
    allowed = ", ".join((*map(str.upper, views), *(["HEAD"] if "get" in views else [])))
    other = MethodNotAllowed.as_view()

    @csrf_exempt
    def dispatch(request: HttpRequest, **ids: Any) -> HttpResponseBase:
        method = "get" if request.method == "HEAD" else (request.method or "").lower()
        answer = views.get(method, other)(request, **ids)
        answer.headers["Allow"] = allowed  # of the path: the framework knows of the view's own methods alone
        return answer

    dispatch.operations = views  # type: ignore[attr-defined]
    dispatch.cls = MethodNotAllowed  # type: ignore[attr-defined]
    return path(route, dispatch, name=name)

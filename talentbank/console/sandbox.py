"""The sandbox's page: what was captured, to look at in a browser, and the button back to the beginning."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from talentbank.core.clock import now
from talentbank.core.errors import Conflict, NotFound
from talentbank.notifications.beginning import sandbox_reset
from talentbank.notifications.sandbox import messages_captured

SHOWN = 100


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sandbox(request: HttpRequest) -> HttpResponse:
    """The last messages; a POST begins anew."""
    try:
        context: dict[str, object] = {"captured": messages_captured()[:SHOWN]}
        if request.method == "POST":
            sandbox_reset(at=now())
            return redirect("sandbox")
    except NotFound:
        raise Http404 from None
    except Conflict as refused:
        return render(request, "console/sandbox.html", {**context, "refused": refused.code}, status=409)
    return render(request, "console/sandbox.html", context)

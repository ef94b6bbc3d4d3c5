"""People's pages. No domain rule here: each view reads selectors or makes one service call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from talentbank.accounts.hats import hats_held_back
from talentbank.accounts.models import User
from talentbank.accounts.selectors import actor_for
from talentbank.accounts.services import InvitationSpent, invitation_accept
from talentbank.banks.selectors import banks
from talentbank.core.actors import Hat
from talentbank.core.clock import day_of, now
from talentbank.core.errors import NotFound
from talentbank.statistics.selectors import statistics_summary

ROLE_LABELS = {
    "coordinator": "コーディネーター",
    "support_desk": "窓口担当者",
    "analyst": "統計担当",
    "bank_admin": "管理責任者",
    "professional": "デジタル人材",
    "owner": "事業者（責任者）",
    "member": "事業者（担当者）",
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front door: figures of every bank, sign-in, and where developers go on."""
    at = now()
    rows = list(banks())
    names = {bank.pk: bank.name for bank in rows}
    hats = actor_for(request.user, at=at).hats if isinstance(request.user, User) else ()
    waiting = hats_held_back(request.user.pk, at) if isinstance(request.user, User) else []
    return render(
        request,
        "console/home.html",
        {
            "summaries": [statistics_summary(bank=bank, as_of=day_of(at)) for bank in rows],
            "hats": _told(hats, names),
            "held_back": _told(waiting, names),
        },
    )


def _told(hats: Iterable[Hat], names: Mapping[UUID, str]) -> list[tuple[str, str]]:
    return [(ROLE_LABELS.get(hat.role, hat.role), names.get(hat.bank_id, "")) for hat in hats]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation; only the POST accepts it, for mail programs fetch links."""
    context: dict[str, object] = {"token": token}
    if request.method == "POST" and isinstance(request.user, User):
        try:
            invitation_accept(user=request.user, token=token, at=now())
        except (NotFound, InvitationSpent):
            return render(request, "console/invitation.html", {**context, "refused": True}, status=409)
        return redirect("home")
    return render(request, "console/invitation.html", context)

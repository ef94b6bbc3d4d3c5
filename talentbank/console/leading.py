"""Leading staff to the set-up of a second factor, where their bank asks for one, and back to what they were doing."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from talentbank.accounts.hats import hats_held_back
from talentbank.accounts.models import User
from talentbank.core.clock import now

NEXT = "after_second_factor"
"""Where somebody was going who is led to the set-up, in the session."""
CODE_NEXT = "after_sign_in_code"
"""Where somebody was going who asked for a sign-in mail, in the session: its link does not carry it."""


def set_up_wanted(request: HttpRequest, *, back_to: str = "") -> str:
    """The address of the set-up for a signed-in member of staff whose role waits for it; empty for everybody else."""
    if not isinstance(request.user, User) or not hats_held_back(request.user.pk, now()):
        return ""
    query = f"?{urlencode({'next': back_to})}" if back_to else ""
    return reverse("second_factor") + query

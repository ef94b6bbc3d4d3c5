"""What the end of an organization's registration means for its needs."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.db.models import QuerySet

from talentbank.core.audit import Step
from talentbank.core.lifecycle import Part
from talentbank.needs.lifecycle import SEEKING, WITH_ORGANIZATION, NeedAction
from talentbank.needs.models import Need, NeedClosedReason
from talentbank.needs.moves import case_of, need_step, system_row, system_step

CLOSED_REASONS = {
    "expired": NeedClosedReason.ORGANIZATION_EXPIRED,
    "withdrawn": NeedClosedReason.ORGANIZATION_WITHDRAWN,
}
"""Cause → why the needs are cancelled. A suspension holds them instead."""


class NeedDependents:
    """Registered with `registrations.dependents` when the app is ready."""

    def prepare(self, kind: str, id: UUID) -> None:
        """Matches lock an organization's needs together with their own rows: a lock taken here would come too early.

        The organization may hold a professional, whose matches hang on organizations that come before it.
        """

    def running(self, kind: str, id: UUID) -> bool:
        return kind == "organization" and _needs_of(id).filter(running__gt=0).exists()

    def ended(self, kind: str, id: UUID, *, cause: str, step: Step) -> None:
        """Suspended: on hold. Expired or withdrawn: cancelled, or on hold while a match runs."""
        if kind != "organization":
            return
        reason = CLOSED_REASONS.get(cause)
        states = WITH_ORGANIZATION if reason else SEEKING
        for need in _needs_of(id).filter(state__in=states).select_related("organization", "bank"):
            need_follow_organization(need, step, reason)


def need_follow_organization(need: Need, step: Step, reason: NeedClosedReason | None) -> None:
    """Take the system's row for one locked need; `reason` None means that the organization is only suspended."""
    followed = replace(system_step(step), input={"closed_reason": reason} if reason else {})
    cancel = (NeedAction.CANCEL_WITH_ORGANIZATION,) if reason else ()
    for action in (*cancel, NeedAction.HOLD_WITH_ORGANIZATION):
        case = case_of(need, followed, frozenset({Part.SYSTEM}))
        if row := system_row(case, action):
            need_step(case, row)
            return


def _needs_of(organization_id: UUID) -> QuerySet[Need]:
    return Need.objects.filter(organization_id=organization_id).order_by("pk")

"""Guards of the registration table: each answers None, or why not. They read a locked case and change nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from talentbank.banks.models import REQUIRED_TO_SUBMIT
from talentbank.banks.policy import FourEyes
from talentbank.core.actors import SYSTEM
from talentbank.core.errors import Refusal
from talentbank.core.models import Event
from talentbank.privacy.selectors import consents_missing
from talentbank.registrations.dependents import dependents_running
from talentbank.registrations.models import RegistrationHelper, RegistrationState
from talentbank.registrations.rooms import RegistrationCase


def complete(case: RegistrationCase) -> Refusal | None:
    """Everything that a reviewer must know is filled in."""
    missing = case.room.missing(case.row)
    return Refusal("incomplete", {"missing": missing, "of": case.room.kind}) if missing else None


def consents_current(case: RegistrationCase) -> Refusal | None:
    """The bank's declarations and consents, in the versions that hold now."""
    missing = consents_missing(case.room.subject(case.row), REQUIRED_TO_SUBMIT, case.step.at)
    return Refusal("consent_missing", {"missing": [str(kind) for kind in missing]}) if missing else None


def staff_is_no_side(case: RegistrationCase) -> Refusal | None:
    """Nobody decides as staff where they are a side."""
    side = case.decides_as_staff and case.step.actor.user_id in case.room.people(case.row)
    return Refusal("actor_is_a_side") if side else None


def four_eyes(case: RegistrationCase) -> Refusal | None:
    """Who typed a registration in, or acted for its holder, does not decide on it."""
    four_eyes = case.bank.policy.four_eyes
    if four_eyes is FourEyes.OFF or not written_by_actor(case):
        return None
    if four_eyes is FourEyes.COUNTERSIGN:
        return None if case.step.note.strip() else Refusal("countersign_reason_missing")
    return Refusal("four_eyes")


def written_by_actor(case: RegistrationCase) -> bool:
    """Tell whether the actor typed the registration or its changes in, or ever acted for the holder."""
    row, user_id = case.row, case.step.actor.user_id
    if user_id is None:
        return False
    helped = RegistrationHelper.objects.filter(subject_kind=case.room.kind, subject_id=row.pk, user_id=user_id)
    return user_id in (row.entered_by_id, row.pending_by_id) or helped.exists()


def decision_given(case: RegistrationCase) -> Refusal | None:
    """The decision on paper (決裁), where the bank's policy asks for it."""
    lacking = case.bank.policy.decision_required and not case.step.input.get("decision")
    return Refusal("decision_required") if lacking else None


def countersign_waits(case: RegistrationCase) -> Refusal | None:
    """A decision waits for a second signature, of somebody else than who took it."""
    if not case.row.countersign_pending:
        return Refusal("nothing_to_countersign")
    return Refusal("four_eyes") if case.step.actor.user_id in deciders(case.room.kind, case.row) else None


def deciders(kind: str, row: Any) -> frozenset[UUID]:
    """Whose decisions wait for a countersignature: on the registration, and on changes of it since."""
    found = {row.decided_by_id}
    for event in Event.objects.filter(subject_kind=kind, subject_id=row.pk).order_by("-position"):
        if event.action == "countersign":
            break
        if event.facts.get("countersign"):
            found.add(event.actor_id)
        if event.from_state == RegistrationState.SUBMITTED:
            break
    return frozenset(found - {None})


def changes_wait(case: RegistrationCase) -> Refusal | None:
    return None if case.row.pending_changes else Refusal("no_pending_changes")


def something_to_review(case: RegistrationCase) -> Refusal | None:
    return None if case.row.changed_since_review else Refusal("nothing_to_review")


def no_clash(case: RegistrationCase) -> Refusal | None:
    return case.room.clash(case.row)


def nothing_running(case: RegistrationCase) -> Refusal | None:
    """No match in contracted…delivered hangs on it."""
    return Refusal("match_running") if dependents_running(case.room.kind, case.row.pk) else None


def validity_over(case: RegistrationCase) -> Refusal | None:
    """It still holds on the day of `valid_until`."""
    until = case.row.valid_until
    return None if until and until < case.step.day else Refusal("not_due")


def not_paused(case: RegistrationCase) -> Refusal | None:
    return Refusal("already_paused") if case.row.referral_status == "paused" else None


def paused(case: RegistrationCase) -> Refusal | None:
    return None if case.row.referral_status == "paused" else Refusal("not_paused")


def pause_over(case: RegistrationCase) -> Refusal | None:
    """The system ends a pause only after its last day; people may before."""
    until = case.row.paused_until
    due = case.step.actor is not SYSTEM or (until and until < case.step.day)
    return None if due else Refusal("not_due")

"""Guards of the need table: each answers None, or why not. They read a locked case and change nothing."""

from __future__ import annotations

from datetime import date, timedelta

from talentbank.core.clock import day_of
from talentbank.core.errors import Refusal
from talentbank.core.models import Event
from talentbank.needs.case import NeedCase
from talentbank.needs.models import Confidentiality, NeedClosedReason
from talentbank.professionals.models import EngagementType
from talentbank.registrations.models import RegistrationState

REGISTERING = frozenset(
    {
        RegistrationState.DRAFT,
        RegistrationState.SUBMITTED,
        RegistrationState.CHANGES_REQUESTED,
        RegistrationState.APPROVED,
    }
)
"""States of an organization in which its people may submit a need."""


def own_words_given(case: NeedCase) -> Refusal | None:
    return None if case.need.own_words.strip() else Refusal("own_words_missing")


def reachable(case: NeedCase) -> Refusal | None:
    """The organization names an e-mail address or a telephone number."""
    known = case.organization.contact_email or case.organization.contact_phone
    return None if known else Refusal("contact_missing")


def organization_registering(case: NeedCase) -> Refusal | None:
    state = case.organization.registration_state
    return None if state in REGISTERING else Refusal("organization_inactive", {"registration_state": state})


def organization_approved(case: NeedCase) -> Refusal | None:
    if case.organization.is_approved:
        return None
    return Refusal("organization_not_approved", {"registration_state": case.organization.registration_state})


def placement_notified(case: NeedCase) -> Refusal | None:
    """Employment is placed only by a bank that has notified free placement (職業安定法29条)."""
    if case.need.engagement_type != EngagementType.EMPLOYMENT or case.bank.free_placement_notified_on:
        return None
    return Refusal("free_placement_not_notified")


def summary_written(case: NeedCase) -> Refusal | None:
    return None if case.need.public_summary.strip() else Refusal("summary_missing")


def summary_unagreed(case: NeedCase) -> Refusal | None:
    return Refusal("summary_already_agreed") if case.need.summary_agreed_at else None


def summary_agreed(case: NeedCase) -> Refusal | None:
    """A public need opens only with a summary that its owner has agreed to."""
    if case.need.confidentiality != Confidentiality.PUBLIC:
        return None
    return None if case.need.public_summary and case.need.summary_agreed_at else Refusal("summary_not_agreed")


def deadline_ahead(case: NeedCase) -> Refusal | None:
    deadline = case.need.deadline
    passed = deadline is not None and deadline < day_of(case.step.at)
    return Refusal("deadline_passed", {"deadline": str(deadline)}) if passed else None


def new_deadline(case: NeedCase) -> Refusal | None:
    """A new round has a deadline of its own, from today on."""
    deadline = case.step.input.get("deadline")
    ahead = isinstance(deadline, date) and deadline >= day_of(case.step.at)
    return None if ahead else Refusal("new_deadline_missing")


def compliant(case: NeedCase) -> Refusal | None:
    return Refusal("non_compliant") if case.need.closed_reason == NeedClosedReason.NON_COMPLIANT else None


def nothing_running(case: NeedCase) -> Refusal | None:
    """No match of the need is contracted, active, suspended or delivered."""
    return Refusal("match_running", {"running": case.need.running}) if case.need.running else None


def staff_is_no_side(case: NeedCase) -> Refusal | None:
    """Nobody decides as staff where they are a side."""
    user_id = case.step.actor.user_id
    if not case.decides_as_staff or user_id is None:
        return None
    member = case.organization.members.filter(user_id=user_id, ended_at__isnull=True).exists()
    return Refusal("actor_is_a_side") if member else None


def work_runs(case: NeedCase) -> Refusal | None:
    return None if case.need.running else Refusal("nothing_runs")


def work_ended(case: NeedCase) -> Refusal | None:
    """Nothing runs any more and places are free."""
    return None if not case.need.running and case.need.places_free > 0 else Refusal("work_runs")


def all_completed(case: NeedCase) -> Refusal | None:
    return None if case.need.completed >= case.need.headcount else Refusal("places_not_completed")


def completion_undone(case: NeedCase) -> Refusal | None:
    return None if case.need.completed < case.need.headcount else Refusal("places_completed")


def close_due(case: NeedCase) -> Refusal | None:
    """Both sides have evaluated every completed match, or the bank's days since the need was fulfilled have passed."""
    if case.need.completed and case.need.evaluated >= case.need.completed:
        return None
    return _days_passed(case, case.bank.policy.fulfilled_close_days)


def deadline_gone(case: NeedCase) -> Refusal | None:
    """The deadline lies behind, and nobody is introduced or negotiating any more."""
    deadline = case.need.deadline
    if deadline is None or deadline >= case.step.day:
        return Refusal("not_due")
    return Refusal("introductions_open") if case.need.introducing else None


def held_too_long(case: NeedCase) -> Refusal | None:
    """On hold for the bank's days, and the matches have not been let go of before."""
    if refusal := _days_passed(case, case.bank.policy.need_on_hold_days):
        return refusal
    told = Event.objects.filter(
        subject_kind="need", subject_id=case.need.pk, action="hold-too-long", at__gte=case.need.state_since
    )
    return Refusal("already_done") if told.exists() else None


def _days_passed(case: NeedCase, days: int) -> Refusal | None:
    due = day_of(case.need.state_since) + timedelta(days=days)
    return None if due <= case.step.day else Refusal("not_due")

"""Guards of the match table: each answers None, or why not. They read a locked case and change nothing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from talentbank.banks.models import TextKind
from talentbank.banks.policy import FourEyes
from talentbank.core.actors import Side
from talentbank.core.audit import Subject
from talentbank.core.errors import Refusal
from talentbank.core.models import Event
from talentbank.matches.case import Case
from talentbank.matches.conflicts import conflict_scan, findings_uncovered
from talentbank.matches.dues import answer_rests
from talentbank.matches.inputs import CORRECTABLE
from talentbank.matches.models import Match
from talentbank.matches.parties import hands_of
from talentbank.matches.rules import rules_of
from talentbank.matches.states import CLOSED_STATES, INTRODUCING, TAKING, UP_TO_NEGOTIATING, Action, State
from talentbank.matches.terms import is_long, terms_digest, terms_missing
from talentbank.privacy.selectors import consents_missing
from talentbank.ranking.eligibility import eligible as pair_refusals
from talentbank.ranking.eligibility import standings

CONSENTS_TO_INTRODUCE = (TextKind.MATCHING, TextKind.DISCLOSURE)


def eligible(case: Case) -> Refusal | None:
    """The pair may meet: registrations, capacity, need, places, no other open match (domain.md, "Eligible")."""
    creating = case.match._state.adding or case.facts.get("action") == Action.PROPOSE
    refusals = pair_refusals(
        need=case.need,
        professional=case.professional,
        at=case.step.at,
        ignoring_match=None if case.match._state.adding else case.match.pk,
        creating=creating,
    )
    return refusals[0] if refusals else None


def four_eyes(case: Case) -> Refusal | None:
    """Who answered for a side, or typed a registration in, does not approve it."""
    if case.policy.four_eyes is FourEyes.OFF or not recorded_by_actor(case):
        return None
    if case.policy.four_eyes is FourEyes.COUNTERSIGN:
        return None if case.step.note.strip() else Refusal("countersign_reason_missing")
    return Refusal("four_eyes")


def recorded_by_actor(case: Case) -> bool:
    """Tell whether the actor typed in an answer or a registration of this match."""
    user_id = case.step.actor.user_id
    return user_id is not None and user_id in hands_of(case).values()


def conflict_decided(case: Case) -> Refusal | None:
    """The newest decision is no block, and was about everything that the rules find now."""
    decision = case.match.conflicts.order_by("-created_at", "-id").first()
    if decision is None or not decision.outcome:
        return Refusal("conflict_undecided")
    if decision.outcome == "blocked":
        return Refusal("conflict_blocked")
    new = findings_uncovered(conflict_scan(case), decision)
    return Refusal("conflict_undecided", {"findings": [finding.code for finding in new]}) if new else None


def consents_valid(case: Case) -> Refusal | None:
    """Both sides' consents to matching and disclosure hold now, in today's versions."""
    at, bank_id = case.step.at, case.bank.pk
    missing = {
        Side.PROFESSIONAL: consents_missing(
            Subject("professional", case.professional.pk, bank_id), CONSENTS_TO_INTRODUCE, at
        ),
        Side.ORGANIZATION: consents_missing(
            Subject("organization", case.organization.pk, bank_id), CONSENTS_TO_INTRODUCE, at
        ),
    }
    lacking = {str(side): kinds for side, kinds in missing.items() if kinds}
    return Refusal("consent_missing", {"missing": lacking}) if lacking else None


def own_consents_current(case: Case) -> Refusal | None:
    """The side that says yes, or for whom it is said, consents to today's texts: a new version is asked for here."""
    if case.side is None:
        return None
    kept = case.professional if case.side is Side.PROFESSIONAL else case.organization
    kinds = consents_missing(Subject(case.side.value, kept.pk, case.bank.pk), CONSENTS_TO_INTRODUCE, case.step.at)
    return Refusal("consent_missing", {"missing": {case.side.value: kinds}}) if kinds else None


def introduction_free(case: Case) -> Refusal | None:
    limit = case.policy.introductions_per_place * case.need.places_free
    return Refusal("introductions_exhausted", {"limit": limit}) if case.need.introducing >= limit else None


def decision_given(case: Case) -> Refusal | None:
    if case.policy.decision_required and not case.step.input.get("decision"):
        return Refusal("decision_required")
    return None


def place_free(case: Case) -> Refusal | None:
    return Refusal("no_place_free") if case.need.places_free <= 0 else None


def invitation_quota(case: Case) -> Refusal | None:
    limit = case.policy.open_invitations_per_need
    running = Match.objects.filter(need=case.need, origin="invite").exclude(state__in=CLOSED_STATES).count()
    return Refusal("invitations_exhausted", {"limit": limit}) if running >= limit else None


def terms_confirmable(case: Case) -> Refusal | None:
    """The version named is the newest, complete, and not yet confirmed by this side."""
    terms = case.terms()
    if terms is None:
        return Refusal("terms_absent")
    if case.step.input.get("terms_version") != terms.number:
        return Refusal("terms_superseded", {"newest": terms.number})
    if terms_digest(terms.content) != terms.sha256:
        return Refusal("terms_altered")
    if missing := terms_missing(terms, case.need, case.professional):
        return Refusal("terms_incomplete", {"missing": missing})
    if case.side and getattr(terms, f"{case.side}_confirmed_at"):
        return Refusal("terms_already_confirmed")
    return None


def hours_free(case: Case) -> Refusal | None:
    """The professional has the hours that these terms state, where they state more than the need asks for."""
    terms = case.terms()
    hours = (terms.content.get("hours_per_week") or 0) if terms else 0
    if hours <= (case.need.hours_per_week or 0):
        return None
    pair = standings([case.professional], at=case.step.at, ignoring_match=case.match.pk)
    left = pair[case.professional.pk].left
    return Refusal("capacity_insufficient", {"left": left, "needed": hours}) if left < hours else None


def terms_amended(case: Case) -> Refusal | None:
    """There is a version newer than the one that holds."""
    return None if case.match.terms_version > case.match.agreed_terms_version else Refusal("terms_not_amended")


def asked_or_said_yes(case: Case) -> Refusal | None:
    side = case.side
    return None if side and case.answer(side) else Refusal("not_asked")


def side_postponed(case: Case) -> Refusal | None:
    """The side that postponed resumes; the system does so at the date."""
    if case.side is None or case.match.resume_state == f"awaiting_{case.side}":
        return None
    return Refusal("other_side_postponed")


def notice_stated(case: Case) -> Refusal | None:
    """Terms of six months or more end with 30 days' notice, stated; a shorter one with the reason for it (note)."""
    terms = case.match.terms.filter(number=case.match.agreed_terms_version).first()
    if terms is None or not is_long(terms.content, rules := rules_of(terms.rules_version)):
        return None
    given, ended = case.step.input.get("notice_given_on"), case.step.input.get("ended_on")
    if given is None or ended is None:
        return Refusal("notice_not_stated")
    days = (ended - given).days
    short = days < rules.notice_days and not case.step.note.strip()
    return Refusal("notice_too_short", {"days": days, "limit": rules.notice_days}) if short else None


def countersign_waits(case: Case) -> Refusal | None:
    if not case.match.countersign_pending:
        return Refusal("nothing_to_countersign")
    return Refusal("four_eyes") if case.match.introduced_by_id == case.step.actor.user_id else None


def deadline_passed(case: Case) -> Refusal | None:
    """The system closes only what is overdue on the day of the step, and no answer that nobody could give."""
    due = case.match.due_on
    late = due is not None and due < case.step.day
    rests = late and case.match.state != State.PROSPECT and answer_rests(case)
    return None if late and not rests else Refusal("not_due")


def resume_due(case: Case) -> Refusal | None:
    """The system resumes only at the date; a side may before."""
    until = case.match.postponed_until
    if case.side is not None or (until and until <= case.step.day):
        return None
    return Refusal("not_due")


def undoable(case: Case) -> Refusal | None:
    """The last step was no creation, cascade or undo, and the actor took it and is in time, or may undo others' steps.

    Others' steps are undone by staff, and by a side, which so agrees, from contracted on.
    """
    event = last_step(case.match)
    if event is None or event.action in {Action.CREATE, Action.UNDO, Action.CASCADE}:
        return Refusal("nothing_to_undo")
    age = case.step.at - event.at
    own = event.actor_id == case.step.actor.user_id
    if own and age <= timedelta(minutes=case.policy.undo_minutes):
        return None
    if case.side is not None and not touches_contract(event):
        if not own:
            return Refusal("undo_not_own")
        return Refusal("undo_too_late", {"minutes": case.policy.undo_minutes})
    if age > timedelta(days=case.policy.undo_days):
        return Refusal("undo_too_late", {"days": case.policy.undo_days})
    if case.side is None and not case.step.reason_codes:
        return Refusal("undo_needs_reason")
    return None


def undo_agreed(case: Case) -> Refusal | None:
    """From contracted on, both sides agree before staff undo; a side's own undo is its agreement."""
    event = last_step(case.match)
    if event is None or not touches_contract(event) or case.side is not None:
        return None
    agreed = case.match.undo_agreed
    both = agreed.get("event") == str(event.pk) and {*agreed.get("sides", [])} == {*map(str, Side)}
    return None if both else Refusal("both_sides_must_agree")


def undo_pair_free(case: Case) -> Refusal | None:
    """Back into a state up to negotiating the pair must be eligible; later only be without another open match.

    A match of an earlier round stays as it is: the need counts the matches of its own round alone.
    """
    event = last_step(case.match)
    if event is None:
        return None
    if case.match.round != case.need.round:
        return Refusal("undo_other_round", {"round": case.match.round, "current": case.need.round})
    if event.from_state in UP_TO_NEGOTIATING:
        entering = event.from_state in INTRODUCING and event.to_state not in INTRODUCING
        return eligible(case) or (introduction_free(case) if entering and event.to_state not in TAKING else None)
    others = Match.objects.filter(need=case.need, professional=case.professional).exclude(pk=case.match.pk)
    if others.exclude(state__in=CLOSED_STATES).exists():
        return Refusal("pair_open")
    if event.from_state in TAKING and event.to_state not in TAKING:
        return place_free(case)
    return None


def fact_recorded(case: Case) -> Refusal | None:
    """Only what is on record can be put right; a made-up day would count as a match made."""
    named = case.step.input.get("field")
    recorded = any(fact_of(case.match, field) not in (None, "") for field in ([named] if named else CORRECTABLE))
    return None if recorded else Refusal("nothing_to_correct")


def fact_of(match: Match, field: str) -> object:
    """A recorded fact that `correct` may put right; the reason is the first code given at the end."""
    if field == "reason":
        return next(iter(match.reason_codes), "")
    return getattr(match, field)


def last_event(match: Match) -> Event | None:
    """The newest step of a match: no later one may have happened before it.

    Terms drafted, conflicts decided, reports, questions and the like are on record too, but are no steps: a call of
    Friday is typed in on Monday although somebody asked on Sunday.
    """
    return _events(match).filter(action__in=[action.value for action in Action]).first()


def last_step(match: Match) -> Event | None:
    """The newest step that `undo` would undo. A fact put right does not stand between an action and its undoing."""
    steps = _events(match).filter(action__in=[action.value for action in Action])
    return steps.exclude(action=Action.CORRECT).first()


ASK_QUESTION, ANSWER_QUESTION = "ask-question", "answer-question"


def _events(match: Match) -> QuerySet[Event]:
    return Event.objects.filter(subject_kind="match", subject_id=match.pk).order_by("-position")


def touches_contract(event: Event) -> bool:
    """Tell whether a step led to, or within, contracted and what follows."""
    return event.to_state in TAKING or event.from_state in TAKING


def staff_is_no_side(case: Case) -> Refusal | None:
    """Nobody decides as staff, nor answers on behalf of the other side, where they are a side."""
    user_id = case.step.actor.user_id
    as_staff = case.side is None or case.step.on_behalf is not None
    return Refusal("actor_is_a_side") if as_staff and user_id and is_side(user_id, case.match) else None


def is_side(user_id: UUID, match: Match) -> bool:
    """Tell whether an account is a side now: the professional, or a member of its company or of the organization."""
    companies = filter(None, (match.need.organization, match.professional.organization))
    members = (each.members.filter(user_id=user_id, ended_at__isnull=True) for each in companies)
    return match.professional.user_id == user_id or any(each.exists() for each in members)

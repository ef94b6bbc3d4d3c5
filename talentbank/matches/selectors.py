"""Reading matches: what an actor may see, what may be done, whose contacts are open."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from talentbank.core.actors import COORDINATORS, ORGANIZATION_ROLES, Actor, Role, Side
from talentbank.core.audit import Step
from talentbank.core.errors import ActingAsRequired, ActionRefused, DomainError, Forbidden, NotFound, Refusal
from talentbank.core.lifecycle import ActionAnswer
from talentbank.core.models import Event
from talentbank.matches.codes import REASON_REQUIRED
from talentbank.matches.conflicts import Finding, conflict_scan, findings_uncovered
from talentbank.matches.inputs import REQUIRED
from talentbank.matches.lifecycle import TABLE
from talentbank.matches.locks import case_of
from talentbank.matches.models import ConflictDecision, Match, Terms
from talentbank.matches.moves import transition_for
from talentbank.matches.policies import HIDDEN_FROM_SIDES, part_asking, parts_of, sees
from talentbank.matches.states import Action

RELATED = ("need", "need__organization", "professional", "bank")
OFFERED = [action for action in TABLE.actions() if action not in {Action.CREATE, Action.EXPIRE, Action.CASCADE}]
"""Actions of the API: every one that is not the system's."""


def matches_visible(actor: Actor) -> QuerySet[Match]:
    """Matches in the actor's sight: staff's banks, and those a side was asked in or has spoken in."""
    asked = Q(professional_id__in=actor.ids_as(Role.PROFESSIONAL)) & ~Q(professional_answer="")
    spoken = Q(need__organization_id__in=actor.ids_as(*ORGANIZATION_ROLES)) & ~Q(organization_answer="")
    as_side = (asked | spoken) & ~Q(state__in=sorted(HIDDEN_FROM_SIDES))
    where = Q(bank_id__in=actor.banks_as(COORDINATORS)) | as_side
    return Match.objects.filter(where).select_related(*RELATED)


def match_get(actor: Actor, match_id: UUID, *, for_helper: bool = False) -> Match:
    """Return a match the actor sees. `for_helper`: a desk about to act on behalf of a side sees it too.

    :raises NotFound: absent or out of sight.
    """
    match = Match.objects.filter(pk=match_id).select_related(*RELATED).first()
    if match is None or not (sees(actor, match) or (for_helper and actor.is_helper_of(match.bank_id))):
        raise NotFound()
    return match


def sides_of(actor: Actor, match: Match) -> list[Side]:
    """The sides an actor speaks for in a match."""
    parts = parts_of(actor, match)
    return [side for side in Side if side.value in {part.value for part in parts}]


def allowed_actions(match: Match, actor: Actor) -> list[str]:
    """Actions open to the actor by state and role alone; guards are not asked."""
    return TABLE.allowed(match.state, parts_of(actor, match))


ANSWERED_BY = {
    "countersign_reason_missing": "note",
    "decision_required": "decision",
    "notice_not_stated": "notice_given_on",
    "notice_too_short": "note",
    "undo_needs_reason": "reason_codes",
}
"""Refusals that a caller lifts by sending a value: they say what an action requires, not that it is closed."""


def match_actions(match: Match, actor: Actor, at: datetime) -> list[ActionAnswer]:
    """Return for every action whether this actor may take it now, and if not why."""
    return [_action(match, action, actor, at) for action in OFFERED]


def _action(match: Match, action: str, actor: Actor, at: datetime) -> ActionAnswer:
    case = case_of(match.pk, Step(actor=actor, at=at, input={"terms_version": match.terms_version}))
    requires = [*REQUIRED.get(action, ()), *(["reason_codes"] if action in REASON_REQUIRED else [])]
    refusals: list[Refusal | DomainError] = []
    try:
        case.part, _ = part_asking(actor, match, action, None)
        transition_for(case, action)
    except ActionRefused as refused:
        requires += [ANSWERED_BY[refusal.code] for refusal in refused.refusals if refusal.code in ANSWERED_BY]
        refusals += [refusal for refusal in refused.refusals if refusal.code not in ANSWERED_BY]
    except (Forbidden, ActingAsRequired) as error:
        refusals.append(error)
    return ActionAnswer(action, allowed=not refusals, refusals=tuple(refusals), requires=tuple(requires))


def match_events(match: Match) -> QuerySet[Event]:
    """The steps of a match, oldest first, with their texts."""
    return Event.objects.filter(subject_kind="match", subject_id=match.pk).select_related("text").order_by("position")


def contacts_open(match: Match, at: datetime) -> bool:
    """Tell whether contacts are readable: introduced, and until so many days after the end."""
    if match.introduced_at is None:
        return False
    days = timedelta(days=match.bank.policy.contacts_days_after_end)
    return match.ended_at is None or at < match.ended_at + days


def counterpart_known(match: Match) -> bool:
    """Tell whether the sides know each other by name: from `introduced` on, also after the end."""
    return match.introduced_at is not None


def conflicts_standing(actor: Actor) -> QuerySet[ConflictDecision]:
    """The newest scan or decision of each match of the banks that the actor coordinates."""
    newest = ConflictDecision.objects.filter(match=OuterRef("match")).order_by("-created_at", "-id").values("pk")[:1]
    rows = ConflictDecision.objects.filter(match__bank_id__in=actor.banks_as(COORDINATORS))
    return rows.filter(pk=Subquery(newest))


def conflicts_found(match: Match, actor: Actor, at: datetime) -> tuple[list[Finding], list[Finding]]:
    """What the rules find now with the actor as the acting coordinator, and what of it no decision covers."""
    findings = conflict_scan(case_of(match.pk, Step(actor=actor, at=at)))
    decision = match.conflicts.order_by("-created_at", "-id").first()
    if decision is None or not decision.outcome:
        return findings, findings
    return findings, findings_uncovered(findings, decision)


def terms_versions(match: Match) -> QuerySet[Terms]:
    """Every version of a match's terms, the newest last."""
    return match.terms.select_related(
        "match__need__bank", "match__need__organization", "match__professional", "match__bank"
    ).order_by("number")


def terms_get(match: Match, number: int) -> Terms:
    """:raises NotFound: there is no such version."""
    terms = terms_versions(match).filter(number=number).first()
    if terms is None:
        raise NotFound()
    return terms

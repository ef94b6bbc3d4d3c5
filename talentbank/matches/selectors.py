"""Reading matches: what an actor may see, what may be done, whose contacts are open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from talentbank.core.actors import COORDINATORS, ORGANIZATION_ROLES, Actor, OnBehalf, Role, Side
from talentbank.core.audit import Step
from talentbank.core.errors import ActingAsRequired, ActionRefused, DomainError, Forbidden, NotFound, Refusal
from talentbank.core.lifecycle import ActionAnswer
from talentbank.core.models import Event
from talentbank.matches.case import Case
from talentbank.matches.codes import REASON_REQUIRED
from talentbank.matches.conflicts import Finding, conflict_scan, findings_uncovered
from talentbank.matches.desks import desk_scope, desk_sides
from talentbank.matches.inputs import REQUIRED
from talentbank.matches.lifecycle import TABLE
from talentbank.matches.locks import case_of
from talentbank.matches.models import ConflictDecision, Match, Terms
from talentbank.matches.moves import transition_for
from talentbank.matches.policies import HIDDEN_FROM_SIDES, acting_parts, is_side_of, part_asking, sees, sees_original
from talentbank.matches.states import INTRODUCING, Action, State

RELATED = ("need", "need__organization", "professional", "bank")
OFFERED = [action for action in TABLE.actions() if action not in {Action.CREATE, Action.EXPIRE, Action.CASCADE}]
"""Actions of the API: every one that is not the system's."""


def matches_visible(actor: Actor) -> QuerySet[Match]:
    """Matches in the actor's sight: a coordinator's banks, and those a side was asked in or has spoken in.

    A desk sees those of the sides that it acts for.
    """
    asked = Q(professional_id__in=actor.ids_as(Role.PROFESSIONAL)) & ~Q(professional_answer="")
    spoken = Q(need__organization_id__in=actor.ids_as(*ORGANIZATION_ROLES)) & ~Q(organization_answer="")
    as_side = (asked | spoken) & ~Q(state__in=sorted(HIDDEN_FROM_SIDES))
    as_desk = desk_scope(actor) & ~Q(state__in=sorted(HIDDEN_FROM_SIDES))
    where = Q(bank_id__in=actor.banks_as(COORDINATORS)) | as_side | as_desk
    return Match.objects.filter(where).select_related(*RELATED)


CONFIRMING = frozenset({*INTRODUCING, State.CONTRACTED, State.ACTIVE, State.SUSPENDED})
"""States in which a side confirms terms, new or amended ones."""


def waiting_on(actor: Actor) -> Q:
    """Matches whose next step is the actor's: its side's answer, confirmation or word on a delivery, or its bank's."""
    professional = Q(professional_id__in=actor.ids_as(Role.PROFESSIONAL))
    organization = Q(need__organization_id__in=actor.ids_as(*ORGANIZATION_ROLES))
    owned = Q(need__organization_id__in=actor.ids_as(Role.OWNER))
    to_decide = Q(state__in=[State.PROSPECT, State.AWAITING_APPROVAL])
    return (
        (Q(bank_id__in=actor.banks_as(COORDINATORS)) & to_decide)
        | (professional & (_answer_of(State.AWAITING_PROFESSIONAL) | _unconfirmed_by(Side.PROFESSIONAL)))
        | (organization & (_answer_of(State.AWAITING_ORGANIZATION) | Q(state=State.DELIVERED)))
        | (owned & _unconfirmed_by(Side.ORGANIZATION))
    )


def _answer_of(state: State) -> Q:
    """An answer that is due, or was put off by the side that owes it."""
    return Q(state=state) | Q(state=State.POSTPONED, resume_state=state)


def _unconfirmed_by(side: Side) -> Q:
    """The newest version of the terms is not agreed, and this side has not confirmed it."""
    newest = Terms.objects.filter(match=OuterRef("pk"), number=OuterRef("terms_version"))
    unconfirmed = Exists(newest.filter(**{f"{side}_confirmed_at__isnull": True}))
    return Q(unconfirmed, state__in=sorted(CONFIRMING), terms_version__gt=F("agreed_terms_version"))


def match_get(actor: Actor, match_id: UUID, *, on_behalf: OnBehalf | None = None) -> Match:
    """Return a match the actor sees. A desk about to act `on_behalf` of a side sees it as that side does.

    :raises NotFound: absent or out of sight.
    """
    match = Match.objects.filter(pk=match_id).select_related(*RELATED).first()
    if match is None or not sees(actor, match, on_behalf):
        raise NotFound()
    return match


def allowed_actions(match: Match, actor: Actor, sides: Iterable[Side]) -> list[str]:
    """Actions open to the actor by state and role alone; guards are not asked. A desk acts for its `sides`."""
    return TABLE.allowed(match.state, acting_parts(actor, match, sides))


def match_seen(actor: Actor, id: UUID, state: str) -> bool:
    """Tell whether the actor may read a match now, and could in `state`: a prospect is staff's alone, later too."""
    match = Match.objects.filter(pk=id).select_related(*RELATED).first()
    if match is None or not sees(actor, match):
        return False
    return state not in HIDDEN_FROM_SIDES or actor.is_coordinator_of(match.bank_id)


ANSWERED_BY = {
    "countersign_reason_missing": "note",
    "decision_required": "decision",
    "notice_not_stated": "notice_given_on",
    "notice_too_short": "note",
    "undo_needs_reason": "reason_codes",
}
"""Refusals that a caller lifts by sending a value: they say what an action requires, not that it is closed."""


def match_actions(match: Match, actor: Actor, at: datetime) -> list[ActionAnswer]:
    """Return for every action whether this actor may take it now, and if not why.

    Staff who could only act on behalf of a side are told so; a coordinator may for both, a desk for those it acts for.
    """
    coordinator = actor.is_coordinator_of(match.bank_id)
    sides = list(Side) if coordinator else desk_sides(actor, [match]).get(match.pk, [])
    behalves = [OnBehalf(side, actor.channel) for side in sides]
    case = case_of(match.pk, Step(actor, at, input={"terms_version": match.terms_version}))
    return [_action(case, action, behalves) for action in OFFERED]


def _action(case: Case, action: str, behalves: Iterable[OnBehalf]) -> ActionAnswer:
    """The answer in one's own right where the role fits, else on behalf of the side for which it is allowed."""
    own = _asked(case, action, None)
    if not _lacks_role(own):
        return own
    others = [each for behalf in behalves if not _lacks_role(each := _asked(case, action, behalf))]
    return next((each for each in others if each.allowed), (others or [own])[0])


def _lacks_role(answer: ActionAnswer) -> bool:
    return any(isinstance(refusal, Forbidden) for refusal in answer.refusals)


def _asked(asked_of: Case, action: str, behalf: OnBehalf | None) -> ActionAnswer:
    case = replace(asked_of, step=replace(asked_of.step, on_behalf=behalf), facts={}, texts={})
    requires = [*REQUIRED.get(action, ()), *(["reason_codes"] if action in REASON_REQUIRED else [])]
    refusals: list[Refusal | DomainError] = []
    try:
        case.part, _ = part_asking(case.step.actor, case.match, action, behalf)
        transition_for(case, action)
    except ActionRefused as refused:
        requires += [ANSWERED_BY[refusal.code] for refusal in refused.refusals if refusal.code in ANSWERED_BY]
        refusals += [refusal for refusal in refused.refusals if refusal.code not in ANSWERED_BY]
    except (Forbidden, ActingAsRequired) as error:
        refusals.append(error)
    return ActionAnswer(action, not refusals, tuple(refusals), tuple(requires), behalf is not None)


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
    """The newest scan or decision of each match of the banks that the actor coordinates and is no side of."""
    newest = ConflictDecision.objects.filter(match=OuterRef("match")).order_by("-created_at", "-id").values("pk")[:1]
    rows = ConflictDecision.objects.filter(match__bank_id__in=actor.banks_as(COORDINATORS))
    own = Match.objects.filter(is_side_of(actor)).values("pk")
    return rows.filter(pk=Subquery(newest)).exclude(match__in=own)


def conflicts_found(match: Match, actor: Actor, at: datetime) -> tuple[list[Finding], list[Finding]]:
    """What the rules find now with the actor as the acting coordinator, and what of it no decision covers."""
    findings = conflict_scan(case_of(match.pk, Step(actor=actor, at=at)))
    decision = match.conflicts.order_by("-created_at", "-id").first()
    if decision is None or not decision.outcome:
        return findings, findings
    return findings, findings_uncovered(findings, decision)


def terms_versions(match: Match, actor: Actor) -> QuerySet[Terms]:
    """Every version of a match's terms, the newest last.

    Once an introduction was undone, they are for coordinators alone who are no side of it.
    """
    rows = match.terms.select_related(
        "match__need__bank", "match__need__organization", "match__professional", "match__bank"
    ).order_by("number")
    return rows if counterpart_known(match) or sees_original(actor, match) else rows.none()


def terms_get(match: Match, actor: Actor, number: int) -> Terms:
    """:raises NotFound: there is no such version."""
    terms = terms_versions(match, actor).filter(number=number).first()
    if terms is None:
        raise NotFound()
    return terms

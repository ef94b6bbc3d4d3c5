"""Complaints about a match, with restricted access: who made it, bank_admins, and the coordinator it was given to.

They have an event chain of their own, so that the match's record shows no trace of them to anybody else.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from talentbank.accounts.models import StaffMembership, StaffRole
from talentbank.accounts.policies import single_hat
from talentbank.core.actors import COORDINATORS, ORGANIZATION_ROLES, Actor, Role, Side
from talentbank.core.audit import Step, Subject, event_record
from talentbank.core.clock import day_of
from talentbank.core.errors import ActionRefused, Forbidden, NotFound, Refusal, StaleVersion, invalid
from talentbank.core.lifecycle import Part, Table, Transition
from talentbank.core.models import lock
from talentbank.matches.beside import case_beside, require_beside
from talentbank.matches.guards import is_side
from talentbank.matches.models import Complaint, ComplaintAbout, ComplaintState, Match
from talentbank.matches.policies import sides_been
from talentbank.notifications.services import event_announce
from talentbank.organizations.models import OrganizationMember

DAYS_AFTER_END = 365
_S = ComplaintState
ADMIN = frozenset({Part.BANK_ADMIN})
HANDLERS = frozenset({Part.BANK_ADMIN, Part.COORDINATOR})
"""COORDINATOR here is the one coordinator whom the complaint was given to."""
ENDED = frozenset({_S.RESOLVED.value, _S.DISMISSED.value})

SETTLING = frozenset({"resolve", "dismiss"})
"""What nobody does with a complaint that is about them, not even a bank_admin."""


def _row(action: str, sources: frozenset[str], target: str, parts: frozenset[Part]) -> Transition:
    return Transition(action, sources, target, parts)


TABLE = Table(
    "complaint",
    [
        _row("take", frozenset({_S.RECEIVED.value, _S.HANDLING.value}), _S.HANDLING.value, ADMIN),
        _row("resolve", frozenset({_S.HANDLING.value}), _S.RESOLVED.value, HANDLERS),
        _row("dismiss", frozenset({_S.HANDLING.value}), _S.DISMISSED.value, HANDLERS),
        _row("reopen", ENDED, _S.HANDLING.value, ADMIN),
    ],
)


def complaints_visible(actor: Actor) -> QuerySet[Complaint]:
    """Complaints in the actor's sight: one's own side's, those given to one, and a bank's for its bank_admins.

    What one side says of the other reaches nobody of that other side, whatever else they are.
    """
    admin = Q(bank_id__in=actor.banks_as(frozenset({Role.BANK_ADMIN})))
    given = Q(handler_id=actor.user_id, bank_id__in=actor.banks_as(frozenset({Role.COORDINATOR})))
    professional = Q(side=Side.PROFESSIONAL, match__professional_id__in=actor.ids_as(Role.PROFESSIONAL))
    organizations = actor.ids_as(*ORGANIZATION_ROLES)
    organization = Q(side=Side.ORGANIZATION, match__need__organization_id__in=organizations)
    rows = Complaint.objects.filter((admin | given) & ~_of_the_other_side(actor.user_id) | professional | organization)
    return rows.select_related("match__need", "match__professional")


def _of_the_other_side(user_id: UUID | None) -> Q:
    """Complaints by the side that this account is not."""
    me = [user_id] if user_id else []
    companies = OrganizationMember.objects.filter(user_id__in=me, ended_at__isnull=True).values("organization_id")
    is_professional = Q(match__professional__user_id__in=me) | Q(match__professional__organization_id__in=companies)
    by_professional = Q(side=Side.PROFESSIONAL, match__need__organization_id__in=companies)
    return (Q(side=Side.ORGANIZATION) & is_professional) | by_professional


def complaint_get(actor: Actor, complaint_id: UUID) -> Complaint:
    """:raises NotFound: absent or out of sight."""
    complaint = complaints_visible(actor).filter(pk=complaint_id).first()
    if complaint is None:
        raise NotFound()
    return complaint


def parts_of_complaint(actor: Actor, complaint: Complaint) -> frozenset[Part]:
    """The parts an actor plays for a complaint; a side of the match plays none as staff."""
    return frozenset() if sides_been(actor, complaint.match) else parts_worn(actor, complaint)


def parts_worn(actor: Actor, complaint: Complaint) -> frozenset[Part]:
    """The parts that an actor's hats stand for: a side that has one is refused as a side (409), not forbidden."""
    roles = actor.roles_in(complaint.bank_id)
    parts = {Part.BANK_ADMIN} if Role.BANK_ADMIN in roles else set()
    if Role.COORDINATOR in roles and complaint.handler_id == actor.user_id:
        parts.add(Part.COORDINATOR)
    return frozenset(parts)


@transaction.atomic
def complaint_make(*, match_id: UUID, about: str, text: str, step: Step) -> Complaint:
    """This function will take in a side's complaint until a year after the end.

    About staff or the bank from the moment the side was asked, about the other side from the introduction.

    :raises ActionRefused: the sides were never introduced, or the year is over.
    """
    case = case_beside(match_id, step, {Part.PROFESSIONAL, Part.ORGANIZATION})
    assert case.side
    require_beside(case, "complain", [_too_early_or_late(case.match, about, step)])
    complaint = Complaint.create(
        at=step.at,
        bank=case.bank,
        match=case.match,
        side=case.side,
        about=about,
        text=text,
        state_since=step.at,
        made_by_id=step.actor.user_id,
        channel=step.channel,
    )
    _record(complaint, case.step, "create", "", {"text": text})
    return complaint


@transaction.atomic
def complaint_transition(*, complaint_id: UUID, action: str, expected_version: int | None, step: Step) -> Complaint:
    """This function will move a complaint: take {handler}, resolve and dismiss {resolution, resolution_told}, reopen.

    :raises NotFound: absent or out of sight.
    :raises Forbidden: the actor is neither a bank_admin nor the coordinator it was given to.
    :raises StaleVersion: somebody moved it since the caller looked.
    :raises ActionRefused: the state forbids it, the actor is a side of the match, or settles what is about the actor.
    :raises InvalidInput: the handler may not have it.
    """
    complaint = lock(Complaint, complaint_get(step.actor, complaint_id).pk)
    parts = parts_worn(step.actor, complaint)
    if not parts & TABLE.parts_for(action):
        raise Forbidden()
    if expected_version is not None and complaint.version != expected_version:
        raise StaleVersion(version=complaint.version)
    row = _row_for(complaint, action, parts, step)
    before = complaint.state
    if action == "take":
        complaint.handler_id = _handler(complaint, step.input["handler"], step)
    for name in ("resolution", "resolution_told"):
        setattr(complaint, name, step.input.get(name, getattr(complaint, name)))
    complaint.state, complaint.state_since = str(row.target), step.at
    complaint.ended_at = step.at if complaint.state in ENDED else None
    complaint.save_step(at=step.at)
    hats = [hat for hat in step.actor.worn if hat.role in COORDINATORS and hat.bank_id == complaint.bank_id]
    texts = {name: step.input[name] for name in ("resolution", "resolution_told") if step.input.get(name)}
    _record(complaint, replace(step, role=single_hat(hats).role), action, before, texts)
    return complaint


def _row_for(complaint: Complaint, action: str, parts: frozenset[Part], step: Step) -> Transition:
    row = TABLE.find_for(action, complaint.state, parts)
    refusals = [] if row else [Refusal("state_forbids", {"state": complaint.state, "of": "complaint"})]
    if sides_been(step.actor, complaint.match):
        refusals.append(Refusal("actor_is_a_side"))
    if action in SETTLING and step.actor.user_id and _is_concerned(complaint, step.actor.user_id):
        refusals.append(Refusal("complaint_about_actor"))
    if row is None or refusals:
        allowed = TABLE.allowed(complaint.state, parts_of_complaint(step.actor, complaint))
        raise ActionRefused(state=complaint.state, action=action, allowed_actions=allowed, refusals=refusals)
    return row


def _record(complaint: Complaint, step: Step, action: str, from_state: str, texts: dict[str, object]) -> None:
    event = event_record(
        Subject("complaint", complaint.pk, complaint.bank_id),
        step,
        action=action,
        from_state=from_state,
        to_state=complaint.state,
        facts={"match": str(complaint.match_id), "about": complaint.about},
        texts=texts,
    )
    event_announce(event, version=complaint.version)


def _too_early_or_late(match: Match, about: str, step: Step) -> Refusal | None:
    if about == ComplaintAbout.OTHER_SIDE and match.introduced_at is None:
        return Refusal("never_introduced")
    late = match.ended_at and step.day > day_of(match.ended_at) + timedelta(days=DAYS_AFTER_END)
    return Refusal("complaint_too_late", {"days": DAYS_AFTER_END}) if late else None


def _handler(complaint: Complaint, user_id: UUID, step: Step) -> UUID:
    """A coordinator or bank_admin of the bank who is no side of the match, nor who the complaint is about.

    :raises InvalidInput: somebody else.
    """
    roles = [StaffRole.COORDINATOR, StaffRole.BANK_ADMIN]
    rows = StaffMembership.objects.filter(bank_id=complaint.bank_id, user_id=user_id, role__in=roles)
    running = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=step.day), ended_at__isnull=True)
    match = complaint.match
    if not running.exists() or _is_concerned(complaint, user_id) or is_side(user_id, match):
        raise invalid("/handler", "not_a_handler")
    return user_id


def _is_concerned(complaint: Complaint, user_id: UUID) -> bool:
    """Tell whether a complaint about staff is about those who look after the match."""
    match = complaint.match
    return complaint.about == ComplaintAbout.STAFF and user_id in (match.coordinator_id, match.deputy_id)

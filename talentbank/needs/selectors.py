"""Reading needs: what an actor may see, in which view, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet

from talentbank.core.actors import COORDINATORS, ORGANIZATION_ROLES, SYSTEM, Actor, OnBehalf, Role, Side
from talentbank.core.audit import Step
from talentbank.core.errors import ActingAsRequired, ActionRefused, Forbidden, NotFound
from talentbank.core.lifecycle import ActionAnswer, Part
from talentbank.core.models import Event
from talentbank.needs.inputs import REQUIRED
from talentbank.needs.lifecycle import ACTIONS, SEEKING, TABLE
from talentbank.needs.models import Confidentiality, Need, NeedHelper, NeedState
from talentbank.needs.moves import case_of, row_for
from talentbank.needs.policies import ON_BEHALF, acting_parts, part_for, parts_of
from talentbank.professionals.models import Professional
from talentbank.registrations.models import RegistrationHelper, RegistrationState

RELATED = ("organization", "bank")
LISTED = ("problems", "problems__area", "skills__skill")
"""What a list shows beside the row itself."""


class NeedView(StrEnum):
    """What a kind of reader sees of a need: everything, what a professional needs to answer, or the public summary."""

    DETAIL = "detail"
    PROFESSIONAL = "professional"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class NeedReader:
    """What must be known of an actor to tell how it sees needs; made once a call.

    `bank_ids`: banks where the actor coordinates; `desk_bank_ids`: where it sits at a desk; `professional_bank_ids`:
    where a professional of the actor is approved; `helped_ids`, `helped_organization_ids`: whom it has acted for.
    """

    user_id: UUID | None
    bank_ids: frozenset[UUID]
    desk_bank_ids: frozenset[UUID]
    organization_ids: frozenset[UUID]
    professional_bank_ids: frozenset[UUID]
    helped_ids: frozenset[UUID]
    helped_organization_ids: frozenset[UUID]

    def view_of(self, need: Need) -> NeedView:
        """The fullest view the actor has; it says nothing of whether the need is in scope."""
        if need.bank_id in self.bank_ids or need.organization_id in self.organization_ids or self.helps(need):
            return NeedView.DETAIL
        if need.bank_id in self.professional_bank_ids | self.desk_bank_ids:
            return NeedView.PROFESSIONAL
        return NeedView.PUBLIC

    def helps(self, need: Need) -> bool:
        """A desk that typed the need or its organization in, or has acted for it."""
        if need.bank_id not in self.desk_bank_ids:
            return False
        typed = self.user_id in (need.entered_by_id, need.organization.entered_by_id)
        return typed or need.pk in self.helped_ids or need.organization_id in self.helped_organization_ids


def need_reader(actor: Actor) -> NeedReader:
    """Read once what the views of many needs depend on."""
    desks = actor.banks_as(frozenset({Role.SUPPORT_DESK}))
    helped, organizations = frozenset[UUID](), frozenset[UUID]()
    if desks and actor.user_id:
        rows = NeedHelper.objects.filter(user_id=actor.user_id, need__bank_id__in=desks)
        helped = frozenset(rows.values_list("need_id", flat=True))
        known = RegistrationHelper.objects.filter(user_id=actor.user_id, subject_kind="organization")
        organizations = frozenset(known.values_list("subject_id", flat=True))
    return NeedReader(
        user_id=actor.user_id,
        bank_ids=actor.banks_as(COORDINATORS),
        desk_bank_ids=desks,
        organization_ids=actor.ids_as(*ORGANIZATION_ROLES),
        professional_bank_ids=_professional_banks(actor),
        helped_ids=helped,
        helped_organization_ids=organizations,
    )


def need_view_of(actor: Actor, need: Need) -> NeedView:
    """Choose the view for one need. For a list make a `need_reader` once."""
    return need_reader(actor).view_of(need)


def _professional_banks(actor: Actor) -> frozenset[UUID]:
    ids = actor.ids_as(Role.PROFESSIONAL)
    if not ids:
        return frozenset()
    rows = Professional.objects.filter(pk__in=ids, registration_state=RegistrationState.APPROVED)
    return frozenset(rows.values_list("bank_id", flat=True))


def needs_in_detail(reader: NeedReader) -> Q:
    """Needs that the reader sees as staff or as their own side. Search and filters on hidden facts stay within."""
    typed = Q(entered_by_id=reader.user_id) | Q(organization__entered_by_id=reader.user_id)
    helped = typed | Q(pk__in=reader.helped_ids) | Q(organization_id__in=reader.helped_organization_ids)
    where = Q(bank_id__in=reader.bank_ids) | Q(organization_id__in=reader.organization_ids)
    return where | (Q(bank_id__in=reader.desk_bank_ids) & helped) if reader.desk_bank_ids else where


def needs_public() -> Q:
    """What anybody may see without sign-in."""
    return Q(state=NeedState.OPEN, confidentiality=Confidentiality.PUBLIC, summary_agreed_at__isnull=False) & ~Q(
        public_summary=""
    )


def needs_visible(actor: Actor, reader: NeedReader | None = None) -> QuerySet[Need]:
    """Needs in the actor's sight, each in the view that `need_view_of` names.

    Coordinators see all of their bank, desks what they act for and what is open, an organization's people their own,
    approved professionals what is open or in progress and not for coordinators only; everybody the public ones.
    """
    reader = reader or need_reader(actor)
    shared = Q(
        bank_id__in=reader.professional_bank_ids | reader.desk_bank_ids,
        state__in=[state.value for state in SEEKING],
        confidentiality__in=[Confidentiality.PUBLIC.value, Confidentiality.MEMBERS.value],
    )
    where = needs_in_detail(reader) | shared | needs_public()
    return Need.objects.filter(where).select_related(*RELATED).prefetch_related(*LISTED)


def need_get(actor: Actor, need_id: UUID, *, for_helper: bool = False) -> Need:
    """Return a need the actor sees. `for_helper`: staff about to act on behalf of the organization see it too.

    :raises NotFound: absent or out of sight.
    """
    need = needs_visible(actor).filter(pk=need_id).first()
    if need is None and for_helper:
        found = Need.objects.filter(pk=need_id).select_related(*RELATED).first()
        need = found if found and actor.is_helper_of(found.bank_id) else None
    if need is None:
        raise NotFound()
    return need


def need_seen(actor: Actor, id: UUID, state: str) -> bool:
    """Tell whether the actor may read a need now, and could in `state`: only staff and its own side see all."""
    reader = need_reader(actor)
    need = needs_visible(actor, reader).filter(pk=id).first()
    return need is not None and (reader.view_of(need) is NeedView.DETAIL or state in SEEKING)


def need_accepts(need: Need, day: date) -> bool:
    """Tell whether a need takes new candidates on a day: switched on, and not past the deadline."""
    return need.accepting and (need.deadline is None or need.deadline >= day)


def needs_accepting(day: date) -> Q:
    """`need_accepts` as a condition on rows."""
    return Q(accepting=True) & (Q(deadline__isnull=True) | Q(deadline__gte=day))


def need_takes(need: Need, day: date) -> bool:
    """Tell whether a need gets new candidates on a day: it is open or in progress, and accepts them."""
    return need.state in SEEKING and need_accepts(need, day)


def needs_taking(day: date) -> Q:
    """`need_takes` as a condition on rows."""
    return needs_accepting(day) & Q(state__in=[state.value for state in SEEKING])


def need_events(need: Need) -> QuerySet[Event]:
    """The steps of a need, oldest first, with their texts."""
    return Event.objects.filter(subject_kind="need", subject_id=need.pk).select_related("text").order_by("position")


def require_detail(actor: Actor, need: Need) -> Need:
    """:raises Forbidden: the actor sees the need, but neither as staff nor as its own side."""
    if need_view_of(actor, need) is not NeedView.DETAIL:
        raise Forbidden()
    return need


def allowed_actions(actor: Actor, need: Need) -> list[str]:
    """Actions open to the actor by state and role alone; guards are not asked. A desk acts for the organization."""
    return TABLE.allowed(need.state, acting_parts(actor, need))


def need_actions(actor: Actor, need: Need, at: datetime) -> list[ActionAnswer]:
    """Answer for every action that is not the system's. Staff who could only act on behalf are told so."""
    return [_answer(actor, need, action, at) for action in ACTIONS]


def _answer(actor: Actor, need: Need, action: str, at: datetime) -> ActionAnswer:
    own = bool(parts_of(actor, need.organization_id, need.bank_id) & _parts_here(need, action))
    helper = actor is not SYSTEM and actor.is_helper_of(need.bank_id) and bool(ON_BEHALF & _parts_here(need, action))
    on_behalf = OnBehalf(Side.ORGANIZATION, actor.channel) if helper and not own else None
    requires = REQUIRED.get(action, ())
    try:
        parts, role = part_for(actor, need.organization, _parts_here(need, action), on_behalf)
        given = {name: date.max for name in requires if name == "deadline"}
        case = case_of(need, Step(actor=actor, at=at, role=role, on_behalf=on_behalf, input=given), parts)
        row_for(case, action)
    except ActionRefused as refused:
        return ActionAnswer(action, False, refused.refusals, requires, on_behalf is not None)
    except (Forbidden, ActingAsRequired) as error:
        return ActionAnswer(action, False, (error,), requires)
    return ActionAnswer(action, True, (), requires, on_behalf is not None)


def _parts_here(need: Need, action: str) -> frozenset[Part]:
    """Parts that may take an action in this state; where none may, those that ever may."""
    here = [row.parts for row in TABLE.rows if row.action == action and need.state in row.sources]
    return frozenset().union(*here) or TABLE.parts_for(action)

"""Notes, calls and consultations: kept by staff for staff, about a match, a need, a registration or the bank itself.

A note is no step of a record: it leaves no event, and no side ever reads it. What was noted stands; another note
corrects it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from talentbank.accounts.policies import require_helper
from talentbank.banks.models import Bank
from talentbank.core.actors import Actor, Channel, Side
from talentbank.core.clock import day_of
from talentbank.core.errors import FieldError, Forbidden, InvalidInput, NotFound
from talentbank.matches.desks import desk_sides
from talentbank.matches.models import CallResult, Match, NoteKind, StaffNote
from talentbank.matches.policies import any_side_sees, sees
from talentbank.matches.selectors import RELATED
from talentbank.needs.models import Need
from talentbank.needs.selectors import need_reader, needs_visible
from talentbank.organizations.models import Organization
from talentbank.organizations.room import ROOM as ORGANIZATIONS
from talentbank.professionals.models import Professional
from talentbank.professionals.room import ROOM as PROFESSIONALS
from talentbank.registrations.rooms import Room
from talentbank.registrations.selectors import staff_scope

MOST_MINUTES = 600


class SubjectKind(StrEnum):
    """What a note is about."""

    MATCH = "match"
    NEED = "need"
    PROFESSIONAL = "professional"
    ORGANIZATION = "organization"
    BANK = "bank"


@dataclass(frozen=True, slots=True)
class NoteSubject:
    """What a note is about, with all that decides who may read and write it. `people` are accounts of its sides."""

    kind: SubjectKind
    row: Any
    bank_id: UUID
    in_sight: bool
    desk_acts: bool
    people: frozenset[UUID] = frozenset()


def note_subject(*, actor: Actor, kind: SubjectKind, id: UUID) -> NoteSubject:
    """Find what a note is about.

    :raises NotFound: it is absent or out of the actor's sight.
    :raises Forbidden: it is in sight, but not as coordinator or as a desk that acts for it; or the actor is a side.
    """
    subject = FINDERS[kind](actor, id)
    coordinator = actor.is_coordinator_of(subject.bank_id)
    if not (subject.in_sight or coordinator or subject.desk_acts):
        raise NotFound()
    if actor.user_id in subject.people or not (coordinator or subject.desk_acts):
        raise Forbidden()
    return subject


def notes_of(subject: NoteSubject) -> QuerySet[StaffNote]:
    """All that staff noted about one subject."""
    rows = StaffNote.objects.filter(subject_kind=subject.kind, subject_id=subject.row.pk)
    return rows.select_related("author")


def note_create(
    *,
    subject: NoteSubject,
    actor: Actor,
    at: datetime,
    kind: NoteKind,
    text: str = "",
    with_side: Side | None = None,
    channel: Channel | None = None,
    result: CallResult | None = None,
    happened_on: date | None = None,
    minutes: int | None = None,
    call_again_on: date | None = None,
) -> StaffNote:
    """This function will keep a note, a call or a consultation. `subject` comes from `note_subject`.

    :raises InvalidInput: with a pointer for everything that is wrong.
    """
    today = day_of(at)
    errors = [*_kind_errors(subject, kind, text, channel, result), *_side_errors(subject, with_side)]
    if happened_on and happened_on > today:
        errors.append(FieldError("/happened_on", "in_the_future"))
    if call_again_on and call_again_on <= today:
        errors.append(FieldError("/call_again_on", "in_the_past"))
    if minutes is not None and not 0 <= minutes <= MOST_MINUTES:
        errors.append(FieldError("/minutes", "max_value", {"maximum": MOST_MINUTES}))
    if errors:
        raise InvalidInput(errors)
    return StaffNote.create(
        at=at,
        bank_id=subject.bank_id,
        subject_kind=subject.kind,
        subject_id=subject.row.pk,
        kind=kind,
        text=text,
        with_side=with_side or "",
        channel=channel or actor.channel,
        result=result or "",
        happened_on=happened_on or today,
        minutes=minutes,
        call_again_on=call_again_on,
        author_id=actor.user_id,
    )


def _kind_errors(
    subject: NoteSubject, kind: NoteKind, text: str, channel: Channel | None, result: CallResult | None
) -> list[FieldError]:
    """A call says how and with what result; anything else says something. Of a bank only consultations are kept."""
    errors = []
    if kind is NoteKind.CALL:
        given = {"channel": channel, "result": result}
        errors += [FieldError(f"/{name}", "required") for name, value in given.items() if value is None]
    elif not text.strip():
        errors.append(FieldError("/text", "required"))
    if kind is not NoteKind.CALL and result is not None:
        errors.append(FieldError("/result", "only_for_calls"))
    if subject.kind is SubjectKind.BANK and kind is not NoteKind.CONSULTATION:
        errors.append(FieldError("/kind", "consultations_only"))
    return errors


SIDES_OF = {
    SubjectKind.MATCH: frozenset(Side),
    SubjectKind.NEED: frozenset({Side.ORGANIZATION}),
    SubjectKind.ORGANIZATION: frozenset({Side.ORGANIZATION}),
    SubjectKind.PROFESSIONAL: frozenset({Side.PROFESSIONAL}),
    SubjectKind.BANK: frozenset[Side](),
}
"""With whom staff can have spoken about a subject."""


def _side_errors(subject: NoteSubject, side: Side | None) -> list[FieldError]:
    wrong = side is not None and side not in SIDES_OF[subject.kind]
    return [FieldError("/with_side", "invalid_choice")] if wrong else []


def _match(actor: Actor, id: UUID) -> NoteSubject:
    """A desk notes on what the side that it acts for sees: of a prospect it is told nothing."""
    match = Match.objects.filter(pk=id).select_related(*RELATED, "professional__organization").first()
    if match is None:
        raise NotFound()
    acts = any_side_sees(match, desk_sides(actor, [match]).get(match.pk, ()))
    people = PROFESSIONALS.people(match.professional) | ORGANIZATIONS.people(match.need.organization)
    return NoteSubject(SubjectKind.MATCH, match, match.bank_id, sees(actor, match), acts, frozenset(people))


def _need(actor: Actor, id: UUID) -> NoteSubject:
    need = Need.objects.filter(pk=id).select_related("organization").first()
    if need is None:
        raise NotFound()
    reader = need_reader(actor)
    in_sight = needs_visible(actor, reader).filter(pk=id).exists()
    people = frozenset(ORGANIZATIONS.people(need.organization))
    return NoteSubject(SubjectKind.NEED, need, need.bank_id, in_sight, reader.helps(need), people)


def _professional(actor: Actor, id: UUID) -> NoteSubject:
    row = Professional.objects.filter(pk=id).select_related("organization").first()
    return _registration(SubjectKind.PROFESSIONAL, PROFESSIONALS, actor, row)


def _organization(actor: Actor, id: UUID) -> NoteSubject:
    row = Organization.objects.filter(pk=id).first()
    return _registration(SubjectKind.ORGANIZATION, ORGANIZATIONS, actor, row)


def _registration(kind: SubjectKind, room: Room, actor: Actor, row: Any) -> NoteSubject:
    if row is None:
        raise NotFound()
    in_sight = room.visible(actor).filter(pk=row.pk).exists()
    return NoteSubject(kind, row, row.bank_id, in_sight, _desk_acts(room, actor, row.pk), frozenset(room.people(row)))


def _bank(actor: Actor, id: UUID) -> NoteSubject:
    """Anybody sees a bank; its helpers keep its consultations."""
    bank = Bank.objects.filter(pk=id).first()
    if bank is None:
        raise NotFound()
    require_helper(actor, bank.pk)
    return NoteSubject(SubjectKind.BANK, bank, bank.pk, in_sight=True, desk_acts=True)


def _desk_acts(room: Room, actor: Actor, id: UUID) -> bool:
    """Whether staff see the registration as staff: a desk that typed it in or has acted for it."""
    return room.model._default_manager.filter(staff_scope(actor, room.kind), pk=id).exists()


FINDERS: dict[SubjectKind, Callable[[Actor, UUID], NoteSubject]] = {
    SubjectKind.MATCH: _match,
    SubjectKind.NEED: _need,
    SubjectKind.PROFESSIONAL: _professional,
    SubjectKind.ORGANIZATION: _organization,
    SubjectKind.BANK: _bank,
}

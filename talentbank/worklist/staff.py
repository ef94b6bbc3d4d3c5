"""Baskets of coordinators and bank_admins: what waits for the city."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q

from talentbank.accounts.selectors import colleagues
from talentbank.banks.models import Bank
from talentbank.core.actors import HELPERS, Role
from talentbank.core.clock import day_begins, day_of
from talentbank.core.memo import Memo
from talentbank.core.revision import revision_current
from talentbank.matches.complaints import complaints_visible
from talentbank.matches.dues import waits_since
from talentbank.matches.evaluations import evaluations_open_on, evaluations_opened_on
from talentbank.matches.models import ComplaintState, Evaluation, Match, StaffNote
from talentbank.matches.states import AWAITING_ANSWER, CLOSED_STATES, RUNNING, ClosedReason, State
from talentbank.needs.models import Need, NeedState
from talentbank.needs.selectors import needs_accepting
from talentbank.professionals.models import Professional, ReferralStatus
from talentbank.ranking.services import candidates_for_need
from talentbank.registrations.guards import deciders
from talentbank.registrations.models import RegistrationState
from talentbank.worklist.items import Reader, Waiting
from talentbank.worklist.rows import (
    KINDS,
    banks_of,
    climbed,
    match_waiting,
    matches_of,
    need_waiting,
    needs_of,
    own_notes,
    own_registrations,
    registration_waiting,
    registrations_of,
    registrations_to_decide,
    start_of,
)

NEVER_PROPOSED_DAYS = 60
ENDING_DAYS, EXPIRING_DAYS, FLAG_DAYS = 14, 30, 14
LOW_SCORE = 2
TITLE = 80


def answers_overdue(reader: Reader) -> Iterator[Waiting]:
    waiting = matches_of(reader).filter(state__in=sorted(AWAITING_ANSWER))
    return (match_waiting(each) for each in climbed(reader, waiting, ("nudge", "other_channel", "call")))


PLACES = {
    "match": "matches",
    "need": "needs",
    "professional": "professionals",
    "organization": "organizations",
    "bank": "banks",
}
"""Kind of a note's subject → its place in the API."""


def calls_to_make(reader: Reader) -> Iterator[Waiting]:
    """Rungs that ask for a call nobody has made yet, and calls that somebody promised to make again."""
    opened = list(climbed(reader, matches_of(reader).exclude(state__in=sorted(CLOSED_STATES)), ("call",)))
    calls = StaffNote.objects.filter(subject_kind="match", subject_id__in=[each.pk for each in opened], kind="call")
    made = dict(calls.order_by().values_list("subject_id").annotate(Max("created_at")))
    since = waits_since(opened)
    yield from (match_waiting(each) for each in opened if each.pk not in made or made[each.pk] < since[each.pk])
    later = StaffNote.objects.filter(
        subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id"), created_at__gt=OuterRef("created_at")
    )
    due = StaffNote.objects.filter(bank_id__in=banks_of(reader), call_again_on__lte=reader.today).exclude(Exists(later))
    for note in due.exclude(own_notes(reader)).order_by("id"):
        yield Waiting(
            kind="note",
            id=note.pk,
            bank_id=note.bank_id,
            version=note.version,
            title=note.text[:TITLE],
            since=note.created_at,
            due_on=note.call_again_on,
            record=f"{PLACES[note.subject_kind]}/{note.subject_id}",
            match=note.subject_id if note.subject_kind == "match" else None,
            need=note.subject_id if note.subject_kind == "need" else None,
            coordinator=note.author_id,
        )


def registrations(reader: Reader) -> Iterator[Waiting]:
    for kind, row, barred in registrations_to_decide(reader, Q(registration_state=RegistrationState.SUBMITTED)):
        yield registration_waiting(row, kind, row.submitted_at or row.updated_at, barred=barred)


def pending_changes(reader: Reader) -> Iterator[Waiting]:
    """Changes of approved registrations that hold only once somebody has agreed."""
    waiting = Q(registration_state=RegistrationState.APPROVED) & ~Q(pending_changes={})
    for kind, row, barred in registrations_to_decide(reader, waiting):
        yield registration_waiting(row, kind, row.updated_at, barred=barred)


def changed_since_review(reader: Reader) -> Iterator[Waiting]:
    """Approved registrations whose text changed since somebody read it."""
    changed = Q(registration_state=RegistrationState.APPROVED) & ~Q(changed_since_review=[])
    return (registration_waiting(row, kind, row.updated_at) for kind, row in registrations_of(reader, changed))


def needs(reader: Reader) -> Iterator[Waiting]:
    rows = needs_of(reader).filter(state=NeedState.SUBMITTED)
    return (need_waiting(need, need.submitted_at or need.state_since) for need in rows)


def unfinished(reader: Reader) -> Iterator[Waiting]:
    """For whoever typed it in: registrations that were begun for somebody, or came back to be put right."""
    banks = reader.actor.banks_as(HELPERS)
    begun = Q(registration_state__in=[RegistrationState.DRAFT, RegistrationState.CHANGES_REQUESTED])
    typed = Q(entered_by_id=reader.actor.user_id) & Q(entered_by_id__isnull=False)
    for kind, model in KINDS:
        rows = model._default_manager.filter(begun, typed, bank_id__in=banks)
        for row in rows.exclude(own_registrations(reader, kind)).order_by("id"):
            yield registration_waiting(row, kind, row.updated_at)


def approvals(reader: Reader) -> Iterator[Waiting]:
    return (match_waiting(match) for match in matches_of(reader).filter(state=State.AWAITING_APPROVAL))


def countersignatures(reader: Reader) -> Iterator[Waiting]:
    """For bank_admins, and never their own decisions."""
    banks = reader.actor.banks_as(frozenset({Role.BANK_ADMIN}))
    for match in matches_of(reader).filter(bank_id__in=banks, countersign_pending=True):
        yield match_waiting(match, barred=frozenset({match.introduced_by_id} if match.introduced_by_id else ()))
    for kind, row in registrations_of(reader, Q(bank_id__in=banks, countersign_pending=True)):
        yield registration_waiting(row, kind, row.updated_at, barred=deciders(kind, row))


def escalations(reader: Reader) -> Iterator[Waiting]:
    """Approvals that the city itself is late with. For bank_admins."""
    banks = reader.actor.banks_as(frozenset({Role.BANK_ADMIN}))
    late = matches_of(reader).filter(bank_id__in=banks, state=State.AWAITING_APPROVAL)
    return (match_waiting(match, coordinator=None, deputy=None) for match in climbed(reader, late, ("escalate",)))


def starts_to_confirm(reader: Reader) -> Iterator[Waiting]:
    rows = matches_of(reader).filter(state=State.CONTRACTED).prefetch_related("terms")
    return (match_waiting(match, due_on=start_of(match)) for match in rows if start_of(match) <= reader.today)


def evaluations_due(reader: Reader) -> Iterator[Waiting]:
    for match in _ended(reader):
        closes = day_of(match.ended_at) + timedelta(days=match.bank.policy.evaluation_days) if match.ended_at else None
        yield match_waiting(match, since=match.ended_at or match.state_since, due_on=closes)


def _ended(reader: Reader) -> Iterator[Match]:
    """Matches that may be evaluated today and lack a side's evaluation."""
    ended = Q(state=State.COMPLETED) | Q(closed_reason=ClosedReason.TERMINATED)
    given = {
        side: Exists(Evaluation.objects.filter(match=OuterRef("pk"), side=side, voided_at__isnull=True))
        for side in ("professional", "organization")
    }
    for match in matches_of(reader).filter(ended, ended_at__isnull=False).exclude(*given.values()):
        days = timedelta(days=match.bank.policy.evaluation_days)
        if match.ended_at and reader.today <= day_of(match.ended_at) + days:
            yield match


def deadlines(reader: Reader) -> Iterator[Waiting]:
    """Registrations, needs and terms that end soon."""
    soon = reader.today + timedelta(days=EXPIRING_DAYS)
    lasting = Q(registration_state=RegistrationState.APPROVED, valid_until__gte=reader.today, valid_until__lte=soon)
    for kind, row in registrations_of(reader, lasting):
        yield registration_waiting(row, kind, row.updated_at, due_on=row.valid_until)
    near = reader.today + timedelta(days=ENDING_DAYS)
    needs = needs_of(reader).filter(state=NeedState.OPEN, deadline__gte=reader.today, deadline__lte=near)
    yield from (need_waiting(need, need.state_since, due_on=need.deadline) for need in needs)
    for match in matches_of(reader).filter(state__in=sorted(RUNNING)).prefetch_related("terms"):
        agreed = [terms for terms in match.terms.all() if terms.number == match.agreed_terms_version]
        ends = agreed[0].content.get("ends_on") if agreed else None
        if ends and str(reader.today) <= ends <= str(near):
            yield match_waiting(match, due_on=reader.today.fromisoformat(ends))


def red_flags(reader: Reader) -> Iterator[Waiting]:
    """Interrupted and broken off work, and low evaluations that may be read."""
    lately = reader.at - timedelta(days=FLAG_DAYS)
    broken = Q(closed_reason=ClosedReason.TERMINATED, ended_at__gte=lately)
    low = Q(pk__in=_low_scores(reader))
    return (match_waiting(match) for match in matches_of(reader).filter(Q(state=State.SUSPENDED) | broken | low))


def complaints_to_give(reader: Reader) -> Iterator[Waiting]:
    """Complaints without a handler, or with one who is no longer staff. For bank_admins."""
    admin = reader.actor.banks_as(frozenset({Role.BANK_ADMIN}))
    at_work = colleagues(admin, reader.today).filter(bank_id=OuterRef("bank_id"), user_id=OuterRef("handler_id"))
    left = Q(~Exists(at_work), state=ComplaintState.HANDLING)
    return _complaints(reader, Q(Q(state=ComplaintState.RECEIVED) | left, bank_id__in=admin))


def complaints_to_settle(reader: Reader) -> Iterator[Waiting]:
    """Complaints that were given to the reader."""
    return _complaints(reader, Q(handler_id=reader.actor.user_id, state=ComplaintState.HANDLING))


def _complaints(reader: Reader, where: Q) -> Iterator[Waiting]:
    rows = complaints_visible(reader.actor).filter(where, bank_id__in=banks_of(reader))
    for complaint in rows.filter(match__in=matches_of(reader)).order_by("id"):
        yield Waiting(
            kind="complaint",
            id=complaint.pk,
            bank_id=complaint.bank_id,
            version=complaint.version,
            title=complaint.match.reference,
            since=complaint.state_since,
            record=f"complaints/{complaint.pk}",
            match=complaint.match_id,
        )


def _low_scores(reader: Reader) -> list[UUID]:
    """Matches with a low evaluation that was opened lately: until then it is nobody's to read."""
    lately = reader.today - timedelta(days=FLAG_DAYS)
    found: list[UUID] = []
    for bank in Bank.objects.filter(pk__in=banks_of(reader)).order_by("pk"):
        earliest_end = lately - timedelta(days=bank.policy.evaluation_days + 1)
        rows = evaluations_open_on(bank, reader.today).filter(match__ended_at__gte=day_begins(earliest_end))
        rows = rows.select_related("match__bank").order_by("match_id", "id")
        for match_id, evaluations in groupby(rows, key=attrgetter("match_id")):
            given = list(evaluations)
            if min(each.score for each in given) <= LOW_SCORE and evaluations_opened_on(given) >= lately:
                found.append(match_id)
    return found


def never_proposed(reader: Reader) -> Iterator[Waiting]:
    """Professionals who could help and whom nobody was told of for sixty days."""
    since = reader.at - timedelta(days=NEVER_PROPOSED_DAYS)
    silent = Q(last_proposed_at__isnull=True) | Q(last_proposed_at__lt=since)
    opened = Match.objects.filter(professional=OuterRef("pk")).exclude(state__in=sorted(CLOSED_STATES))
    rows = Professional.objects.filter(
        silent,
        bank_id__in=banks_of(reader),
        registration_state=RegistrationState.APPROVED,
        referral_status=ReferralStatus.AVAILABLE,
        approved_at__lt=since,
    ).exclude(Exists(opened))
    for row in rows.exclude(own_registrations(reader, "professional")).order_by("id"):
        yield registration_waiting(row, "professional", row.last_proposed_at or row.approved_at or row.created_at)


def needs_without_candidates(reader: Reader) -> Iterator[Waiting]:
    """Open needs with nobody in sight: no open match, and nobody whom the ranking finds.

    :raises RankingUnavailable: it cannot be told today.
    """
    opened = Match.objects.filter(need=OuterRef("pk")).exclude(state__in=sorted(CLOSED_STATES))
    rows = needs_of(reader).filter(needs_accepting(reader.today), state=NeedState.OPEN).exclude(Exists(opened))
    revisions = {bank_id: revision_current(bank_id) for bank_id in banks_of(reader)} if reader.ranks else {}
    for need in rows:
        if not (reader.ranks and _has_candidates(need, revisions[need.bank_id], reader)):
            yield need_waiting(need, need.opened_at or need.state_since)


_known: Memo[UUID, tuple[int, str, bool]] = Memo(10_000)
"""Need → revision of its bank, day, whether somebody was found: a ranking is not repeated while nothing changed."""


def _has_candidates(need: Need, revision: int, reader: Reader) -> bool:
    now = revision, str(reader.today)
    known = _known.get(need.pk)
    if known is None or known[:2] != now:
        known = (*now, bool(candidates_for_need(need=need, limit=1, at=reader.at).results))
        _known.put(need.pk, known)
    return known[2]

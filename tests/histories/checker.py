"""What must hold after simultaneous calls, whatever their order: the record is replayed, not believed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from talentbank.core.models import Event, IdempotencyRecord
from talentbank.core.verification import verify
from talentbank.matches.models import Match
from talentbank.needs.models import Need
from talentbank.notifications.models import OutboxMessage
from talentbank.professionals.models import HoursReservation
from tests.histories.calls import Answer
from tests.histories.table import INTRODUCING, RUNNING, TAKING, allowed
from tests.histories.world import INTRODUCTIONS_PER_PLACE, World

STATUSES = frozenset({0, 200, 201, 400, 401, 403, 404, 409, 412, 422, 428, 503})
BESIDE = frozenset({"create", "agree-undo"})


def answers_check(answers: Sequence[Answer]) -> Iterator[str]:
    """Hold the answers of one volley against each other and against the events they left.

    No plug was pulled: a 503 here says that somebody waited too long, and then nothing was kept.
    """
    ids = [answer.call.id for answer in answers]
    found: dict[str, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(request_id__in=ids, subject_kind="match").exclude(actor_role="system"):
        found[event.request_id].append(event)
    for answer in answers:
        call, events = answer.call, found[answer.call.id]
        if answer.status not in STATUSES:
            yield f"status {answer.status} of {call.action}: {answer.body[:300]!r}"
        if answer.status == 503 and "retry-after" not in answer.headers:
            yield f"503 without Retry-After of {call.action}"
        if answer.acted and len(events) != 1:
            yield f"{call.id} {call.action} was acknowledged and left {len(events)} events"
        if events and not answer.acted and answer.status:
            yield f"{call.id} {call.action} answered {answer.status} and left {len(events)} events"
        if answer.acted and (call.stale or not call.if_match):
            yield f"{call.id} {call.action} acted on a stale or absent If-Match"
    acted = Counter((answer.call.match, answer.call.if_match) for answer in answers if answer.acted)
    for (match, version), count in acted.items():
        if count > 1:
            yield f"{count} calls acted on version {version} of {match}"
    yield from _keys_check(answers)


def _keys_check(answers: Sequence[Answer]) -> Iterator[str]:
    """One key of one principal acts once; the same body replays, another is 422."""
    groups: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    for answer in answers:
        if answer.call.key and answer.call.principal and answer.status:
            groups[answer.call.principal, answer.call.key].append(answer)
    for (principal, key), group in groups.items():
        bodies = {str(sorted(answer.call.body.items())) for answer in group}
        kept = [answer for answer in group if answer.status in (200, 201, 409, 412) and not answer.in_flight]
        if sum(answer.acted for answer in group) > 1:
            yield f"key {key} of {principal} acted {sum(answer.acted for answer in group)} times"
        if len(bodies) == 1 and any(answer.status == 422 for answer in group):
            yield f"key {key} of {principal}: 422 for the same body"
        first = {(answer.status, answer.body) for answer in kept}
        if len(bodies) == 1 and len({status for status, _ in first}) > 1:
            yield f"key {key} of {principal} answered {sorted(status for status, _ in first)}"


def world_check(world: World) -> Iterator[str]:
    """Replay everything that happened in the bank, in the order of its one sequence, and compare the rows."""
    events = list(Event.objects.filter(bank_id=world.bank.pk, subject_kind="match").order_by("sequence"))
    need_of = dict(Match.objects.filter(bank=world.bank).values_list("pk", "need_id"))
    headcount = dict(Need.objects.filter(bank=world.bank).values_list("pk", "headcount"))
    states: dict[Any, str] = {}
    by_need: dict[Any, Counter[str]] = defaultdict(Counter)
    by_id = {str(event.pk): event for event in events}
    for event in events:
        need = need_of[event.subject_id]
        before = states.get(event.subject_id, "")
        if before and event.from_state != before:
            yield f"{event.subject_id} went on from {event.from_state}, and was {before}"
        counts = by_need[need]
        taken = sum(counts[state] for state in TAKING)
        introducing = sum(counts[state] for state in INTRODUCING)
        free = headcount[need] - taken
        if event.action == "approve" and introducing >= INTRODUCTIONS_PER_PLACE * free:
            yield f"{event.subject_id} was introduced as number {introducing + 1} on {free} free places"
        if event.to_state in TAKING and before not in ("", *TAKING) and free <= 0:
            yield f"{event.subject_id} took a place where none was free"
        if problem := _off_the_table(event, by_id):
            yield problem
        counts[before] -= 1
        counts[event.to_state] += 1
        states[event.subject_id] = event.to_state
    yield from _rows_check(world, states, need_of)
    yield from _outbox_check(events)
    yield from record_check(world)


def record_check(world: World) -> Iterator[str]:
    """What `verify_audit` finds, but for the registrations and needs: factories made them without events."""
    for finding in verify(bank_ids=[world.bank.pk]):
        if not finding.subject.startswith(("professional ", "organization ", "need ")):
            yield str(finding)


def _off_the_table(event: Event, by_id: dict[str, Event]) -> str | None:
    if event.action in BESIDE:
        return None
    if event.action == "undo":
        undone = by_id[event.facts["undoes"]]
        return None if event.to_state == undone.from_state else f"undo of {undone.action} led to {event.to_state}"
    if allowed(event.action, event.from_state, event.actor_role, event.on_behalf_of, event.to_state):
        return None
    return f"{event.actor_role} took {event.action} from {event.from_state} to {event.to_state}"


def _rows_check(world: World, states: dict[Any, str], need_of: dict[Any, Any]) -> Iterator[str]:
    rows = dict(Match.objects.filter(bank=world.bank).values_list("pk", "state"))
    for pk, state in rows.items():
        if states.get(pk) != state:
            yield f"match {pk} is {state}, its record says {states.get(pk)}"
    for need in Need.objects.filter(bank=world.bank):
        counts = Counter(states[match] for match, of in need_of.items() if of == need.pk)
        told = (need.taken, need.introducing, need.running, need.completed)
        groups: Iterable[tuple[str, ...]] = (TAKING, INTRODUCING, RUNNING, ("completed",))
        true = tuple(sum(counts[state] for state in group) for group in groups)
        if told != true:
            yield f"need {need.pk} counts {told}, its matches {true}"
        if need.taken > need.headcount:
            yield f"need {need.pk} took {need.taken} of {need.headcount} places"
    held = HoursReservation.objects.filter(professional__bank=world.bank, released_at__isnull=True)
    running = {pk for pk, state in rows.items() if state in RUNNING}
    if {row.match_id for row in held} != running:
        yield "hours are held for other matches than those that run"


def _outbox_check(events: Sequence[Event]) -> Iterator[str]:
    messages = Counter(OutboxMessage.objects.filter(channel="event").values_list("event_id", flat=True))
    made = [event for event in events if event.action != "create"]
    if wrong := [event.action for event in made if messages[event.pk] != 1]:
        yield f"{len(wrong)} events without exactly one message, such as {wrong[0]}"


def keys_kept_check() -> Iterator[str]:
    """No record of a key without its answer."""
    if unfinished := IdempotencyRecord.objects.filter(status__isnull=True).count():
        yield f"{unfinished} keys are kept without an answer"

"""What may be said of a call when a plug was pulled under it, and the ledger of all calls of a run.

Whoever heard nothing, or 503, knows nothing: the call was kept or it was not. Asked again under its key it is told, and
it acted once in all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from talentbank.core.models import Event, IdempotencyRecord
from tests.histories.calls import Answer, Story
from tests.histories.checker import STATUSES
from tests.histories.world import World

CALLED = {"agree-undo": "undo"}
"""Action on record → the call that it comes of, where the two differ."""


def stories_check(stories: Sequence[Story], *, all_legal: bool = False) -> Iterator[str]:
    """Hold what clients heard against the events that their calls left; copies under one key are one call.

    `all_legal`: each must have been done in the end, for nothing but the plug stood in its way.
    """
    groups: dict[tuple[str, ...], list[Story]] = defaultdict(list)
    for story in stories:
        call = story.call
        shared = (call.principal, call.key, call.path, str(sorted(call.body.items())))
        groups[shared if call.key and call.principal else (call.id,)].append(story)
    left = Counter(_requests(answer.call.id for story in stories for answer in story.heard))
    for group in groups.values():
        yield from _group_check(group, left)
        for story in group:
            yield from _story_check(story, all_legal)


def _group_check(group: Sequence[Story], left: Counter[str]) -> Iterator[str]:
    name = f"{group[0].call.id} {group[0].call.action}"
    heard = [answer for story in group for answer in story.heard]
    done = [answer for answer in heard if answer.done]
    events = sum(left[answer.call.id] for answer in heard)
    if done and events != 1:
        yield f"{name} was acknowledged and left {events} events"
    if not done and events > any(story.last.open for story in group):
        yield f"{name} answered {[answer.status for answer in heard]} and left {events} events"
    if sum(answer.acted for answer in done) > 1:
        yield f"{name} acted {sum(answer.acted for answer in done)} times"
    if len({answer.body for answer in done}) > 1:
        yield f"{name} was told in {len({answer.body for answer in done})} different ways"
    if events and any(story.call.stale or not story.call.if_match for story in group):
        yield f"{name} acted on a stale or absent If-Match"


def _story_check(story: Story, must_be_done: bool) -> Iterator[str]:
    name, heard = f"{story.call.id} {story.call.action}", [answer.status for answer in story.heard]
    if story.call.key and story.last.open:
        yield f"{name} never heard what became of it: {heard}"
    if must_be_done and not story.last.done:
        yield f"{name} was legal and answered {heard}: {story.last.body[:300]!r}"
    for answer in story.heard:
        if answer.status not in STATUSES:
            yield f"status {answer.status} of {name}: {answer.body[:300]!r}"
        if answer.status == 503 and "retry-after" not in answer.headers:
            yield f"503 without Retry-After of {name}"


def left_events(id: str) -> int:
    """How many events the call with this request id left."""
    return len(_requests([id]))


def _requests(ids: Iterable[str]) -> list[str]:
    """The request id of every event that people's calls left, once per event."""
    steps = Event.objects.filter(request_id__in=list(ids), subject_kind="match").exclude(actor_role="system")
    return list(steps.values_list("request_id", flat=True))


@dataclass(slots=True)
class Ledger:
    """What every call of the run was and how it ended, to hold the whole record against it at the end."""

    called: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Request id → match and action."""
    acknowledged: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    keys: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Key → principals who heard that the call under it was done."""

    def enter(self, answers: Iterable[Answer]) -> None:
        for answer in answers:
            call = answer.call
            self.called[call.id] = (call.match, call.action)
            if answer.acted:
                self.acknowledged.add(call.id)
            elif answer.status in (0, 503):
                self.unknown.add(call.id)
            if answer.done and call.key:
                self.keys[call.key].add(call.principal)

    def check(self, world: World) -> Iterator[str]:
        """Yield every acknowledged step that is lost or doubled, and every step that nobody called for."""
        left: Counter[str] = Counter()
        expected = self.acknowledged | self.unknown
        matches = Event.objects.filter(bank_id=world.bank.pk, subject_kind="match").exclude(action="create")
        for event in matches.iterator():
            if event.actor_role == "system":
                continue
            left[event.request_id] += 1
            if self.called.get(event.request_id) != (str(event.subject_id), CALLED.get(event.action, event.action)):
                yield f"{event.action} of {event.subject_id} was called for by nobody"
            elif event.request_id not in expected:
                yield f"{event.action} of {event.subject_id} was refused and stands on record"
        for id in self.acknowledged:
            if left[id] != 1:
                yield f"{id} {self.called[id][1]} was acknowledged, and {left[id]} events are left of it"
        if doubled := [id for id, count in left.items() if count > 1]:
            yield f"{len(doubled)} calls left more than one event, such as {doubled[0]}"
        done = IdempotencyRecord.objects.filter(status__range=(200, 299))
        kept = Counter(done.values_list("key", flat=True))
        for key, principals in self.keys.items():
            if kept[key] != len(principals):
                yield f"key {key} was acknowledged to {len(principals)}, and {kept[key]} answers are kept"

"""A step on record and the message that tells of it: both or neither, held back while the step may be undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from talentbank.core.models import Event
from talentbank.notifications import services
from talentbank.notifications.models import OutboxMessage
from talentbank.notifications.services import outbox_drain
from tests import factories
from tests.factories import AT
from tests.talentbank.matches.steps import move

pytestmark = pytest.mark.django_db


@pytest.fixture
def match(bank):
    return factories.make_match(
        factories.make_need(factories.make_organization(bank)),
        factories.make_professional(bank),
        "awaiting_professional",
    )


@pytest.fixture
def told(monkeypatch):
    topics: list[str] = []
    monkeypatch.setattr(services, "_subscribers", [lambda message, at: topics.append(message.topic)])
    return topics


def messages_of(match):
    events = Event.objects.filter(subject_id=match.pk).exclude(action="create").values("pk")
    return OutboxMessage.objects.filter(channel="event", event_id__in=events).order_by("id")


def test_each_step_leaves_one_message_of_its_own_event(match):
    move(match, "accept", match.professional.user)

    event = Event.objects.get(subject_id=match.pk, action="accept")
    (message,) = messages_of(match)
    assert (message.event_id, message.topic, message.context["to_state"]) == (
        event.pk,
        "match.accept",
        "awaiting_organization",
    )


def test_a_step_that_fails_leaves_neither(match, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("the outbox is full")

    monkeypatch.setattr("talentbank.matches.moves.event_announce", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        move(match, "accept", match.professional.user)

    match.refresh_from_db()
    assert match.state == "awaiting_professional"
    assert not Event.objects.filter(subject_id=match.pk, action="accept").exists() and not messages_of(match).exists()


def test_a_step_is_told_when_its_actor_can_no_longer_undo_it(match, told):
    move(match, "accept", match.professional.user)

    assert outbox_drain(at=AT + timedelta(minutes=9)) == 0
    assert outbox_drain(at=AT + timedelta(minutes=10)) == 1
    assert told == ["match.accept"]


def test_a_step_that_was_undone_in_time_is_never_told(match, told):
    move(match, "accept", match.professional.user)
    move(match, "undo", match.professional.user, at=AT + timedelta(minutes=5))

    outbox_drain(at=AT + timedelta(minutes=20))
    assert told == ["match.undo"]
    assert [message.state for message in messages_of(match)] == ["recalled", "sent"]

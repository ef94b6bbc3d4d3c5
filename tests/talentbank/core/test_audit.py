"""The audit chain: whatever is changed, left out or put in between shows; erased words do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from talentbank.core.actors import Actor, Channel, OnBehalf, Role, Side
from talentbank.core.audit import CHAINED, Step, Subject, event_hash, event_record, text_digest
from talentbank.core.ids import new_id
from talentbank.core.models import AuditHead, Event, EventText
from tests.factories import AT, make_professional

pytestmark = [pytest.mark.django_db, pytest.mark.database]
BANK = UUID("01930000-0000-7000-8000-000000000001")
STEP = Step(
    actor=Actor(user_id=UUID(int=7), client_id="client", request_id="trace"),
    at=AT,
    role=Role.SUPPORT_DESK,
    on_behalf=OnBehalf(Side.PROFESSIONAL, Channel.PHONE, "電話で確認"),
    happened_on=date(2026, 10, 30),
    reason_codes=("timing",),
    note="来月ならよい",
)
OTHER_VALUES = {"at": AT + timedelta(microseconds=1), "happened_on": date(2026, 10, 29), "reason_codes": ["other"]}
OTHER_VALUES |= {"facts": {"guards": []}, "sequence": 9, "position": 9}
OTHER_VALUES |= {name: UUID(int=9) for name in ("id", "bank_id", "subject_id", "actor_id")}


def record(subject: Subject | None = None, step: Step = STEP, **values) -> Event:
    values = {"action": "decline", "from_state": "awaiting", "to_state": "closed", "facts": {"side": "x"}, **values}
    return event_record(subject or Subject("match", new_id(), BANK), step, **values)


def test_a_step_came_by_the_way_in_which_the_person_was_reached():
    assert (STEP.channel, replace(STEP, on_behalf=None).channel) == (Channel.PHONE, Channel.WEB)


def test_an_event_keeps_what_a_step_says_and_nothing_that_anybody_wrote():
    event = record(texts={"report": "公開しました"})

    event.refresh_from_db()
    assert (event.actor_role, event.on_behalf_of, event.channel) == ("support_desk", "professional", "phone")
    assert (event.happened_on, event.reason_codes, event.client_id) == (date(2026, 10, 30), ["timing"], "client")
    assert event.text.content == {"report": "公開しました", "note": "来月ならよい", "evidence_note": "電話で確認"}
    assert event.text_digest == text_digest(event.text.salt, event.text.content)
    stated = " ".join(str(getattr(event, name)) for name in CHAINED)
    assert not any(word in stated for word in ("公開", "来月", "電話"))


@pytest.mark.parametrize("name", CHAINED)
def test_a_change_of_any_stated_field_shows(name):
    event = Event.objects.get(pk=record().pk)
    assert event_hash(event) == event.hash

    setattr(event, name, OTHER_VALUES.get(name, "changed"))

    assert event_hash(event) != event.hash


def test_every_field_of_an_event_but_its_hash_is_chained():
    assert {field.attname for field in Event._meta.concrete_fields} - set(CHAINED) == {"hash"}


def test_events_are_chained_per_subject_and_per_bank():
    one, other = Subject("match", new_id(), BANK), Subject("need", new_id(), BANK)
    first, second, third = record(one), record(other), record(one)

    assert [(event.sequence, event.position) for event in (first, second, third)] == [(1, 1), (2, 1), (3, 2)]
    assert [event.previous_hash for event in (first, second, third)] == ["", "", first.hash]
    assert [event.bank_previous_hash for event in (first, second, third)] == ["", first.hash, second.hash]
    head = AuditHead.objects.get(bank_id=BANK)
    assert (head.sequence, head.hash) == (3, third.hash)


def test_a_step_that_waited_for_another_is_not_dated_before_it():
    subject = Subject("match", new_id(), BANK)
    first, later = record(subject), AT + timedelta(seconds=1)
    waited = record(subject, replace(STEP, at=AT - timedelta(milliseconds=300)))
    assert (waited.at, waited.happened_on) == (first.at, STEP.happened_on)
    assert record(subject, replace(STEP, at=later)).at == later
    assert record(step=replace(STEP, at=AT - timedelta(days=1))).at < AT


def test_a_version_is_never_older_than_the_one_before(bank):
    row = make_professional(bank)
    before = row.updated_at
    row.save_step(at=before - timedelta(seconds=1))
    assert (row.version, row.updated_at) == (2, before)
    row.save_step(at=before + timedelta(seconds=1))
    assert row.updated_at == before + timedelta(seconds=1)


def test_banks_do_not_share_a_chain():
    record()

    assert record(Subject("match", new_id(), UUID(int=2))).sequence == 1


def test_an_event_cut_out_leaves_a_gap_in_both_chains():
    subject = Subject("match", new_id(), BANK)
    _, middle, last = record(subject), record(subject), record(subject)
    Event.objects.filter(pk=middle.pk).delete()

    before = Event.objects.filter(sequence__lt=last.sequence).latest("sequence")

    assert last.bank_previous_hash != before.hash and last.previous_hash != before.hash
    assert last.sequence - before.sequence == 2


def test_erased_words_break_no_chain_and_changed_words_show():
    event = record()
    EventText.objects.filter(event=event).update(content={"note": "都合がよい"})
    changed = EventText.objects.get(event=event)
    assert text_digest(changed.salt, changed.content) != event.text_digest

    changed.delete()

    assert event_hash(Event.objects.get(pk=event.pk)) == event.hash


def test_the_same_words_give_another_digest_each_time():
    assert record().text_digest != record().text_digest


def test_a_step_without_words_has_no_digest():
    event = record(step=replace(STEP, on_behalf=None, note=""))

    assert event.text_digest == "" and not EventText.objects.exists()

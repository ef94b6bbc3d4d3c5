"""Whatever is done to the record behind its back is found; an honest record, erased words included, is not accused."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from talentbank.core.audit import CHAINED, event_hash
from talentbank.core.models import AuditHead, Event, EventText
from talentbank.core.verification import verify
from talentbank.matches.models import Match
from tests import factories
from tests.talentbank.core.test_audit import OTHER_VALUES
from tests.talentbank.matches.steps import move

pytestmark = [pytest.mark.django_db, pytest.mark.database]
KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def history(bank, need, professional, owner, coordinator, settings):
    """Two matches with a dozen steps, written by the services; registrations made by hand are no part of it."""
    settings.AUDIT_SIGNING_KEY_B64 = KEY
    for pro in (professional, factories.make_professional(bank)):
        match = factories.make_match(need, pro, "prospect")
        move(match, "propose", coordinator, note="よろしくお願いします")
        move(match, "accept", pro.user)
        move(match, "decline", owner, note="時期を改めます")
        move(match, "undo", owner)
    return bank


@pytest.fixture(autouse=True)
def only_matches(monkeypatch):
    """Factories make registrations and needs without events; the rows compared here are the matches."""
    from talentbank.core import verification

    monkeypatch.setattr(verification, "_audited", [each for each in verification._audited if each.kind == "match"])


def findings(heads=()) -> list[str]:
    return [finding.what for finding in verify(heads=heads)]


def exported(tmp_path, name: str = "heads.jsonl"):
    path = tmp_path / name
    call_command("export_audit_head", out=path)
    return path


def verified(*files) -> str:
    out = StringIO()
    call_command("verify_audit", heads=list(files), stdout=out)
    return out.getvalue()


def rehash(events) -> None:
    """Do what a careful forger would: hash every event anew from the first changed one on, and the kept head."""
    bank_hash, hashes = "", {}
    for event in events:
        event.bank_previous_hash = bank_hash
        event.previous_hash = hashes.get(event.subject_id, "")
        event.hash = event_hash(event)
        event.save()
        bank_hash = hashes[event.subject_id] = event.hash
    AuditHead.objects.update(sequence=event.sequence, hash=bank_hash)


def test_an_honest_record_is_as_it_was_written(history, tmp_path):
    assert findings() == []
    assert "as it was written" in verified(exported(tmp_path))


def test_erased_words_are_no_finding(history, tmp_path):
    heads = exported(tmp_path)
    assert EventText.objects.all().delete()[0] > 0

    assert "as it was written" in verified(heads)


@pytest.mark.parametrize("name", CHAINED)
def test_an_edited_field_is_found(history, name):
    event = Event.objects.order_by("sequence")[4]
    value = {**OTHER_VALUES, "sequence": 9_999, "position": 9_999}.get(name, "other")
    Event.objects.filter(pk=event.pk).update(**{name: value})

    with pytest.raises(CommandError, match="findings"):
        verified()


def all_but(keep: Callable[[int, int], bool]) -> None:
    events = list(Event.objects.order_by("sequence"))
    Event.objects.filter(pk__in=[e.pk for n, e in enumerate(events) if not keep(n, len(events))]).delete()


def cover_up() -> None:
    """Set the kept head and the rows to what is left of the chain."""
    for match in Match.objects.all():
        left = Event.objects.filter(subject_id=match.pk).order_by("-position").first()
        if left is None:
            match.delete()
            continue
        reason = "declined" if left.to_state == "closed" else ""
        Match.objects.filter(pk=match.pk).update(state=left.to_state, closed_reason=reason)
    last = Event.objects.order_by("-sequence").first()
    AuditHead.objects.update(sequence=last.sequence if last else 0, hash=last.hash if last else "")


def swap(one: str) -> None:
    first, second = Event.objects.order_by("sequence")[3:5]
    values = getattr(first, one), getattr(second, one)
    Event.objects.filter(pk=first.pk).update(**{one: 10_000})
    Event.objects.filter(pk=second.pk).update(**{one: values[0]})
    Event.objects.filter(pk=first.pk).update(**{one: values[1]})


TAMPERINGS = {
    "a row deleted": lambda: all_but(lambda n, _: n != 5),
    "the first row deleted": lambda: all_but(lambda n, _: n != 0),
    "the last row deleted": lambda: all_but(lambda n, count: n != count - 1),
    "half of it cut off": lambda: all_but(lambda n, count: n < count // 2),
    "the table emptied": lambda: all_but(lambda n, _: False),
    "two rows swapped": lambda: swap("sequence"),
    "two positions swapped": lambda: swap("position"),
    "words edited": lambda: EventText.objects.update(content={"note": "別の言葉"}),
    "a hash edited": lambda: Event.objects.filter(sequence=3).update(hash="0" * 64),
    "the head forgotten": lambda: AuditHead.objects.all().delete(),
    "a state edited": lambda: Match.objects.filter(state="awaiting_organization").update(state="introduced"),
    "a match deleted": lambda: Match.objects.order_by("id").first().delete(),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_is_done_behind_its_back_is_found(history, name):
    TAMPERINGS[name]()

    with pytest.raises(CommandError, match="findings"):
        verified()


@pytest.mark.parametrize("name", ["the last row deleted", "half of it cut off", "the table emptied"])
def test_a_shortened_chain_is_found_by_an_exported_head_even_when_its_own_head_was_set_back(history, tmp_path, name):
    heads = exported(tmp_path)
    TAMPERINGS[name]()
    cover_up()
    assert findings() == []

    with pytest.raises(CommandError, match="findings"):
        verified(heads)


def test_a_record_that_is_gone_with_all_its_traces_is_missed_by_an_exported_head(history, tmp_path):
    heads = exported(tmp_path)
    for model in (EventText, Event, AuditHead, Match):
        model.objects.all().delete()
    assert findings() == []

    with pytest.raises(CommandError, match="findings"):
        verified(heads)


def edited(events: list[Event]) -> list[Event]:
    events[2].actor_role = "bank_admin"
    return events


def without_one(events: list[Event]) -> list[Event]:
    """One undo taken out, and everything after it numbered anew."""
    gone = events.pop(4)
    gone.delete()
    for event in events[4:]:
        event.sequence -= 1
        event.position -= event.subject_id == gone.subject_id
    return events


def swapped(events: list[Event]) -> list[Event]:
    """Two events of different matches, each in the other's place."""
    one, other = 4, 5
    assert events[one].subject_id != events[other].subject_id
    events[one], events[other] = events[other], events[one]
    first = events[other].sequence
    Event.objects.filter(pk=events[other].pk).update(sequence=10_000)
    events[one].sequence, events[other].sequence = first, events[one].sequence
    return events


def with_another_end(events: list[Event]) -> list[Event]:
    events[-1].request_id = "another"
    return events


@pytest.mark.parametrize("forge", [edited, without_one, swapped, with_another_end])
def test_a_chain_hashed_anew_agrees_with_itself_and_not_with_an_exported_head(history, tmp_path, forge):
    heads = exported(tmp_path)
    rehash(forge(list(Event.objects.order_by("sequence"))))
    cover_up()
    assert findings() == []

    with pytest.raises(CommandError, match="findings"):
        verified(heads)


def test_a_step_after_the_export_is_no_finding(history, tmp_path, coordinator):
    heads = exported(tmp_path)
    move(Match.objects.order_by("id").first(), "cancel", coordinator)

    assert "1 exported heads" in verified(heads)


def test_an_exported_head_that_was_changed_is_refused(history, tmp_path):
    path = exported(tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_text()), "sequence": 1}) + "\n")

    with pytest.raises(CommandError, match="line 1"):
        verified(path)


def test_heads_of_another_key_are_refused(history, tmp_path, settings):
    path = exported(tmp_path)
    settings.AUDIT_SIGNING_KEY_B64 = base64.b64encode(bytes(32)).decode()

    with pytest.raises(CommandError, match="InvalidSignature"):
        verified(path)


def test_the_published_key_checks_what_the_private_one_signed(history, tmp_path, settings):
    path, out = exported(tmp_path), StringIO()
    call_command("export_audit_head", public_key=True, stdout=out)
    settings.AUDIT_SIGNING_KEY_B64 = ""

    result = StringIO()
    call_command("verify_audit", heads=[path], public_key=out.getvalue().strip(), stdout=result)
    assert "as it was written" in result.getvalue()


@pytest.mark.parametrize("key", ["", "nonsense", base64.b64encode(bytes(31)).decode()])
def test_without_a_key_nothing_is_exported(history, settings, key):
    settings.AUDIT_SIGNING_KEY_B64 = key

    with pytest.raises(CommandError, match="AUDIT_SIGNING_KEY_B64"):
        call_command("export_audit_head")

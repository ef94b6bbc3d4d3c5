"""What follows a step: places, hours, cascades, undo, contacts, and the chain of events."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talentbank.core.audit import event_hash
from talentbank.core.errors import NotFound
from talentbank.core.models import Event
from talentbank.matches.contacts import ContactsClosed, DisclosureWithdrawn, contacts_read
from talentbank.matches.selectors import matches_visible
from talentbank.matches.timers import matches_tick
from talentbank.needs.models import Need
from talentbank.privacy.models import Consent, Disclosure
from talentbank.professionals.models import HoursReservation
from tests import factories
from tests.factories import AT, TODAY
from tests.talentbank.matches.steps import move, refusal_codes


@pytest.fixture
def contracted(need, professional, owner):
    """A match that both sides have just confirmed, on a need of one place with two rivals."""
    match = factories.make_match(need, professional, "negotiating")
    factories.make_terms(match)
    move(match, "confirm", owner)
    return match


def confirm_second(match, professional):
    return move(match, "confirm", professional.user)


def test_the_second_confirmation_makes_the_contract_and_fills_the_need(contracted, need, professional, bank):
    rival = factories.make_match(need, factories.make_professional(bank), "awaiting_organization")

    made = confirm_second(contracted, professional)

    need.refresh_from_db()
    rival.refresh_from_db()
    assert (made.state, made.made_on, made.agreed_terms_version) == ("contracted", TODAY, 1)
    assert (need.state, need.taken, need.running) == ("in_progress", 1, 1)
    assert (rival.state, rival.closed_reason, rival.keep_as_reserve) == ("closed", "filled", True)
    assert HoursReservation.objects.get(match_id=made.pk, released_at=None).hours_per_week == 4


def test_undoing_a_contract_needs_both_sides_and_reopens_what_the_fill_closed(
    contracted, need, professional, owner, bank, coordinator
):
    rival = factories.make_match(need, factories.make_professional(bank), "awaiting_organization")
    confirm_second(contracted, professional)
    assert refusal_codes(contracted, "undo", coordinator) == ["both_sides_must_agree"]

    waiting = move(contracted, "undo", professional.user)
    assert waiting.state == "contracted"
    undone = move(contracted, "undo", owner)

    need.refresh_from_db()
    rival.refresh_from_db()
    assert (undone.state, undone.made_on) == ("negotiating", None)
    assert (rival.state, rival.closed_reason) == ("awaiting_organization", "")
    assert (need.state, need.taken) == ("open", 0)
    assert not HoursReservation.objects.filter(match_id=contracted.pk, released_at=None).exists()


def test_an_undo_seeks_what_it_brings_back_among_later_cascades_alone(need, professional):
    match = factories.make_match(need, professional, "awaiting_professional")
    move(match, "decline", professional.user)

    with CaptureQueriesContext(connection) as queries:
        move(match, "undo", professional.user)

    (sought,) = [each["sql"] for each in queries if "cause" in each["sql"] and each["sql"].startswith("SELECT")]
    assert '"core_event"."id" >' in sought and "'cascade'" in sought


def test_from_contracted_on_nothing_closes_by_itself(need, professional, coordinator, bank):
    match = factories.make_match(need, professional, "active")
    from talentbank.core.actors import SYSTEM
    from talentbank.core.audit import Step
    from talentbank.registrations.dependents import dependents_ended

    dependents_ended("professional", professional.pk, cause="suspended", step=Step(actor=SYSTEM, at=AT))

    match.refresh_from_db()
    assert match.state == "active"


def test_the_same_actor_undoes_within_ten_minutes_and_a_side_no_later(need, professional):
    match = factories.make_match(need, professional, "awaiting_professional")
    move(match, "decline", professional.user)
    assert refusal_codes(match, "undo", professional.user, at=AT + timedelta(minutes=11)) == ["undo_too_late"]

    undone = move(match, "undo", professional.user, at=AT + timedelta(minutes=10))

    assert (undone.state, undone.closed_reason, undone.professional_answer) == ("awaiting_professional", "", "asked")


def test_the_step_of_another_is_not_too_late_but_not_ones_own_to_undo(need, professional, owner, coordinator):
    match = factories.make_match(need, professional, "awaiting_professional", organization_answer="yes")
    move(match, "accept", professional.user)

    assert refusal_codes(match, "undo", owner) == ["undo_not_own"]
    assert refusal_codes(match, "undo", owner, at=AT + timedelta(days=40)) == ["undo_not_own"]
    assert move(match, "undo", coordinator).state == "awaiting_professional"


def test_a_coordinator_undoes_within_thirty_days_with_a_reason(need, professional, coordinator):
    match = factories.make_match(need, professional, "awaiting_professional")
    move(match, "decline", professional.user)
    later = AT + timedelta(days=29)
    assert refusal_codes(match, "undo", coordinator, at=later, reason_codes=()) == ["undo_needs_reason"]

    assert move(match, "undo", coordinator, at=later).state == "awaiting_professional"


def test_undoing_an_approval_ends_disclosure_and_keeps_the_log(need, professional, coordinator, owner):
    match = factories.make_match(need, professional, "awaiting_approval")
    factories.decide_conflict(match)
    move(match, "approve", coordinator)
    contacts_read(match_id=match.pk, actor=factories.actor(owner), at=AT)
    move(match, "undo", coordinator)

    with pytest.raises(ContactsClosed):
        contacts_read(match_id=match.pk, actor=factories.actor(owner), at=AT)

    assert Disclosure.objects.filter(match_id=match.pk).count() == 1


def test_contacts_open_with_the_introduction_and_close_ninety_days_after_the_end(need, professional, owner):
    match = factories.make_match(need, professional, "active")
    read = contacts_read(match_id=match.pk, actor=factories.actor(owner), at=AT)
    assert read["professional"]["phone"] == professional.phone and "organization" not in read
    move(match, "complete", owner)

    contacts_read(match_id=match.pk, actor=factories.actor(owner), at=AT + timedelta(days=89))
    with pytest.raises(ContactsClosed):
        contacts_read(match_id=match.pk, actor=factories.actor(owner), at=AT + timedelta(days=90))

    logged = Disclosure.objects.filter(subject_id=professional.pk, reader_id=owner.pk)
    assert logged.count() == 2 and "phone" in logged[0].fields and logged[0].consent_ids


def test_a_withdrawn_consent_closes_the_contacts(need, professional, owner):
    match = factories.make_match(need, professional, "active")
    Consent.objects.filter(subject_id=professional.pk, text_kind="disclosure").update(withdrawn_at=AT)
    with pytest.raises(DisclosureWithdrawn):
        contacts_read(match_id=match.pk, actor=factories.actor(owner), at=AT)
    assert not Disclosure.objects.exists()


def test_contacts_are_closed_before_the_introduction(need, professional, owner):
    match = factories.make_match(need, professional, "awaiting_organization")
    with pytest.raises(ContactsClosed):
        contacts_read(match_id=match.pk, actor=factories.actor(owner), at=AT)


@pytest.mark.parametrize(
    ("state", "professional_sees", "owner_sees"),
    [("prospect", 0, 0), ("awaiting_professional", 1, 0), ("awaiting_organization", 1, 1), ("introduced", 1, 1)],
)
def test_each_side_sees_the_match_once_it_was_asked(need, professional, owner, state, professional_sees, owner_sees):
    match = factories.make_match(need, professional, state)
    assert matches_visible(factories.actor(professional.user)).count() == professional_sees
    assert matches_visible(factories.actor(owner)).count() == owner_sees
    if not owner_sees:
        with pytest.raises(NotFound):
            move(match, "withdraw", owner)


def test_tick_resumes_at_the_date_and_closes_what_nobody_answered_once(need, professional, bank):
    asleep = factories.make_match(need, professional, "postponed", postponed_until=TODAY, due_on=TODAY)
    silent = factories.make_match(
        need, factories.make_professional(bank), "awaiting_professional", due_on=TODAY - timedelta(days=1)
    )

    assert matches_tick(at=AT) == {"resumed": 1, "expired": 1}
    assert matches_tick(at=AT) == {"resumed": 0, "expired": 0}

    asleep.refresh_from_db()
    silent.refresh_from_db()
    assert (asleep.state, silent.state) == ("awaiting_professional", "closed")


def test_every_step_is_one_event_chained_to_the_last(need, professional, owner, coordinator):
    match = factories.make_match(need, professional, "prospect")
    factories.decide_conflict(match)
    move(match, "propose", coordinator)
    move(match, "accept", professional.user)
    move(match, "accept", owner)
    move(match, "approve", coordinator)

    events = list(Event.objects.filter(subject_id=match.pk).order_by("position"))

    assert [event.action for event in events] == ["create", "propose", "accept", "accept", "approve"]
    assert [event.previous_hash for event in events[1:]] == [event.hash for event in events[:-1]]
    assert all(event.hash == event_hash(Event.objects.get(pk=event.pk)) for event in events)
    assert len(events[-1].facts["consents"]) == 10


def test_free_text_never_enters_the_event_itself(need, professional):
    match = factories.make_match(need, professional, "awaiting_professional")
    move(match, "decline", professional.user, note="妻の介護のため")
    event = Event.objects.get(subject_id=match.pk, action="decline")
    assert "介護" not in str([getattr(event, field.name) for field in Event._meta.fields])
    assert event.text.content == {"note": "妻の介護のため"} and event.text_digest


def test_completing_all_places_fulfills_the_need_and_undoing_it_goes_back(need, professional, owner):
    match = factories.make_match(need, professional, "active")
    move(match, "complete", owner)
    assert Need.objects.get(pk=need.pk).state == "fulfilled"

    move(match, "undo", owner)
    move(match, "undo", professional.user)

    assert Need.objects.get(pk=need.pk).state == "in_progress"

"""Which rows a step holds while it decides, seen from a second connection. PostgreSQL: SQLite writes one at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from talentbank.core.audit import Step
from talentbank.core.errors import ActionRefused, InvalidInput, StaleVersion
from talentbank.core.models import AuditHead, Event, lock
from talentbank.core.revision import revision_bump
from talentbank.matches.assignments import assign
from talentbank.matches.bulk import Batch, Proposal, matches_propose
from talentbank.matches.evaluations import evaluation_give
from talentbank.matches.locks import lock_all, lock_dependents, lock_match, lock_pair
from talentbank.matches.models import Match
from talentbank.matches.services import conflict_decide, match_create, match_transition
from talentbank.matches.states import Origin
from talentbank.matches.timers import matches_tick
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.privacy.models import Consent
from talentbank.professionals.models import Professional
from tests import factories
from tests.factories import AT
from tests.talentbank.matches.steps import move
from tests.talentbank.registrations import steps as registrations

pytestmark = [
    pytest.mark.database,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no row locks: a writer has the database"),
]


def elsewhere(call: Callable[[], object]) -> object:
    """Run a call on a connection of its own and return its answer or its error."""
    found: list[object] = []

    def run() -> None:
        try:
            found.append(call())
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    return found[0]


def is_held(model, pk) -> bool:
    def take() -> None:
        with transaction.atomic():
            model.objects.select_for_update(nowait=True, of=("self",)).get(pk=pk)

    return isinstance(elsewhere(take), OperationalError)


@pytest.fixture
def match(need, professional):
    return factories.make_match(need, professional, "negotiating")


def test_a_step_holds_both_sides_the_need_and_the_match(match, need, professional):
    rows = [(Organization, need.organization_id), (Need, need.pk), (Professional, professional.pk), (Match, match.pk)]
    assert [is_held(*row) for row in rows] == [False] * 4

    with transaction.atomic():
        lock_match(match.pk, Step(actor=factories.actor(professional.user), at=AT), whole_need=False)
        assert [is_held(*row) for row in rows] == [True] * 4


def test_what_may_fill_a_need_holds_its_rivals_too(match, need, professional, bank):
    rival = factories.make_match(need, factories.make_professional(bank), "introduced")

    with transaction.atomic():
        lock_match(match.pk, Step(actor=factories.actor(professional.user), at=AT), whole_need=True)
        assert is_held(Match, rival.pk) and is_held(Professional, rival.professional_id)


def test_a_creation_holds_the_need_and_the_professional(need, professional):
    with transaction.atomic():
        lock_pair(need_id=need.pk, professional_id=professional.pk)
        assert is_held(Need, need.pk) and is_held(Professional, professional.pk)


def test_a_step_holds_the_end_of_the_chain_until_it_is_kept(need, professional, bank):
    match = factories.make_match(need, professional, "awaiting_professional")

    with transaction.atomic():
        move(match, "accept", professional.user)
        assert is_held(AuditHead, bank.pk)


def wait_for_a_waiter(found: list[object]) -> None:
    """Return once another connection waits for a lock of ours."""
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.05)")
    raise AssertionError(f"nobody waits: {found}")


def while_held(
    match, first: Callable[[], object], second: Callable[[], object], then: Callable[[], object] = lambda: None
) -> object:
    """Run `second` elsewhere while `first` is not yet committed; return its answer or its error.

    `then` follows `first`, once `second` waits for it.
    """
    found: list[object] = []

    def run() -> None:
        try:
            found.append(second())
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        first()
        thread.start()
        wait_for_a_waiter(found)
        then()
    thread.join(20)
    return found[0]


def test_the_state_is_read_again_after_the_lock(need, professional, coordinator):
    match = factories.make_match(need, professional, "awaiting_professional")
    step = Step(actor=factories.actor(coordinator), at=AT, reason_codes=("other",))
    version = match.version

    answer = while_held(
        match,
        lambda: move(match, "accept", professional.user),
        lambda: match_transition(match_id=match.pk, action="cancel", step=step, expected_version=version),
    )

    assert isinstance(answer, StaleVersion)
    match.refresh_from_db()
    assert match.state == "awaiting_organization"


def test_a_fresh_answer_beats_the_expiry_that_waited_for_it(need, professional):
    match = factories.make_match(need, professional, "awaiting_professional", due_on=AT.date() - timedelta(days=1))

    counts = while_held(match, lambda: move(match, "accept", professional.user), lambda: matches_tick(at=AT))

    match.refresh_from_db()
    assert match.state == "awaiting_organization" and counts["expired"] == 0  # type: ignore[index]
    assert not Event.objects.filter(subject_id=match.pk, action="expire").exists()


def test_two_confirmations_at_once_take_one_place(need, bank, owner):
    """Both second confirmations pass all guards but one: the place, counted under the lock of the need."""
    rivals = [factories.make_match(need, factories.make_professional(bank), "negotiating") for _ in range(2)]
    for rival in rivals:
        factories.make_terms(rival)
        move(rival, "confirm", owner)
    one, two = rivals

    answer = while_held(
        one,
        lambda: move(one, "confirm", one.professional.user),
        lambda: move(two, "confirm", two.professional.user),
    )

    assert isinstance(answer, ActionRefused | StaleVersion)
    need.refresh_from_db()
    assert need.taken == 1


def held_by(bank, organization):
    """A professional whose registration an organization holds."""
    return factories.make_professional(bank, user=None, organization=organization, holder_kind="organization")


def test_who_holds_the_professional_cannot_end_meanwhile(need, bank):
    holder = factories.make_organization(bank)
    professional = held_by(bank, holder)
    match = factories.make_match(need, professional, "negotiating")
    step = Step(actor=factories.actor(factories.owner_of(holder)), at=AT)

    with transaction.atomic():
        lock_match(match.pk, step, whole_need=False)
        assert is_held(Organization, holder.pk)
    with transaction.atomic():
        lock_pair(need_id=need.pk, professional_id=professional.pk)
        assert is_held(Organization, holder.pk)
    with transaction.atomic():
        lock_all(matches=[], pairs=[(need.pk, professional.pk)])
        assert is_held(Organization, holder.pk)


def test_an_end_locks_what_came_back_while_it_waited(need, professional):
    match = factories.make_match(need, professional, "closed", closed_reason="declined")

    def end() -> bool:
        with transaction.atomic():
            lock_dependents("professional", professional.pk)
            return is_held(Need, need.pk) and is_held(Match, match.pk)

    def back() -> None:
        lock_match(match.pk, Step(actor=factories.actor(professional.user), at=AT), whole_need=False)
        Match.objects.filter(pk=match.pk).update(state="introduced", closed_reason="")

    assert while_held(match, back, end) is True


def test_an_end_locks_the_need_that_was_drafted_while_it_waited(organization):
    def end() -> bool:
        with transaction.atomic():
            lock_dependents("organization", organization.pk)
            return is_held(Need, Need.objects.get().pk)

    def draft() -> None:
        lock(Organization, organization.pk)
        factories.make_need(organization)

    assert while_held(None, draft, end) is True


def test_the_end_of_who_seeks_and_gives_help_and_a_step_do_not_wait_for_each_other(bank, coordinator):
    """Both want two organizations: whoever comes second holds nothing until the first is done."""
    one, both = factories.make_organization(bank), factories.make_organization(bank)
    factories.make_need(both)
    match = factories.make_match(factories.make_need(one), held_by(bank, both), "awaiting_professional")

    ended = while_held(
        match,
        lambda: lock(Organization, one.pk),
        lambda: registrations.move(both, "suspend", coordinator),
        then=lambda: lock_match(match.pk, Step(actor=factories.actor(coordinator), at=AT), whole_need=False),
    )

    assert isinstance(ended, Organization)
    match.refresh_from_db()
    assert (match.state, match.closed_reason) == ("closed", "party_unavailable")


def test_a_consent_is_not_withdrawn_while_somebody_applies(need, professional):
    consent = Consent.objects.filter(subject_id=professional.pk, text_kind="disclosure").get()
    step = Step(actor=factories.actor(professional.user), at=AT)

    with transaction.atomic():
        match_create(need_id=need.pk, professional_id=professional.pk, origin=Origin.APPLY, step=step)
        assert is_held(Consent, consent.pk)


def test_a_consent_is_not_withdrawn_while_an_introduction_is_approved(need, professional, coordinator):
    match = factories.make_match(need, professional, "awaiting_approval")
    conflict_decide(match_id=match.pk, outcome="none", reason="", step=Step(actor=factories.actor(coordinator), at=AT))
    consent = Consent.objects.filter(subject_id=professional.pk, text_kind="disclosure").get()

    with transaction.atomic():
        move(match, "approve", coordinator)
        assert is_held(Consent, consent.pk)


def test_many_openings_hold_all_their_consents_before_the_first_one_counts(bank, organization, coordinator):
    """Who withdraws a consent holds it, and then counts a revision."""
    needs, people = [factories.make_need(organization) for _ in "12"], [factories.make_professional(bank) for _ in "12"]
    items = [Proposal(need_id=need.pk, professional_id=one.pk) for need, one in zip(needs, people, strict=True)]
    consent = Consent.objects.filter(subject_id=items[1].professional_id, text_kind="disclosure").get()
    step = Step(actor=factories.actor(coordinator), at=AT)

    batch = while_held(
        None,
        lambda: lock(Consent, consent.pk),
        lambda: matches_propose(items=items, ask_first=None, step=step),
        then=lambda: revision_bump(bank.pk),
    )

    assert isinstance(batch, Batch) and [result.error for result in batch.results] == [None, None]


@pytest.mark.parametrize("named", [False, True])
def test_what_closed_while_a_handover_waited_is_not_handed_over(need, professional, bank, coordinator, named):
    match = factories.make_match(need, professional, "awaiting_professional", coordinator_id=coordinator.pk)
    colleague = factories.make_staff(bank)
    chosen = {"matches": [match.pk] if named else [], "needs": [], "from_user": None if named else coordinator.pk}
    step = Step(actor=factories.actor(coordinator), at=AT)

    answer = while_held(
        match,
        lambda: move(match, "decline", professional.user),
        lambda: assign(bank_id=bank.pk, to_user=colleague.pk, deputy=None, **chosen, dry_run=False, step=step),
    )

    assert isinstance(answer, InvalidInput) if named else answer == ([], [])
    match.refresh_from_db()
    assert match.coordinator_id == coordinator.pk and not Event.objects.filter(action="assign").exists()


def test_an_evaluation_counts_its_revision_before_the_record(need, professional, owner):
    match = factories.make_match(need, professional, "completed", ended_at=AT, hours_worked=10.0)
    fields = {"score": 4, "would_repeat": True, "outcome": "reached", "comment": ""}

    with CaptureQueriesContext(connection) as queries:
        evaluation_give(match_id=match.pk, fields=fields, step=Step(actor=factories.actor(owner), at=AT))

    tables = [table for each in queries for table in ("core_revision", "core_audithead") if table in each["sql"]]
    assert tables.index("core_revision") < tables.index("core_audithead")

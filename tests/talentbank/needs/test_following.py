"""What a need does by itself: it follows its matches, its organization and the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from talentbank.banks.models import Bank
from talentbank.core.actors import SYSTEM
from talentbank.core.audit import Step
from talentbank.core.models import Event
from talentbank.needs.dependents import NeedDependents
from talentbank.needs.models import Need
from talentbank.needs.selectors import need_accepts
from talentbank.needs.services import need_follow_matches
from talentbank.needs.timers import needs_tick
from talentbank.organizations.models import Organization
from talentbank.registrations import dependents
from tests import factories
from tests.factories import AT, TODAY
from tests.talentbank.needs.conftest import actions_of

pytestmark = pytest.mark.database
STEP = Step(actor=SYSTEM, at=AT)


def follow(need: Need, *, taken: int = 0, introducing: int = 0, running: int = 0, completed: int = 0) -> Need:
    need_follow_matches(
        need=need,
        taken=taken,
        introducing=introducing,
        running=running,
        completed=completed,
        evaluated=0,
        step=STEP,
    )
    need.refresh_from_db()
    return need


def test_an_introduction_changes_the_counts_and_nothing_else(organization: Organization) -> None:
    need = follow(factories.make_need(organization), introducing=2)

    assert (need.introducing, need.state, need.version, actions_of(need)) == (2, "open", 1, [])
    assert need.revision == 1


def test_a_need_is_in_progress_from_the_first_contract_until_nothing_runs(organization: Organization) -> None:
    need = follow(factories.make_need(organization, headcount=2), taken=1, running=1)
    assert (need.state, need.places_free) == ("in_progress", 1)

    need = follow(need)
    assert (need.state, actions_of(need)) == ("open", ["start-progress", "back-to-open"])


def test_a_need_goes_back_to_open_when_part_of_it_is_completed(organization: Organization) -> None:
    need = factories.make_need(organization, state="in_progress", headcount=2, taken=1, running=1)

    assert follow(need, taken=1, completed=1).state == "open"


@pytest.mark.parametrize("state", ["in_progress", "on_hold"])
def test_a_need_is_fulfilled_when_every_place_is_completed(organization: Organization, state: str) -> None:
    need = factories.make_need(organization, state=state, taken=1, running=1)

    assert follow(need, taken=1, completed=1).state == "fulfilled"


@pytest.mark.parametrize("state", ["fulfilled", "closed"])
def test_a_need_runs_again_when_a_completion_is_undone(organization: Organization, state: str) -> None:
    need = factories.make_need(organization, state=state, taken=1, completed=1)

    assert follow(need, taken=1, running=1).state == "in_progress"
    assert actions_of(need) == ["unfulfill"]


def test_a_need_on_hold_stays_there_while_its_matches_move(organization: Organization) -> None:
    need = factories.make_need(organization, state="on_hold", headcount=2, taken=1, running=1)

    assert follow(need).state == "on_hold"


def test_the_same_counts_again_are_no_change(organization: Organization) -> None:
    need = follow(factories.make_need(organization))

    assert (need.revision, actions_of(need)) == (0, [])


def test_the_systems_events_name_nobody(organization: Organization) -> None:
    need = follow(factories.make_need(organization), taken=1, running=1)

    event = Event.objects.get(subject_id=need.pk)
    assert (event.actor_id, event.actor_role, event.facts["running"]) == (None, "system", 1)


def ended(organization: Organization, cause: str) -> None:
    NeedDependents().prepare("organization", organization.pk)
    NeedDependents().ended("organization", organization.pk, cause=cause, step=STEP)


def test_the_needs_of_a_suspended_organization_go_on_hold(organization: Organization) -> None:
    needs = {state: factories.make_need(organization, state=state) for state in ("open", "in_progress", "submitted")}

    ended(organization, "suspended")

    states = {name: Need.objects.get(pk=need.pk).state for name, need in needs.items()}
    assert states == {"open": "on_hold", "in_progress": "on_hold", "submitted": "submitted"}


@pytest.mark.parametrize("cause", ["expired", "withdrawn"])
def test_the_needs_of_an_organization_that_leaves_are_cancelled(organization: Organization, cause: str) -> None:
    draft = factories.make_need(organization, state="draft")
    waiting = factories.make_need(organization, state="on_hold")
    running = factories.make_need(organization, state="in_progress", taken=1, running=1)

    ended(organization, cause)

    for row in (draft, waiting, running):
        row.refresh_from_db()
    assert (waiting.state, waiting.closed_reason) == ("cancelled", f"organization_{cause}")
    assert (draft.state, running.state) == ("draft", "on_hold")


def test_matches_follow_a_cancelled_need(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str]] = []

    class Upper:
        def prepare(self, kind: str, id: object) -> None: ...

        def running(self, kind: str, id: object) -> bool:
            return False

        def ended(self, kind: str, id: object, *, cause: str, step: Step) -> None:
            told.append((kind, cause))

    monkeypatch.setattr(dependents, "_registered", [Upper()])
    need = factories.make_need(organization, deadline=date(2026, 11, 1))

    needs_tick(at=AT)
    ended(factories.make_need(organization).organization, "withdrawn")

    need.refresh_from_db()
    assert need.state == "expired"
    assert told == [("need", "expired"), ("need", "cancelled")]


def test_needs_room_answers_for_a_running_organization(organization: Organization) -> None:
    assert not NeedDependents().running("organization", organization.pk)
    factories.make_need(organization, state="in_progress", taken=1, running=1)
    assert NeedDependents().running("organization", organization.pk)


def test_an_open_need_expires_after_its_deadline_once_nobody_is_introduced(organization: Organization) -> None:
    today = factories.make_need(organization, deadline=TODAY)
    yesterday = factories.make_need(organization, deadline=date(2026, 11, 1))
    talking = factories.make_need(organization, deadline=date(2026, 11, 1), introducing=1)

    assert needs_tick(at=AT) == {"expire": 1}
    assert needs_tick(at=AT) == {}
    for row in (today, yesterday, talking):
        row.refresh_from_db()
    assert (today.state, yesterday.state, talking.state) == ("open", "expired", "open")


def test_a_fulfilled_need_closes_after_the_banks_days(organization: Organization) -> None:
    need = factories.make_need(organization, state="fulfilled", taken=1, completed=1)

    assert needs_tick(at=AT + timedelta(days=13)) == {}
    assert needs_tick(at=AT + timedelta(days=14)) == {"close": 1}
    need.refresh_from_db()
    assert need.state == "closed"


def test_a_need_on_hold_too_long_lets_its_matches_go_once(organization: Organization) -> None:
    need = factories.make_need(organization, state="on_hold")

    assert needs_tick(at=AT + timedelta(days=89)) == {}
    assert needs_tick(at=AT + timedelta(days=90)) == {"hold-too-long": 1}
    assert needs_tick(at=AT + timedelta(days=91)) == {}
    need.refresh_from_db()
    assert (need.state, actions_of(need)) == ("on_hold", ["hold-too-long"])


def test_a_held_need_ends_when_nothing_runs_and_its_organization_has_left(bank: Bank) -> None:
    gone = factories.make_organization(bank, registration_state="withdrawn")
    need = factories.make_need(gone, state="on_hold")

    assert needs_tick(at=AT) == {"cancel-with-organization": 1}
    need.refresh_from_db()
    assert (need.state, need.closed_reason) == ("cancelled", "organization_withdrawn")


@pytest.mark.parametrize(
    ("accepting", "deadline", "accepts"),
    [(True, None, True), (True, TODAY, True), (True, date(2026, 11, 1), False), (False, None, False)],
)
def test_a_need_accepts_while_switched_on_and_not_past_its_deadline(
    organization: Organization, accepting: bool, deadline: date | None, accepts: bool
) -> None:
    assert need_accepts(factories.make_need(organization, accepting=accepting, deadline=deadline), TODAY) is accepts

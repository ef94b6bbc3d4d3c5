"""What a guard of the need table refuses, what a step must say, and what its event tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from talentbank.accounts.models import User
from talentbank.banks.models import Bank
from talentbank.core.actors import Actor
from talentbank.core.errors import ActingAsRequired, ActionRefused, InvalidInput, StaleVersion
from talentbank.core.models import Event
from talentbank.needs.models import Need
from talentbank.needs.services import need_transition
from talentbank.organizations.models import Organization, OrganizationMember
from tests import factories
from tests.factories import AT
from tests.talentbank.needs.conftest import FOR_ORGANIZATION, actions_of, move, owner_actor, step_of

Actors = Callable[[str], Actor]


def refused(need: Need, action: str, actor: Actor, **fields: Any) -> list[str]:
    """Codes of the guards that refuse; nothing has moved."""
    version, events = need.version, len(actions_of(need))
    with pytest.raises(ActionRefused) as caught:
        move(need, action, actor, **fields)
    need.refresh_from_db()
    assert (need.version, len(actions_of(need))) == (version, events)
    return [refusal.code for refusal in caught.value.refusals]


def test_a_need_without_own_words_or_a_way_to_reach_is_not_submitted(bank: Bank) -> None:
    silent = factories.make_organization(bank, contact_email="", contact_phone="")
    need = factories.make_need(silent, state="draft", own_words=" ")

    assert refused(need, "submit", owner_actor(silent)) == ["own_words_missing", "contact_missing"]


def test_a_need_is_submitted_with_its_organization_but_opens_only_after_it(bank: Bank, actors: Actors) -> None:
    young = factories.make_organization(bank, registration_state="submitted")
    need = move(factories.make_need(young, state="draft"), "submit", owner_actor(young))

    assert refused(need, "open", actors("coordinator")) == ["organization_not_approved"]
    Organization.objects.filter(pk=young.pk).update(registration_state="approved")
    assert move(need, "open", actors("coordinator")).state == "open"


@pytest.mark.parametrize("state", ["rejected", "suspended", "expired", "withdrawn"])
def test_a_need_of_an_ended_organization_is_not_submitted(bank: Bank, state: str) -> None:
    ended = factories.make_organization(bank, registration_state=state)

    assert refused(factories.make_need(ended, state="draft"), "submit", owner_actor(ended)) == ["organization_inactive"]


def test_employment_opens_only_where_free_placement_is_notified(
    bank: Bank, organization: Organization, actors: Actors
) -> None:
    need = factories.make_need(organization, state="submitted", engagement_type="employment")

    assert refused(need, "open", actors("coordinator")) == ["free_placement_not_notified"]
    Bank.objects.filter(pk=bank.pk).update(free_placement_notified_on=date(2024, 4, 1))
    assert move(need, "open", actors("coordinator")).state == "open"


def test_a_public_need_opens_only_after_the_owner_agreed_to_its_summary(
    organization: Organization, actors: Actors
) -> None:
    need = factories.make_need(organization, state="submitted", confidentiality="public")

    assert refused(need, "agree-summary", actors("owner")) == ["summary_missing"]
    Need.objects.filter(pk=need.pk).update(public_summary="漬物をネットで売りたい")
    assert refused(need, "open", actors("coordinator")) == ["summary_not_agreed"]
    need = move(need, "agree-summary", actors("owner"))
    assert need.summary_agreed_at == AT
    assert refused(need, "agree-summary", actors("owner")) == ["summary_already_agreed"]
    assert move(need, "open", actors("coordinator")).state == "open"


def test_a_need_past_its_deadline_does_not_open(organization: Organization, actors: Actors) -> None:
    need = factories.make_need(organization, state="submitted", deadline=date(2026, 11, 1))

    assert refused(need, "open", actors("coordinator")) == ["deadline_passed"]


def test_nothing_is_cancelled_while_a_match_runs(organization: Organization, actors: Actors) -> None:
    need = factories.make_need(organization, state="in_progress", taken=1, running=1)

    assert refused(need, "cancel", actors("owner")) == ["match_running"]


def test_a_need_on_hold_resumes_where_its_matches_stand(organization: Organization, actors: Actors) -> None:
    idle = factories.make_need(organization, state="on_hold")
    busy = factories.make_need(organization, state="on_hold", taken=1, running=1, headcount=2)

    assert move(idle, "resume", actors("owner")).state == "open"
    assert move(busy, "resume", actors("coordinator")).state == "in_progress"


def test_a_need_of_a_suspended_organization_does_not_resume(bank: Bank, actors: Actors) -> None:
    suspended = factories.make_organization(bank, registration_state="suspended")

    need = factories.make_need(suspended, state="on_hold")
    assert refused(need, "resume", actors("coordinator")) == ["organization_not_approved"]


def test_a_rejected_need_is_non_compliant_and_never_reopens(organization: Organization, actors: Actors) -> None:
    need = move(factories.make_need(organization, state="submitted"), "reject", actors("coordinator"))

    assert (need.state, need.closed_reason) == ("cancelled", "non_compliant")
    for part in ("owner", "coordinator"):
        assert refused(need, "reopen", actors(part)) == ["non_compliant"]


def test_a_reopened_need_starts_a_new_round_with_a_new_deadline(organization: Organization, actors: Actors) -> None:
    need = factories.make_need(organization, state="closed", taken=1, completed=1, evaluated=1)

    again = move(need, "reopen", actors("coordinator"))

    assert (again.state, again.round, again.taken, again.completed, again.evaluated) == ("open", 2, 0, 0, 0)
    assert again.deadline == date(2027, 6, 30)
    assert again.reference == need.reference


def test_a_need_reopens_only_with_a_deadline_ahead_and_an_approved_organization(bank: Bank, actors: Actors) -> None:
    expired = factories.make_organization(bank, registration_state="expired")
    need = factories.make_need(expired, state="expired")

    with pytest.raises(InvalidInput) as absent:
        move(need, "reopen", owner_actor(expired), input={})
    with pytest.raises(InvalidInput) as past:
        move(need, "reopen", owner_actor(expired), input={"deadline": date(2026, 11, 1)})
    assert [(error.pointer, error.code) for error in absent.value.errors] == [("/deadline", "required")]
    assert [(error.pointer, error.code) for error in past.value.errors] == [("/deadline", "in_the_past")]
    assert refused(need, "reopen", owner_actor(expired)) == ["organization_not_approved"]


def test_a_cancelled_draft_without_words_is_kept_but_not_reopened(organization: Organization, actors: Actors) -> None:
    need = move(factories.make_need(organization, state="draft", own_words=""), "cancel", actors("owner"))

    assert refused(need, "reopen", actors("owner")) == ["own_words_missing"]


@pytest.mark.parametrize("action", ["open", "reject", "request-changes"])
def test_staff_who_belong_to_the_organization_do_not_decide(
    organization: Organization, coordinator: User, action: str
) -> None:
    OrganizationMember.create(at=AT, organization=organization, user=coordinator, role="member")
    need = factories.make_need(organization, state="submitted")

    assert refused(need, action, factories.actor(coordinator)) == ["actor_is_a_side"]


def test_several_fitting_hats_ask_for_a_choice(organization: Organization, coordinator: User) -> None:
    both = factories.actor(coordinator)
    owner = owner_actor(organization)
    torn = Actor(user_id=both.user_id, hats=(*both.hats, *owner.hats))

    with pytest.raises(ActingAsRequired):
        move(factories.make_need(organization), "hold", torn)
    chosen = torn.as_hat(owner.hats[0])
    assert move(factories.make_need(organization), "hold", chosen).state == "on_hold"


def test_a_stale_version_does_nothing(organization: Organization, actors: Actors) -> None:
    need = factories.make_need(organization)

    with pytest.raises(StaleVersion) as caught:
        need_transition(need_id=need.pk, action="hold", expected_version=7, step=step_of(actors("owner")))
    assert caught.value.facts == {"version": 1}


@pytest.mark.parametrize(
    ("action", "fields", "pointer", "code"),
    [
        ("reject", {"reason_codes": ()}, "/reason_codes", "required"),
        ("reject", {"reason_codes": ("timing",)}, "/reason_codes/0", "unknown_reason_code"),
        ("open", {"reason_codes": ("other",)}, "/reason_codes/0", "unknown_reason_code"),
        ("request-changes", {"input": {}}, "/comments", "required"),
        ("request-changes", {"input": {"comments": {"/state": "?"}}}, "/comments/~1state", "unknown_field"),
        ("open", {"happened_on": date(2026, 11, 3)}, "/happened_on", "in_the_future"),
    ],
)
def test_a_wrong_step_is_pointed_at(
    organization: Organization, actors: Actors, action: str, fields: dict[str, Any], pointer: str, code: str
) -> None:
    need = factories.make_need(organization, state="submitted")

    with pytest.raises(InvalidInput) as caught:
        move(need, action, actors("coordinator"), **fields)

    assert [(error.pointer, error.code) for error in caught.value.errors] == [(pointer, code)]


def test_a_step_does_not_happen_before_the_last_one(organization: Organization, actors: Actors) -> None:
    need = move(factories.make_need(organization), "hold", actors("owner"))

    with pytest.raises(InvalidInput) as caught:
        move(need, "resume", actors("owner"), happened_on=date(2026, 10, 30))
    assert caught.value.errors[0].code == "before_last_step"


def test_an_event_tells_who_acted_for_whom_and_how(organization: Organization, actors: Actors) -> None:
    need = factories.make_need(organization)

    move(
        need,
        "hold",
        actors("desk"),
        on_behalf=FOR_ORGANIZATION,
        reason_codes=("budget",),
        happened_on=date(2026, 10, 30),
    )

    event = Event.objects.get(subject_kind="need", subject_id=need.pk)
    assert (event.action, event.from_state, event.to_state) == ("hold", "open", "on_hold")
    assert (event.actor_role, event.on_behalf_of, event.channel) == ("support_desk", "organization", "phone")
    assert (event.reason_codes, event.happened_on) == (["budget"], date(2026, 10, 30))
    assert event.text.content == {"evidence_note": "電話で確認"}


def test_the_reference_is_given_once_at_the_first_submission(organization: Organization, actors: Actors) -> None:
    need = factories.make_need(organization, state="draft", reference="")

    first = move(need, "submit", actors("owner")).reference
    move(need, "request-changes", actors("coordinator"))
    again = move(need, "submit", actors("owner"))

    assert first == "R8-依-0001"
    assert again.reference == first

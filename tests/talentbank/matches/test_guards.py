"""Guards: each refuses for its own reason."""

from __future__ import annotations

from datetime import timedelta

import pytest

from talentbank.core.actors import SYSTEM
from talentbank.core.audit import Step
from talentbank.core.errors import ActingAsRequired, ActionRefused, Forbidden, InvalidInput, NotFound, StaleVersion
from talentbank.core.models import Event
from talentbank.matches.models import Match
from talentbank.matches.services import conflict_decide, match_create, terms_draft
from talentbank.matches.states import Origin
from talentbank.privacy.models import Consent
from tests import factories
from tests.factories import AT, TODAY
from tests.talentbank.matches.steps import move, refusal_codes


@pytest.fixture
def approvable(need, professional):
    match = factories.make_match(need, professional, "awaiting_approval")
    factories.decide_conflict(match)
    return match


def waive(match, user):
    step = Step(actor=factories.actor(user), at=AT)
    conflict_decide(match_id=match.pk, outcome="waived", reason="電話の回答を代筆しただけである。", step=step)


def set_policy(bank, **policy):
    bank.policy_json = policy
    bank.save()


def test_a_coordinator_does_not_approve_a_yes_that_they_recorded_themselves(approvable, coordinator):
    approvable.organization_answer_by = coordinator
    approvable.save_step(at=AT)

    assert refusal_codes(approvable, "approve", coordinator) == ["four_eyes", "conflict_undecided"]
    waive(approvable, coordinator)
    assert refusal_codes(approvable, "approve", coordinator) == ["four_eyes"]


def test_under_countersign_the_same_coordinator_approves_with_a_reason_and_an_admin_countersigns(
    approvable, bank, coordinator, bank_admin
):
    set_policy(bank, four_eyes="countersign")
    approvable.organization_answer_by = coordinator
    approvable.save_step(at=AT)
    waive(approvable, coordinator)

    assert refusal_codes(approvable, "approve", coordinator) == ["countersign_reason_missing"]
    approved = move(approvable, "approve", coordinator, note="一人体制のため")
    assert approved.countersign_pending
    signed = move(approvable, "countersign", bank_admin)

    assert signed.state == "introduced" and not signed.countersign_pending


def test_approval_waits_for_a_written_decision_on_conflicts(need, professional, coordinator):
    match = factories.make_match(need, professional, "awaiting_approval")
    assert refusal_codes(match, "approve", coordinator) == ["conflict_undecided"]

    conflict_decide(
        match_id=match.pk, outcome="blocked", reason="親族", step=Step(actor=factories.actor(coordinator), at=AT)
    )

    assert refusal_codes(match, "approve", coordinator) == ["conflict_blocked"]


def test_approval_needs_consents_that_hold_now(approvable, coordinator, professional):
    Consent.objects.filter(subject_id=professional.pk, text_kind="disclosure").update(withdrawn_at=AT)

    assert refusal_codes(approvable, "approve", coordinator) == ["consent_missing"]


def test_no_more_introductions_than_the_policy_allows_per_place(approvable, bank, need, coordinator):
    set_policy(bank, introductions_per_place=1)
    factories.make_match(need, factories.make_professional(bank), "introduced")

    assert refusal_codes(approvable, "approve", coordinator) == ["introductions_exhausted"]


def test_a_formal_decision_is_required_where_the_policy_says_so(approvable, bank, coordinator):
    set_policy(bank, decision_required=True)
    assert refusal_codes(approvable, "approve", coordinator) == ["decision_required"]

    decision = {"document_number": "産雇第12号", "decided_on": "2026-11-01", "decided_by_title": "課長"}

    assert move(approvable, "approve", coordinator, decision=decision).decision == decision


def test_nobody_decides_as_staff_where_they_are_a_side(need, bank, coordinator):
    professional = factories.make_professional(bank, user=coordinator)
    match = factories.make_match(need, professional, "awaiting_approval")
    factories.decide_conflict(match)

    assert "actor_is_a_side" in refusal_codes(match, "approve", coordinator)


def test_staff_who_are_a_side_do_not_answer_for_the_other_side_either(need, bank, coordinator):
    professional = factories.make_professional(bank, user=coordinator)
    match = factories.make_match(need, professional, "awaiting_organization")

    assert "actor_is_a_side" in refusal_codes(match, "accept", coordinator, for_side="organization")


def test_where_several_hats_fit_the_call_must_say_which(need, bank, coordinator):
    professional = factories.make_professional(bank, user=coordinator)
    match = factories.make_match(need, professional, "introduced")

    with pytest.raises(ActingAsRequired):
        move(match, "negotiate", coordinator)

    assert move(match, "negotiate", coordinator, acting_as=f"professional:{professional.pk}").state == "negotiating"


def test_a_stale_version_moves_nothing(approvable, coordinator):
    with pytest.raises(StaleVersion):
        move(approvable, "approve", coordinator, expected_version=approvable.version + 1)


def test_a_match_of_another_bank_does_not_exist(approvable, other_bank):
    stranger = factories.make_staff(other_bank, "coordinator")
    with pytest.raises(NotFound):
        move(approvable, "approve", stranger)


@pytest.mark.parametrize("role", ["analyst", "support_desk"])
def test_staff_who_are_no_coordinators_do_not_see_a_match(approvable, bank, role):
    with pytest.raises(NotFound):
        move(approvable, "approve", factories.make_staff(bank, role))


def test_a_desk_answers_on_behalf_and_the_channel_is_kept(need, professional, desk):
    match = factories.make_match(need, professional, "awaiting_professional")

    moved = move(match, "accept", desk, for_side="professional")

    event = Event.objects.get(subject_id=match.pk, action="accept")
    assert moved.professional_answer_by == desk
    assert (event.on_behalf_of, event.channel, event.actor_role) == ("professional", "phone", "support_desk")


def test_a_desk_never_approves_even_on_behalf(approvable, desk):
    with pytest.raises(Forbidden):
        move(approvable, "approve", desk, for_side="organization")


def test_a_professional_without_hours_left_cannot_say_yes(need, bank):
    professional = factories.make_professional(bank, hours_per_week=3)
    match = factories.make_match(need, professional, "awaiting_professional")

    assert refusal_codes(match, "accept", professional.user) == ["capacity_insufficient"]


def test_terms_are_confirmed_in_their_newest_version_and_complete(need, professional, owner):
    match = factories.make_match(need, professional, "negotiating")
    assert refusal_codes(match, "confirm", owner) == ["terms_absent"]
    factories.make_terms(match)
    factories.make_terms(match, work="")
    assert refusal_codes(match, "confirm", owner, terms_version=1) == ["terms_superseded"]
    assert refusal_codes(match, "confirm", owner, terms_version=2) == ["terms_incomplete"]


def test_a_new_version_of_the_terms_voids_confirmations(need, professional, owner):
    match = factories.make_match(need, professional, "negotiating")
    factories.make_terms(match)
    move(match, "confirm", owner)
    step = Step(actor=factories.actor(professional.user), at=AT)
    terms_draft(match_id=match.pk, content=factories.complete_terms(fee_yen=40000), step=step)

    moved = move(match, "confirm", professional.user, terms_version=2)

    assert moved.state == "negotiating"


def test_a_member_of_the_organization_does_not_confirm_terms(need, professional, organization):
    match = factories.make_match(need, professional, "negotiating")
    factories.make_terms(match)
    member = factories.make_user()
    organization.members.model.create(at=AT, organization=organization, user=member, role="member")

    with pytest.raises(Forbidden):
        move(match, "confirm", member)


def test_payment_more_than_60_days_after_receipt_is_refused_with_a_pointer(need, professional, owner):
    match = factories.make_match(need, professional, "negotiating")
    content = factories.complete_terms(received_on="2026-12-01", payment_on="2027-01-31")

    with pytest.raises(InvalidInput) as refused:
        terms_draft(match_id=match.pk, content=content, step=Step(actor=factories.actor(owner), at=AT))

    assert [(error.pointer, error.facts["days"]) for error in refused.value.errors] == [("/content/payment_on", 61)]


def test_long_terms_end_with_notice(need, professional, owner):
    match = factories.make_match(need, professional, "active")
    factories.make_terms(
        match, confirmed_by=("professional", "organization"), starts_on="2026-01-01", ends_on="2026-12-31"
    )
    assert refusal_codes(match, "terminate", owner) == ["notice_not_stated"]

    assert move(match, "terminate", owner, notice_given_on=TODAY - timedelta(days=30)).state == "closed"


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"reason_codes": ()}, "/reason_codes"),
        ({"reason_codes": ("because",)}, "/reason_codes/0"),
        ({"happened_on": TODAY + timedelta(days=1)}, "/happened_on"),
        ({"happened_on": TODAY - timedelta(days=1)}, "/happened_on"),
    ],
)
def test_wrong_reasons_and_days_are_named_by_pointer(need, professional, values, pointer):
    match = factories.make_match(need, professional, "awaiting_professional")
    with pytest.raises(InvalidInput) as refused:
        move(match, "decline", professional.user, **values)
    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_postponing_stays_within_the_needs_deadline(need, professional):
    match = factories.make_match(need, professional, "awaiting_professional")
    with pytest.raises(InvalidInput):
        move(match, "postpone", professional.user, until=need.deadline + timedelta(days=1))


def test_the_system_expires_only_what_is_overdue(need, professional):
    match = factories.make_match(need, professional, "awaiting_professional", due_on=TODAY)
    assert refusal_codes(match, "expire", None) == ["not_due"]

    late = move(match, "expire", None, at=AT + timedelta(days=1))

    assert (late.closed_reason, late.closed_by) == ("unreachable", "system")


class TestCreation:
    def create(self, need, professional, user, origin, **values):
        step = Step(actor=factories.actor(user), at=AT, input=values)
        return match_create(need_id=need.pk, professional_id=professional.pk, origin=origin, step=step)

    def test_a_professional_applies_and_that_counts_as_its_yes(self, need, professional):
        match = self.create(need, professional, professional.user, Origin.APPLY)
        assert (match.state, match.professional_answer, match.organization_answer) == (
            "awaiting_organization",
            "yes",
            "asked",
        )

    def test_an_owner_invites_up_to_the_quota(self, need, bank, owner):
        set_policy(bank, open_invitations_per_need=1)
        first = self.create(need, factories.make_professional(bank), owner, Origin.INVITE)
        assert first.state == "awaiting_professional"
        with pytest.raises(ActionRefused) as refused:
            self.create(need, factories.make_professional(bank), owner, Origin.INVITE)
        assert [refusal.code for refusal in refused.value.refusals] == ["invitations_exhausted"]

    def test_only_coordinators_open_prospects(self, need, professional, owner):
        with pytest.raises(Forbidden):
            self.create(need, professional, owner, Origin.PROSPECT)

    def test_a_pair_has_at_most_one_open_match(self, need, professional, coordinator):
        self.create(need, professional, coordinator, Origin.PROSPECT)
        with pytest.raises(ActionRefused) as refused:
            self.create(need, professional, coordinator, Origin.PROSPECT)
        assert [refusal.code for refusal in refused.value.refusals] == ["pair_open"]

    def test_a_repeat_needs_a_completed_match_and_both_yes(self, need, professional, coordinator, organization):
        with pytest.raises(ActionRefused) as refused:
            self.create(need, professional, coordinator, Origin.REPEAT)
        assert {r.code for r in refused.value.refusals} == {"no_completed_match", "both_sides_must_agree"}
        earlier = factories.make_match(factories.make_need(organization), professional, "completed")

        match = self.create(need, professional, coordinator, Origin.REPEAT, agreed_by=["professional", "organization"])

        assert (match.state, match.previous_id) == ("awaiting_approval", earlier.pk)

    def test_a_prospect_keeps_score_reasons_and_model_version(self, need, professional, coordinator):
        match = self.create(need, professional, coordinator, Origin.PROSPECT)
        assert match.snapshot["model_version"] and "score" in match.snapshot
        assert Match.objects.get(pk=match.pk).conflicts.count() == 1

    def test_the_system_is_no_way_around_the_parts(self, need, professional):
        with pytest.raises(Forbidden):
            match_create(
                need_id=need.pk, professional_id=professional.pk, origin=Origin.PROSPECT, step=Step(actor=SYSTEM, at=AT)
            )


def test_a_reason_is_put_right_and_with_it_what_kind_of_rejection_it_was(need, professional, coordinator):
    match = factories.make_match(need, professional, "awaiting_approval")
    move(match, "reject", coordinator, reason_codes=("unsuited",))

    corrected = move(match, "correct", coordinator, field="reason", new="conflict_of_interest")

    assert (corrected.reason_codes, corrected.closed_reason) == (["conflict_of_interest"], "conflict_of_interest")
    facts = Event.objects.get(subject_id=match.pk, action="correct").facts
    assert (facts["old"], facts["new"]) == ("unsuited", "conflict_of_interest")


def test_a_reason_of_another_action_is_refused(need, professional, coordinator):
    match = factories.make_match(need, professional, "awaiting_professional")
    move(match, "decline", professional.user)

    with pytest.raises(InvalidInput) as refused:
        move(match, "correct", coordinator, field="reason", new="unsuited")
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/new", "unknown_reason_code")]


def test_corrected_days_stay_in_their_order(need, professional, coordinator):
    match = factories.make_match(need, professional, "active", made_on=TODAY, started_on=TODAY)

    with pytest.raises(InvalidInput) as refused:
        move(match, "correct", coordinator, field="started_on", new=str(TODAY - timedelta(days=1)))
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/new", "out_of_order")]


def test_a_match_that_comes_back_begins_to_wait_anew(need, professional):
    match = factories.make_match(need, professional, "awaiting_professional")
    move(match, "decline", professional.user)

    later = AT + timedelta(minutes=5)
    assert move(match, "undo", professional.user, at=later).state_since == later


def test_a_side_learns_that_the_other_cannot_be_had_and_never_why(need, professional, owner, coordinator):
    """Hours left, a rest, a taken back consent and a hidden name all read the same to the organization."""
    match = factories.make_match(need, professional, "awaiting_organization")
    told = set()
    for fields in (
        {"hours_per_week": 1},
        {"referral_status": "paused"},
        {"registration_state": "suspended"},
        {"hidden_from": [need.organization.name]},
    ):
        kept = {name: getattr(professional, name) for name in fields}
        type(professional).objects.filter(pk=professional.pk).update(**fields)
        told.update(refusal_codes(match, "accept", owner))
        staff = refusal_codes(match, "accept", coordinator, for_side="organization")
        assert staff != ["not_available"] or "hidden_from" in fields
        type(professional).objects.filter(pk=professional.pk).update(**kept)

    assert told == {"not_available"}


def test_a_side_learns_of_itself_what_stands_in_its_way(need, professional):
    match = factories.make_match(need, professional, "awaiting_professional")
    type(professional).objects.filter(pk=professional.pk).update(hours_per_week=1)

    assert refusal_codes(match, "accept", professional.user) == ["capacity_insufficient"]

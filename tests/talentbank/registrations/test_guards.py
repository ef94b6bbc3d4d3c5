"""Each guard of the table says no for its own reason, and the facts of a step are kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from talentbank.banks.models import BankText
from talentbank.core.actors import Channel, OnBehalf, Side
from talentbank.core.errors import ActingAsRequired, Forbidden, InvalidInput, NotFound, StaleVersion
from talentbank.core.models import Revision
from talentbank.organizations.models import OrganizationMember
from talentbank.professionals.models import Professional
from talentbank.registrations import dependents
from talentbank.registrations.models import RegistrationHelper
from talentbank.registrations.policies import part_for
from tests import factories
from tests.factories import AT, TODAY
from tests.talentbank.registrations.steps import ROOMS, events_of, move, refusal_codes

pytestmark = [pytest.mark.django_db, pytest.mark.database]
DECISION = {"document_number": "R8-121", "decided_on": TODAY, "decided_by_title": "デジタル推進課長"}


def make_submitted(bank, **fields):
    return factories.make_professional(bank, registration_state="submitted", **fields)


@pytest.mark.parametrize(
    ("lacking", "missing"),
    [
        ({"kana": ""}, ["kana"]),
        ({"email": "", "phone": "", "postal_address": ""}, ["email"]),
        ({"headline": "", "summary": ""}, ["headline"]),
        ({"hours_per_week": None}, ["hours_per_week"]),
        ({"skills": [], "experiences": []}, ["skills"]),
        ({"email": "", "phone": "", "postal_address": "あかつき市1-1"}, []),
        ({"skills": [], "experiences": [{"title": "通販の店長"}]}, []),
    ],
)
def test_a_professional_is_submitted_with_all_that_a_reviewer_must_know(bank, lacking, missing):
    fields = {"skills": ["kintone"], **lacking}
    row = factories.make_professional(bank, registration_state="draft", **fields)

    assert ROOMS["professional"].missing(row) == missing
    if missing:
        assert refusal_codes(row, "submit", row.user) == ["incomplete"]
    else:
        assert move(row, "submit", row.user).registration_state == "submitted"


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"kind": "company", "corporate_number": ""}, ["corporate_number"]),
        ({"kind": "npo", "corporate_number": ""}, ["corporate_number"]),
        ({"kind": "sole_proprietor", "corporate_number": ""}, []),
        ({"kind": "association", "corporate_number": ""}, []),
        ({"contact_email": "", "contact_phone": ""}, ["contact_email"]),
        ({"contact_name": ""}, ["contact_name"]),
        ({"seeks_help": False, "gives_help": False}, ["seeks_help"]),
    ],
)
def test_an_organization_is_submitted_with_all_that_a_reviewer_must_know(bank, fields, missing):
    row = factories.make_organization(
        bank, registration_state="draft", **{"corporate_number": "1000012160145", **fields}
    )

    assert ROOMS["organization"].missing(row) == missing


def test_a_new_version_of_a_text_is_asked_for_at_the_next_submission_and_may_come_with_it(bank):
    row = factories.make_professional(bank, registration_state="draft", skills=["kintone"])
    old = BankText.objects.get(bank=bank, kind="terms_of_use")
    BankText.create(
        at=AT, bank=bank, kind="terms_of_use", number=2, language="ja", body="第2版", sha256="2" * 64, valid_from=AT
    )
    old.valid_until = AT
    old.save_step(at=AT)

    assert refusal_codes(row, "submit", row.user) == ["consent_missing"]
    assert move(row, "submit", row.user, consents=["terms_of_use"]).registration_state == "submitted"


def test_who_typed_a_registration_in_decides_nothing_about_it(bank, coordinator):
    for action in ("approve", "reject"):
        assert refusal_codes(make_submitted(bank, entered_by=coordinator), action, coordinator) == ["four_eyes"]
    for action in ("approve-changes", "reject-changes"):
        row = factories.make_professional(bank, pending_changes={"name": "新"}, pending_by=coordinator)
        assert refusal_codes(row, action, coordinator) == ["four_eyes"]


def test_who_acted_for_a_holder_does_not_approve_them(bank, coordinator):
    row = factories.make_professional(bank, registration_state="draft", skills=["kintone"])

    move(row, "submit", coordinator, helping=True)

    assert refusal_codes(row, "approve", coordinator) == ["four_eyes"]
    assert move(row, "approve", factories.make_staff(bank)).registration_state == "approved"


def test_without_four_eyes_anybody_who_coordinates_approves(coordinator):
    bank = factories.make_bank(policy={"four_eyes": "off"})
    row = make_submitted(bank, entered_by=factories.make_staff(bank, "coordinator", coordinator))

    assert move(row, "approve", coordinator).countersign_pending is False


def test_a_countersigned_approval_needs_a_reason_and_then_another_bank_admin():
    bank = factories.make_bank(policy={"four_eyes": "countersign"})
    admin, other = factories.make_staff(bank, "bank_admin"), factories.make_staff(bank, "bank_admin")
    row = make_submitted(bank, entered_by=admin)

    assert refusal_codes(row, "approve", admin) == ["countersign_reason_missing"]
    approved = move(row, "approve", admin, note="担当者が休みのため")
    assert (approved.registration_state, approved.countersign_pending) == ("approved", True)
    assert refusal_codes(row, "countersign", admin) == ["four_eyes"]
    signed = move(row, "countersign", other)
    assert (signed.registration_state, signed.countersign_pending) == ("approved", False)
    assert refusal_codes(row, "countersign", other) == ["nothing_to_countersign"]


def test_a_colleagues_decision_on_changes_lets_nobody_countersign_their_own():
    bank = factories.make_bank(policy={"four_eyes": "countersign"})
    first, second, third = (factories.make_staff(bank, "bank_admin") for _ in range(3))
    row = move(make_submitted(bank, entered_by=first), "approve", first, note="急ぎ")
    RegistrationHelper.objects.create(subject_kind="professional", subject_id=row.pk, user=second)
    Professional.objects.filter(pk=row.pk).update(pending_changes={"name": "新 名前"}, pending_by=row.user)
    row = move(row, "approve-changes", second, note="急ぎ")

    assert refusal_codes(row, "countersign", first) == refusal_codes(row, "countersign", second) == ["four_eyes"]
    signed = move(row, "countersign", third)
    Professional.objects.filter(pk=row.pk).update(pending_changes={"name": "別の 名前"})
    again = move(signed, "approve-changes", second, note="急ぎ")
    assert move(again, "countersign", first).countersign_pending is False, "theirs was signed before"


def test_fresh_eyes_need_no_countersignature():
    bank = factories.make_bank(policy={"four_eyes": "countersign"})

    assert move(make_submitted(bank), "approve", factories.make_staff(bank)).countersign_pending is False


def test_a_coordinator_who_is_a_side_does_not_decide(bank, coordinator):
    organization = factories.make_organization(bank, registration_state="submitted")
    OrganizationMember.create(at=AT, organization=organization, user=coordinator, role="member")
    held = make_submitted(bank, holder_kind="organization", organization=organization)
    own = make_submitted(bank, user=coordinator)

    for row in (organization, held, own):
        assert refusal_codes(row, "approve", coordinator) == ["actor_is_a_side"]


def test_a_bank_may_ask_for_the_decision_on_paper():
    bank = factories.make_bank(policy={"decision_required": True})
    row, staff = make_submitted(bank), factories.make_staff(bank)

    assert refusal_codes(row, "approve", staff) == ["decision_required"]
    assert move(row, "approve", staff, decision=DECISION).decision["document_number"] == "R8-121"
    assert events_of(row)[0].text.content["decision"]["decided_on"] == "2026-11-02"


def test_a_withdrawal_waits_for_running_matches(bank, professional, monkeypatch):
    asked = []

    class Running:
        def prepare(self, kind, id):
            asked.append((kind, id))

        def running(self, kind, id):
            return True

        def ended(self, kind, id, *, cause, step):
            raise AssertionError("nothing ended")

    monkeypatch.setattr(dependents, "_registered", [Running()])

    assert refusal_codes(professional, "withdraw", professional.user) == ["match_running"]
    assert asked == [("professional", professional.pk)]


@pytest.mark.parametrize(
    ("action", "cause", "prepares"),
    [("suspend", "suspended", True), ("withdraw", "withdrawn", True), ("mark-reviewed", None, False)],
)
def test_needs_and_matches_follow_an_end(bank, coordinator, monkeypatch, action, cause, prepares):
    calls = []

    class Following:
        def prepare(self, kind, id):
            calls.append("prepare")

        def running(self, kind, id):
            return False

        def ended(self, kind, id, *, cause, step):
            calls.append(cause)

    row = factories.make_professional(bank, changed_since_review=["summary"])
    monkeypatch.setattr(dependents, "_registered", [Following()])

    move(row, action, row.user if action == "withdraw" else coordinator)

    assert calls == ([*(["prepare"] if prepares else []), *([cause] if cause else [])])


def test_a_step_on_a_moved_registration_changes_nothing(professional, coordinator):
    with pytest.raises(StaleVersion):
        move(professional, "suspend", coordinator, expected_version=7)
    assert events_of(professional) == []


def test_a_registration_of_another_bank_does_not_exist(professional, other_bank):
    with pytest.raises(NotFound):
        move(professional, "suspend", factories.make_staff(other_bank))


def test_nobody_decides_on_behalf(bank, coordinator):
    behalf = OnBehalf(Side.PROFESSIONAL, Channel.PHONE)
    room, row, actor = ROOMS["professional"], make_submitted(bank), factories.actor(coordinator)
    decisions = ("approve", "reject", "request-changes", "approve-changes", "reject-changes", "mark-reviewed")
    for action in (*decisions, "suspend", "lift", "countersign"):
        with pytest.raises(Forbidden):
            part_for(room, actor, row, room.table.parts_for(action), behalf)


def test_a_holder_who_is_staff_too_names_a_hat(bank, professional):
    factories.make_staff(bank, "coordinator", professional.user)

    with pytest.raises(ActingAsRequired) as asked:
        move(professional, "pause", professional.user)
    assert set(asked.value.facts["hats"]) == {f"professional:{professional.pk}", f"coordinator:{bank.pk}"}
    paused = move(professional, "pause", professional.user, acting_as=f"professional:{professional.pk}")
    assert paused.referral_status == "paused"


@pytest.mark.parametrize(
    ("action", "values", "pointer", "code"),
    [
        ("pause", {"happened_on": date(2026, 11, 3)}, "/happened_on", "in_the_future"),
        ("pause", {"reason_codes": ("tea",)}, "/reason_codes/0", "unknown_reason_code"),
        ("pause", {"paused_until": date(2026, 11, 1)}, "/paused_until", "before_start"),
        ("request-changes", {"comments": {}}, "/comments", "required"),
        ("request-changes", {"comments": {"/colour": "?"}}, "/comments/~1colour", "unknown_field"),
        ("approve", {"decision": {"document_number": "1"}}, "/decision/decided_on", "required"),
    ],
)
def test_a_wrong_step_is_pointed_at(professional, coordinator, action, values, pointer, code):
    with pytest.raises(InvalidInput) as refused:
        move(professional, action, coordinator, **values)

    assert (pointer, code) in [(error.pointer, error.code) for error in refused.value.errors]
    assert events_of(professional) == []


def test_a_step_did_not_happen_before_the_last_one(professional, coordinator):
    move(professional, "suspend", coordinator, happened_on=TODAY - timedelta(days=1))

    with pytest.raises(InvalidInput) as refused:
        move(professional, "lift", coordinator, happened_on=TODAY - timedelta(days=2))
    assert refused.value.errors[0].code == "before_last_step"


def test_an_approval_holds_for_the_banks_years_and_gives_nothing_new_at_a_resubmission(coordinator):
    bank = factories.make_bank(policy={"registration_valid_years": 3})
    row = factories.make_professional(bank, registration_state="draft", reference="", skills=["kintone"])
    staff = factories.make_staff(bank)

    reference = move(row, "submit", row.user).reference
    approved = move(row, "approve", staff, happened_on=date(2026, 11, 2))
    move(row, "withdraw", row.user)
    move(row, "reapply", row.user)

    assert reference == "R8-登-0001"
    assert approved.valid_until == date(2029, 11, 1)
    assert move(row, "submit", row.user).reference == reference


def test_every_step_lets_ranking_see_it(bank, professional, coordinator):
    moved = move(professional, "suspend", coordinator)

    assert moved.revision == Revision.objects.get(pk=bank.pk).value > 0


def test_a_helper_is_remembered_once(professional, desk):
    move(professional, "pause", desk, helping=True)
    move(professional, "unpause", desk, helping=True)

    assert list(RegistrationHelper.objects.values_list("user_id", "subject_id")) == [(desk.pk, professional.pk)]


def test_the_system_expires_nothing_and_ends_no_pause_on_the_last_day(bank):
    row = factories.make_professional(bank, valid_until=TODAY, referral_status="paused", paused_until=TODAY)

    assert refusal_codes(row, "expire", None) == ["not_due"]
    assert refusal_codes(row, "unpause", None) == ["not_due"]
    assert move(row, "unpause", row.user).referral_status == "available"

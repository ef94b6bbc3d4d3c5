"""Registering, editing and pausing professionals; what waits, what goes live, and whose eyes see it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from talentbank.banks.models import REQUIRED_TO_SUBMIT
from talentbank.core.actors import Channel, OnBehalf, Side
from talentbank.core.audit import Step
from talentbank.core.errors import Forbidden, InvalidInput, NotFound, StaleVersion
from talentbank.core.models import Event
from talentbank.organizations.models import OrganizationMember
from talentbank.privacy.models import Consent
from talentbank.professionals.models import HoursReservation, Professional
from talentbank.professionals.selectors import professional_get, professionals_visible
from talentbank.professionals.services import (
    AlreadyRegistered,
    hours_release,
    hours_reserve,
    professional_register,
    professional_transition,
    professional_update,
    professionals_tick,
)
from talentbank.registrations.services import RegistrationNotEditable
from tests import factories
from tests.factories import AT, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.database]
BY_POST = OnBehalf(Side.PROFESSIONAL, Channel.POST, "申込書 第3号")
CONSENTS = [str(kind) for kind in REQUIRED_TO_SUBMIT]


def register(user: Any, bank: Any, on_behalf: OnBehalf | None = None, **fields: Any) -> Professional:
    return professional_register(
        actor=factories.actor(user),
        bank=bank,
        fields={"name": "佐藤 匠", "kana": "サトウ タクミ", **fields},
        on_behalf=on_behalf,
        consents=CONSENTS,
        at=AT,
    )


def edit(row: Professional, user: Any, on_behalf: OnBehalf | None = None, version: int | None = None, **changes: Any):
    return professional_update(
        actor=factories.actor(user),
        professional_id=row.pk,
        expected_version=version,
        changes=changes,
        on_behalf=on_behalf,
        at=AT,
    )


def approve_changes(row: Professional, user: Any, action: str = "approve-changes") -> Professional:
    step = Step(actor=factories.actor(user), at=AT)
    return professional_transition(professional_id=row.pk, action=action, expected_version=None, step=step)


def evidence_of(row: Professional) -> dict[str, str]:
    return dict(row.skills.values_list("skill__code", "evidence"))


def test_a_person_registers_with_consents_and_one_event(bank):
    user = factories.make_user()
    factories.make_skill("kintone")

    row = register(user, bank, skills=[{"skill": "kintone", "level": 2, "evidence": "認定資格"}])

    assert (row.user_id, row.entered_by_id, row.registration_state) == (user.pk, user.pk, "draft")
    assert set(Consent.objects.values_list("text_kind", flat=True)) == set(CONSENTS)
    event = Event.objects.get()
    assert (event.action, event.to_state, event.actor_role) == ("create", "draft", "professional")
    assert "佐藤" not in str(event.facts)
    assert evidence_of(row) == {"kintone": "認定資格"}


def test_a_desk_registers_somebody_without_an_account_and_the_channel_is_kept(bank, desk):
    row = register(desk, bank, BY_POST)

    event = Event.objects.get()
    assert (row.user_id, row.channel, row.entered_by_id) == (None, "post", desk.pk)
    assert (event.actor_role, event.on_behalf_of, event.channel) == ("support_desk", "professional", "post")
    assert event.text.content == {"evidence_note": "申込書 第3号"}
    assert {consent.channel for consent in Consent.objects.all()} == {"post"}
    assert {consent.obtained_by_id for consent in Consent.objects.all()} == {desk.pk}


def test_a_desk_registers_somebody_for_their_account(bank, desk):
    user = factories.make_user(email="taku@example.jp")

    assert register(desk, bank, BY_POST, account_email="Taku@example.jp").user_id == user.pk
    with pytest.raises(InvalidInput):
        register(desk, bank, BY_POST, account_email="nobody@example.jp")


def test_only_helpers_of_the_bank_act_on_behalf(bank, other_bank, desk, analyst):
    for user, where in ((desk, other_bank), (analyst, bank), (factories.make_user(), bank)):
        with pytest.raises(Forbidden):
            register(user, where, BY_POST)
    assert Professional.objects.count() == 0


def test_an_owner_registers_an_organization_and_a_member_does_not(bank, organization):
    owner, member = factories.owner_of(organization), factories.make_user()
    OrganizationMember.create(at=AT, organization=organization, user=member, role="member")

    row = register(owner, bank, organization=organization.pk)

    assert (row.holder_kind, row.organization_id, row.user_id) == ("organization", organization.pk, None)
    assert professional_get(factories.actor(owner), row.pk) == row
    assert professional_get(factories.actor(member), row.pk) == row
    with pytest.raises(Forbidden):
        register(member, bank, organization=organization.pk)
    with pytest.raises(InvalidInput):
        register(factories.make_user(), bank, organization=organization.pk)


def test_an_account_registers_once_in_a_bank_and_in_another_bank_too(bank, other_bank):
    user = factories.make_user()
    register(user, bank)

    with pytest.raises(AlreadyRegistered):
        register(user, bank)
    assert register(user, other_bank).bank == other_bank


def test_a_registration_with_an_unknown_skill_leaves_nothing_behind(bank):
    with pytest.raises(InvalidInput) as refused:
        register(factories.make_user(), bank, skills=[{"skill": "alchemy"}], hours_per_week=0)

    assert {error.pointer for error in refused.value.errors} == {"/skills/0/skill", "/hours_per_week"}
    assert (Professional.objects.count(), Consent.objects.count(), Event.objects.count()) == (0, 0, 0)


def test_a_draft_is_written_freely(bank):
    user = factories.make_user()
    row = register(user, bank)

    changed = edit(row, user, name="佐藤 巧", residency="city")

    assert (changed.name, changed.residency, changed.pending_changes) == ("佐藤 巧", "city", {})
    assert changed.changed_since_review == []


def test_after_the_approval_the_old_name_residency_and_evidence_stay_live(bank, coordinator):
    row = factories.make_professional(bank, name="旧", skills=[{"skill": "kintone", "evidence": "旧い証拠"}])
    factories.make_skill("ec-site")
    skills = [{"skill": "kintone", "level": 4, "evidence": "新しい証拠"}, {"skill": "ec-site", "evidence": "受賞"}]

    edited = edit(row, row.user, name="新", residency="other", skills=skills, hours_per_week=20)

    assert (edited.name, edited.residency, edited.hours_per_week) == ("旧", "city", 20)
    assert evidence_of(row) == {"kintone": "旧い証拠", "ec-site": ""}
    assert row.skills.get(skill__code="kintone").level == 4
    waiting = {"kintone": "新しい証拠", "ec-site": "受賞"}
    assert edited.pending_changes == {"name": "新", "residency": "other", "evidence": waiting}
    assert edited.changed_since_review == ["hours_per_week", "skills"]
    event = Event.objects.get()
    assert event.facts == {"fields": ["hours_per_week", "skills"], "pending": ["evidence", "name", "residency"]}
    approved = approve_changes(row, coordinator)
    assert (approved.name, approved.residency, approved.pending_changes) == ("新", "other", {})
    assert evidence_of(row) == waiting


def test_rejected_changes_are_dropped(bank, coordinator):
    row = factories.make_professional(bank, name="旧")
    edit(row, row.user, name="新")
    assert Professional.objects.get(pk=row.pk).pending_by_id == row.user_id

    rejected = approve_changes(row, coordinator, "reject-changes")

    assert (rejected.name, rejected.pending_changes, rejected.pending_by_id) == ("旧", {}, None)


def test_a_change_that_is_taken_back_waits_no_more(professional):
    edit(professional, professional.user, name="新")

    assert edit(professional, professional.user, name=professional.name).pending_changes == {}


def test_an_edit_that_changes_nothing_leaves_no_event(professional):
    same = edit(professional, professional.user, headline=professional.headline)

    assert (same.version, Event.objects.count()) == (1, 0)


def test_an_edit_names_fields_and_keeps_their_words_apart(professional):
    edit(professional, professional.user, summary="秘密の経歴")

    event = Event.objects.get()
    assert (event.action, event.facts["fields"]) == ("update", ["summary"])
    assert "秘密" not in str(event.facts)
    assert event.text.content["after"] == {"summary": "秘密の経歴"}


@pytest.mark.parametrize("state", ["submitted", "rejected", "withdrawn"])
def test_what_is_under_review_or_over_is_not_edited(bank, state):
    row = factories.make_professional(bank, registration_state=state)

    with pytest.raises(RegistrationNotEditable):
        edit(row, row.user, headline="別")


def test_an_edit_of_a_moved_registration_is_stale(professional):
    with pytest.raises(StaleVersion):
        edit(professional, professional.user, version=9, headline="別")


def test_a_coordinator_edits_in_their_own_right_only_what_is_staffs(professional, coordinator):
    noted = edit(professional, coordinator, employer="みちのく銀行")
    assert (noted.employer, noted.changed_since_review) == ("みちのく銀行", [])
    with pytest.raises(Forbidden):
        edit(professional, coordinator, headline="別")
    with pytest.raises(Forbidden):
        edit(professional, professional.user, employer="別の会社")
    assert edit(professional, coordinator, BY_POST, headline="別").headline == "別"


def test_scopes(bank, other_bank, coordinator, bank_admin, desk, analyst):
    own = factories.make_professional(bank)
    entered = factories.make_professional(bank, entered_by=desk)
    factories.make_professional(other_bank)

    def seen(user: Any) -> set[Any]:
        return {row.pk for row in professionals_visible(factories.actor(user))}

    assert seen(coordinator) == seen(bank_admin) == {own.pk, entered.pk}
    assert seen(desk) == {entered.pk}
    assert seen(own.user) == {own.pk}
    assert seen(analyst) == seen(factories.make_user()) == set()
    with pytest.raises(NotFound):
        edit(own, desk, headline="別")
    edit(own, desk, BY_POST, headline="別")
    assert seen(desk) == {own.pk, entered.pk}


def test_hours_are_held_once_and_given_back(bank):
    row, match_id = factories.make_professional(bank, hours_per_week=10), uuid4()

    hours_reserve(professional_id=row.pk, match_id=match_id, hours=4, at=AT)
    hours_reserve(professional_id=row.pk, match_id=match_id, hours=4, at=AT)
    assert (factories.capacity_left(row), HoursReservation.objects.count()) == (6, 1)
    held = Professional.objects.get(pk=row.pk)
    assert held.revision > row.revision
    assert held.version == row.version
    hours_release(match_id=match_id, at=AT)
    hours_release(match_id=match_id, at=AT)
    assert factories.capacity_left(row) == 10
    hours_reserve(professional_id=row.pk, match_id=match_id, hours=7, at=AT)
    assert (factories.capacity_left(row), HoursReservation.objects.count()) == (3, 1)


def test_undecided_hours_count_nothing(bank):
    assert factories.capacity_left(factories.make_professional(bank, hours_per_week=None)) == 0


def test_the_tick_expires_after_the_last_day_and_ends_pauses_once(bank):
    today = factories.make_professional(bank, valid_until=TODAY)
    past = factories.make_professional(bank, valid_until=TODAY - timedelta(days=1))
    resting = factories.make_professional(
        bank, referral_status="paused", paused_from=date(2026, 10, 1), paused_until=TODAY - timedelta(days=1)
    )
    still = factories.make_professional(bank, referral_status="paused", paused_until=TODAY)
    endless = factories.make_professional(bank, referral_status="paused")

    assert professionals_tick(at=AT) == {"expire": 1, "unpause": 1}
    assert professionals_tick(at=AT) == {}
    states = dict(Professional.objects.values_list("pk", "registration_state"))
    assert (states[today.pk], states[past.pk]) == ("approved", "expired")
    paused = set(Professional.objects.filter(referral_status="paused").values_list("pk", flat=True))
    assert paused == {still.pk, endless.pk}
    resting.refresh_from_db()
    assert (resting.paused_from, resting.paused_until) == (None, None)
    assert {event.actor_role for event in Event.objects.all()} == {"system"}

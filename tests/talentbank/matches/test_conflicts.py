"""Conflicts of interest: which rule fires on what, what a finding tells, and what a decision covers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from talentbank.accounts.models import StaffMembership
from talentbank.core.audit import Step
from talentbank.core.errors import InvalidInput
from talentbank.core.lifecycle import Part
from talentbank.core.models import Event
from talentbank.matches.case import Case
from talentbank.matches.conflicts import RULES, ConflictFindingsChanged, conflict_scan
from talentbank.matches.forms import address_form, domain_form, name_form, person_form, phone_form
from talentbank.matches.models import ConflictDecision, Match
from talentbank.matches.services import conflict_decide
from tests import factories
from tests.factories import AT
from tests.talentbank.matches.steps import move, refusal_codes

pytestmark = pytest.mark.database
NUMBER, OTHER_NUMBER = "1234567890123", "9876543210987"


def found(need: Any, professional: Any, user: Any = None, **match: Any) -> dict[str, list[str]]:
    """Code → fields, as a coordinator's scan finds them now."""
    fields = {"bank": need.bank, "need": need, "professional": professional, **match}
    step = Step(actor=factories.actor(user) if user else factories.Actor(), at=AT)
    case = Case(Match(**fields), need, need.organization, professional, need.bank, step, Part.COORDINATOR)
    return {finding.code: list(finding.where) for finding in conflict_scan(case)}


PLAIN: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    ("same_corporate_number", {"invoice_number": f"T{NUMBER}"}, {"corporate_number": NUMBER}, True),
    ("same_corporate_number", {"invoice_number": "Ｔ１２３４５６７８９０１２３"}, {"corporate_number": NUMBER}, True),
    ("same_corporate_number", {"invoice_number": f"T{OTHER_NUMBER}"}, {"corporate_number": NUMBER}, False),
    ("same_corporate_number", {"employer": NUMBER}, {"corporate_number": NUMBER}, True),
    ("same_corporate_number", {}, {}, False),
    ("same_name", {"name": "こけし工房"}, {"name": "こけし 工房"}, True),
    ("same_name", {"kana": "こけしこうぼう"}, {"kana": "コケシコウボウ"}, True),
    ("same_name", {"name": "こけし工房"}, {"name": "だるま工房"}, False),
    ("employer_is_organization", {"employer": "㈱こけし"}, {"name": "株式会社こけし"}, True),
    ("employer_is_organization", {"employer": "こけし（株）　営業部"}, {"name": "株式会社 コケシ"}, True),
    ("employer_is_organization", {"employer": "Kokeshi Co., Ltd."}, {"name": "ＫＯＫＥＳＨＩ"}, True),
    ("employer_is_organization", {"employer": "株式会社こけし堂"}, {"name": "株式会社こけし"}, False),
    ("employer_is_organization", {"employer": "株式会社"}, {"name": "有限会社"}, False),
    ("professional_is_officer", {"name": "佐藤 匠"}, {"representative": "代表取締役　佐藤匠"}, True),
    ("professional_is_officer", {"name": "髙橋 匠"}, {"officers": ["鈴木 花", "取締役 高橋匠"]}, True),
    ("professional_is_officer", {"kana": "さとう たくみ"}, {"officers": ["サトウ・タクミ"]}, True),
    ("professional_is_officer", {"name": "佐藤 匠"}, {"representative": "佐藤 花", "officers": ["匠"]}, False),
    ("professional_is_contact_person", {"name": "佐藤 匠"}, {"contact_name": "佐藤匠"}, True),
    ("professional_is_contact_person", {"name": "佐藤 匠"}, {"contact_name": "佐藤"}, False),
    ("same_mail_address", {"email": "taro+bank@gmail.com"}, {"contact_email": "Taro@gmail.com"}, True),
    ("same_mail_address", {"email": "taro@gmail.com"}, {"contact_email": "hanako@gmail.com"}, False),
    ("same_mail_domain", {"email": "taro@kokeshi.example"}, {"contact_email": "info@Kokeshi.example"}, True),
    ("same_mail_domain", {"email": "taro@gmail.com"}, {"contact_email": "hanako@gmail.com"}, False),
    ("same_mail_domain", {"email": "taro@abc.ocn.ne.jp"}, {"contact_email": "kokeshi@abc.ocn.ne.jp"}, False),
    ("same_mail_domain", {"email": ""}, {"contact_email": ""}, False),
    ("same_phone", {"phone": "０２４－５２５－１１１１"}, {"contact_phone": "024(525)1111"}, True),
    ("same_phone", {"phone": "+81 24 525 1111"}, {"contact_phone": "0245251111 内線 12"}, True),
    ("same_phone", {"phone": "024-000-0000"}, {"contact_phone": "024-000-0000"}, False),
    ("same_phone", {"phone": "024-525-1111"}, {"contact_phone": "024-525-1112"}, False),
    ("organization_declared_tie", {"name": "佐藤 匠"}, {"declared_ties": ["代表の長男 佐藤匠が登録している"]}, True),
    ("organization_declared_tie", {"employer": "㈱こけし"}, {"declared_ties": ["株式会社こけし"]}, True),
    ("organization_declared_tie", {"name": "林"}, {"declared_ties": ["小林商店と取引"]}, False),
    ("organization_declared_tie", {"name": "佐藤 匠"}, {"declared_ties": ["佐藤 花"]}, False),
    ("hidden_from_organization", {"hidden_from": ["㈱こけし"]}, {"name": "株式会社こけし"}, True),
    ("hidden_from_organization", {"hidden_from": [NUMBER]}, {"corporate_number": NUMBER}, True),
    ("hidden_from_organization", {"hidden_from": ["だるま"]}, {"name": "株式会社こけし"}, False),
    ("public_servant_without_permission", {"is_public_servant": True}, {}, True),
    ("public_servant_without_permission", {"is_public_servant": True, "side_job_permission": "yes"}, {}, False),
    ("public_servant_without_permission", {"side_job_permission": "no"}, {}, False),
]


@pytest.mark.parametrize(("code", "person", "firm", "fires"), PLAIN)
def test_a_rule_fires_on_what_it_is_about_and_on_nothing_else(bank, code, person, firm, fires):
    need = factories.make_need(factories.make_organization(bank, **firm))
    professional = factories.make_professional(bank, **person)

    assert (code in found(need, professional)) is fires


HOME = "福島県福島市五老内町3番1号"
ADDRESSES = [
    ("福島市五老内町３－１", True),
    ("〒960-8601 福島県福島市五老内町3-1 市役所本庁舎4階", True),
    ("福島市五老内町三番一号", True),
    ("福島市 五老内町 3番 1号", True),
    ("福島市五老内町3-11", False),
    ("福島市五老内町", False),
    ("福島市", False),
    ("郡山市五老内町3-1", False),
]


@pytest.mark.parametrize(("address", "fires"), ADDRESSES)
def test_addresses_meet_only_where_both_name_the_same_block(bank, address, fires):
    sites = [{"name": "本店", "address": "福島市本町1-2"}, {"name": "工場", "address": address}]
    need = factories.make_need(factories.make_organization(bank, sites=sites))
    professional = factories.make_professional(bank, postal_address=HOME)

    where = found(need, professional).get("same_address")

    assert where == (["professional.postal_address=organization.sites"] if fires else None)


@pytest.mark.parametrize("address", ["福島市本町二丁目", "福島市本町2丁目", "福島市本町", "福島市 2", ""])
def test_a_town_or_a_chome_is_no_address_to_compare_by(address):
    assert address_form(address) == ""


def test_forms_of_what_people_write_differently():
    assert name_form("ＮＰＯ法人　ふくしま・ねっと") == name_form("特定非営利活動法人フクシマネット")
    assert name_form("カブシキガイシャコケシ") == name_form("こけし㈱")
    assert person_form("理事長") == "理事長"
    assert phone_form("110") == ""
    assert domain_form("x@mail.kokeshi.example") == "mail.kokeshi.example"
    assert address_form("大字飯坂町字十綱町3番地の2") == address_form("飯坂町十綱町３－２")


def test_a_professional_that_belongs_to_the_organization_is_found_by_account_and_by_address(bank, organization, need):
    owner = factories.owner_of(organization)

    assert "professional_is_member" in found(need, factories.make_professional(bank, user=owner))
    by_mail = found(need, factories.make_professional(bank, email=owner.email))
    assert by_mail == {"same_mail_address": ["professional.email=organization.member_emails"]}


def test_a_member_who_left_is_no_member(bank, organization, need):
    owner = factories.owner_of(organization)
    organization.members.update(ended_at=AT)

    assert found(need, factories.make_professional(bank, user=owner)) == {}


def test_the_organization_behind_a_professional_is_compared_too(bank):
    shared = factories.make_user()
    holder = factories.make_organization(
        bank,
        owner=shared,
        officers=["監査役 佐藤 匠"],
        contact_email="a@group.example",
        contact_phone="024-525-1111",
        sites=[{"name": "", "address": "福島市本町1-2"}],
        declared_ties=["こけし商店の親会社"],
    )
    firm = factories.make_organization(
        bank,
        name="こけし商店",
        owner=shared,
        representative="佐藤匠",
        contact_email="b@group.example",
        contact_phone="0245251111",
        sites=[{"name": "", "address": "福島市本町１丁目２"}],
    )
    professional = factories.make_professional(bank, holder_kind="organization", organization=holder, user=None)

    codes = found(factories.make_need(firm), professional)

    assert codes == {
        "shared_officer": ["holder.officers=organization.representative"],
        "professional_is_member": ["holder.members=organization.members"],
        "same_mail_address": ["holder.member_emails=organization.member_emails"],
        "same_mail_domain": ["holder.contact_email_domain=organization.contact_email_domain"],
        "same_phone": ["holder.contact_phone=organization.contact_phone"],
        "same_address": ["holder.sites=organization.sites"],
        "holder_declared_tie": ["organization.name=holder.declared_ties"],
    }


def declare(user: Any, bank: Any, *ties: str) -> StaffMembership:
    membership = StaffMembership.objects.get(user=user, bank=bank)
    membership.declared_ties = list(ties)
    membership.save_step(at=AT)
    return membership


@pytest.mark.parametrize("ties", [("株式会社こけし",), (NUMBER,), ("佐藤匠（義兄）",)])
def test_what_the_acting_coordinator_declared_is_found(bank, coordinator, ties):
    firm = factories.make_organization(bank, name="㈱こけし", corporate_number=NUMBER)
    need, professional = factories.make_need(firm), factories.make_professional(bank, name="佐藤　匠")
    membership = declare(coordinator, bank, *ties)

    where = found(need, professional, coordinator)["coordinator_declared_tie"]

    assert where and all(each.endswith(f"=membership:{membership.pk}") for each in where)
    colleague = factories.make_staff(bank)
    assert "coordinator_declared_tie" not in found(need, professional, colleague)
    assert "coordinator_declared_tie" in found(need, professional, colleague, coordinator=coordinator)
    need.deputy = coordinator
    assert "coordinator_declared_tie" in found(need, professional, colleague)


def test_a_coordinator_who_looks_after_it_and_is_a_side_is_found(bank, need, coordinator):
    professional = factories.make_professional(bank, user=coordinator)
    colleague = factories.make_staff(bank)

    assert "coordinator_is_a_side" in found(need, professional, colleague, coordinator=coordinator)
    assert "coordinator_is_a_side" not in found(need, professional, colleague)


@pytest.mark.parametrize("hand", ["registration", "answer"])
def test_whoever_typed_in_for_a_side_is_found_when_acting(bank, organization, coordinator, hand):
    typed = {"entered_by": coordinator} if hand == "registration" else {}
    professional = factories.make_professional(bank, **typed)
    answered = {"professional_answer_by": coordinator} if hand == "answer" else {}
    need = factories.make_need(organization)

    assert found(need, professional, coordinator, **answered) == {
        "coordinator_spoke_for_a_side": [f"hand:professional.{hand}=actor"]
    }
    assert found(need, professional, factories.make_staff(bank), **answered) == {}


def test_every_rule_has_a_code_of_its_own_and_words():
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert all(rule.ja and rule.en and rule.left for rule in RULES)


class TestDecision:
    @pytest.fixture
    def match(self, bank, organization):
        professional = factories.make_professional(bank, employer=organization.name)
        return factories.make_match(factories.make_need(organization), professional, "awaiting_approval")

    def decide(self, match: Match, user: Any, outcome: str, reason: str = "", **more: Any) -> ConflictDecision:
        step = Step(actor=factories.actor(user), at=more.pop("at", AT))
        return conflict_decide(match_id=match.pk, outcome=outcome, reason=reason, step=step, **more)

    def test_none_is_no_answer_where_something_was_found(self, match, coordinator):
        with pytest.raises(InvalidInput) as refused:
            self.decide(match, coordinator, "none", "問題ないと思う")

        (error,) = refused.value.errors
        assert (error.pointer, error.facts) == ("/outcome", {"findings": ["employer_is_organization"]})
        assert not match.conflicts.exists()

    @pytest.mark.parametrize("outcome", ["waived", "blocked"])
    @pytest.mark.parametrize("reason", ["", "　"])
    def test_waiving_and_blocking_need_a_reason(self, match, coordinator, outcome, reason):
        with pytest.raises(InvalidInput) as refused:
            self.decide(match, coordinator, outcome, reason)

        assert [error.pointer for error in refused.value.errors] == ["/reason"]

    def test_a_waiver_covers_what_was_found_and_the_record_names_no_person(self, match, coordinator):
        self.decide(match, coordinator, "waived", "退職済み")

        assert move(match, "approve", coordinator).state == "introduced"
        event = Event.objects.get(subject_id=match.pk, action="decide-conflict")
        where = ["professional.employer=organization.name"]
        assert event.facts["findings"] == [{"code": "employer_is_organization", "where": where}]
        assert match.professional.employer not in str(event.facts)

    def test_what_turns_up_after_the_decision_needs_a_new_one(self, match, coordinator):
        self.decide(match, coordinator, "waived", "退職済み")
        organization = match.need.organization
        organization.officers = [match.professional.name]
        organization.save_step(at=AT)

        assert refusal_codes(match, "approve", coordinator) == ["conflict_undecided"]

        self.decide(match, coordinator, "waived", "役員名簿の同姓同名", at=AT + timedelta(minutes=1))
        assert move(match, "approve", coordinator).state == "introduced"

    def test_the_same_rule_in_another_field_is_a_new_finding(self, bank, coordinator, organization):
        professional = factories.make_professional(bank)
        organization.officers = [professional.name]
        organization.save_step(at=AT)
        match = factories.make_match(factories.make_need(organization), professional, "awaiting_approval")
        self.decide(match, coordinator, "waived", "同姓同名")
        organization.representative = professional.name
        organization.save_step(at=AT)

        assert refusal_codes(match, "approve", coordinator) == ["conflict_undecided"]

    def test_what_is_gone_since_the_decision_needs_none(self, match, coordinator):
        self.decide(match, coordinator, "waived", "退職済み")
        match.professional.employer = ""
        match.professional.save_step(at=AT)

        assert move(match, "approve", coordinator).state == "introduced"

    def test_a_colleague_with_ties_of_their_own_decides_anew(self, match, bank, coordinator):
        self.decide(match, coordinator, "waived", "退職済み")
        colleague = factories.make_staff(bank)
        declare(colleague, bank, match.need.organization.name)

        assert refusal_codes(match, "approve", colleague) == ["conflict_undecided"]

    def test_a_block_leads_to_rejection_alone(self, match, coordinator):
        self.decide(match, coordinator, "blocked", "現職の役員")

        assert refusal_codes(match, "approve", coordinator) == ["conflict_blocked"]
        rejected = move(match, "reject", coordinator, reason_codes=("conflict_of_interest",))
        assert rejected.closed_reason == "conflict_of_interest"

    def test_hiding_from_the_organization_is_told_to_staff_and_stops_the_approval(self, match, coordinator):
        self.decide(match, coordinator, "waived", "退職済み")
        match.professional.hidden_from = [match.need.organization.name]
        match.professional.save_step(at=AT)

        assert set(refusal_codes(match, "approve", coordinator)) == {"conflict_undecided", "not_available"}
        latest = self.decide(match, coordinator, "blocked", "本人の希望", at=AT + timedelta(minutes=1))
        assert "hidden_from_organization" in latest.codes

    def test_nobody_decides_about_more_than_they_saw(self, match, coordinator):
        with pytest.raises(ConflictFindingsChanged) as refused:
            self.decide(match, coordinator, "waived", "問題なし", seen=["same_phone"])
        assert refused.value.facts == {"findings": ["employer_is_organization"]}

        seen = ["employer_is_organization", "same_phone"]
        assert self.decide(match, coordinator, "waived", "退職済み", seen=seen).outcome == "waived"

    def test_a_waiver_of_what_no_rule_knows_is_recorded(self, bank, need, professional, coordinator):
        match = factories.make_match(need, professional, "awaiting_approval")

        assert self.decide(match, coordinator, "waived", "同じ町内会").codes == []
        assert move(match, "approve", coordinator).state == "introduced"


@pytest.mark.parametrize(
    ("account", "member", "fires"),
    [
        ("x@kokeshi.example", "y@kokeshi.example", True),
        ("x@kokeshi.example", "y@daruma.example", False),
        ("x@gmail.com", "y@gmail.com", False),
    ],
)
def test_the_domains_of_the_accounts_meet_too_whatever_address_was_given_for_contact(bank, account, member, fires):
    professional = factories.make_professional(bank, email="taro@gmail.com", user=factories.make_user(email=account))
    organization = factories.make_organization(bank, owner=factories.make_user(email=member))

    finding = found(factories.make_need(organization), professional).get("same_mail_domain")

    where = ["professional.account_email_domain=organization.member_email_domains"]
    assert finding == (where if fires else None)

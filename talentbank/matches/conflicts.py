"""Conflicts of interest: a table of small rules, and what a decision in writing must cover.

The scan compares facts, it does not judge: a coordinator decides, also when nothing was found. A finding says which
fields met, never what stood in them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from talentbank.core.errors import Conflict, invalid
from talentbank.matches.case import Case
from talentbank.matches.models import ConflictDecision
from talentbank.matches.parties import Facts, facts_of

SHORTEST_NAME = 3
"""Characters of a name that may be sought within a text: two are a part of too many words."""

Forms = frozenset[str]


def equal(left: Forms, right: Forms) -> bool:
    return not left.isdisjoint(right)


def mentioned(left: Forms, right: Forms) -> bool:
    """Something on the left stands in a text on the right, or is it."""
    within = any(len(name) >= SHORTEST_NAME and name in text for name, text in product(left, right))
    return within or equal(left, right)


def present(left: Forms, right: Forms) -> bool:
    return bool(left)


@dataclass(frozen=True, slots=True)
class Rule:
    """`code` fires where a field of `left` and one of `right` meet. `name:*` stands for every field that begins so."""

    code: str
    ja: str
    en: str
    left: tuple[str, ...]
    right: tuple[str, ...] = ("",)
    meet: Callable[[Forms, Forms], bool] = equal

    def find(self, facts: Facts) -> tuple[str, ...]:
        """Where it fires: `left=right` by names of fields, sorted; empty where it does not."""
        met = {
            f"{left}={right}".rstrip("=")
            for left, right in product(_fields(self.left, facts), _fields(self.right, facts))
            if self.meet(facts.get(left, frozenset()), facts.get(right, frozenset()))
        }
        return tuple(sorted(met))


def _fields(names: Iterable[str], facts: Facts) -> list[str]:
    known = [field for name in names if name.endswith("*") for field in facts if field.startswith(name[:-1])]
    return [*(name for name in names if not name.endswith("*")), *known]


LEADERS = ("organization.representative", "organization.officers")
PEOPLE = (*LEADERS, "organization.contact_name")
OF_PROFESSIONAL = (
    *("professional.name", "professional.employer", "professional.employer_number", "professional.invoice_number"),
    *("holder.name", "holder.corporate_number"),
)
OF_ORGANIZATION = ("organization.name", "organization.corporate_number", *LEADERS)

RULES = (
    Rule(
        "same_corporate_number",
        "法人番号が同じ",
        "The same corporate number",
        ("holder.corporate_number", "professional.invoice_number", "professional.employer_number"),
        ("organization.corporate_number",),
    ),
    Rule(
        "same_name",
        "名称が同じ",
        "The same name",
        ("professional.name", "holder.name"),
        ("organization.name",),
    ),
    Rule(
        "employer_is_organization",
        "勤務先が事業者",
        "The organization is the professional's employer",
        ("professional.employer",),
        ("organization.name",),
    ),
    Rule(
        "professional_is_officer",
        "人材が事業者の代表者・役員と同名",
        "The professional bears the name of an officer of the organization",
        ("professional.name",),
        LEADERS,
    ),
    Rule(
        "professional_is_contact_person",
        "人材が事業者の担当者と同名",
        "The professional bears the name of the organization's contact person",
        ("professional.name",),
        ("organization.contact_name",),
    ),
    Rule(
        "shared_officer",
        "双方に同名の役員・担当者",
        "The same person leads or speaks for both",
        ("holder.representative", "holder.officers", "holder.contact_name"),
        PEOPLE,
    ),
    Rule(
        "professional_is_member",
        "人材が事業者の利用者",
        "The professional is a user of the organization",
        ("professional.account", "holder.members"),
        ("organization.members",),
    ),
    Rule(
        "same_mail_address",
        "メールアドレスが同じ",
        "The same e-mail address",
        ("professional.email", "professional.account_email", "holder.contact_email", "holder.member_emails"),
        ("organization.contact_email", "organization.member_emails"),
    ),
    Rule(
        "same_mail_domain",
        "メールのドメインが同じ",
        "The same e-mail domain",
        (
            *("professional.email_domain", "professional.account_email_domain"),
            *("holder.contact_email_domain", "holder.member_email_domains"),
        ),
        ("organization.contact_email_domain", "organization.member_email_domains"),
    ),
    Rule(
        "same_phone",
        "電話番号が同じ",
        "The same telephone number",
        ("professional.phone", "holder.contact_phone"),
        ("organization.contact_phone",),
    ),
    Rule(
        "same_address",
        "住所が同じ（番地まで）",
        "The same address, down to the block",
        ("professional.postal_address", "holder.sites"),
        ("organization.sites",),
    ),
    Rule(
        "organization_declared_tie",
        "事業者が関係を申告",
        "The organization declared a tie",
        OF_PROFESSIONAL,
        ("organization.declared_ties",),
        mentioned,
    ),
    Rule(
        "holder_declared_tie",
        "人材側の法人が関係を申告",
        "The professional's organization declared a tie",
        OF_ORGANIZATION,
        ("holder.declared_ties",),
        mentioned,
    ),
    Rule(
        "coordinator_declared_tie",
        "担当コーディネーターが関係を申告",
        "A coordinator declared a tie to one of the sides",
        (*OF_PROFESSIONAL, *OF_ORGANIZATION),
        ("membership:*",),
        mentioned,
    ),
    Rule(
        "coordinator_is_a_side",
        "担当コーディネーターが当事者",
        "A coordinator is one of the sides",
        ("professional.account", "holder.members", "organization.members"),
        ("coordinator:*",),
    ),
    Rule(
        "coordinator_spoke_for_a_side",
        "担当コーディネーターが登録・回答を代行",
        "The acting coordinator typed in a registration or an answer",
        ("hand:*",),
        ("actor",),
    ),
    Rule(
        "hidden_from_organization",
        "人材が紹介を望まない事業者",
        "The professional does not want to meet this organization",
        ("professional.hidden_from",),
        ("organization.name", "organization.corporate_number"),
    ),
    Rule(
        "public_servant_without_permission",
        "公務員で兼業の許可が未確認",
        "A public servant without a confirmed permission",
        ("professional.side_job_permission",),
        meet=present,
    ),
)
"""Every rule, in the order in which findings are told."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that fired, and the fields that met: codes and ids, nothing of a person."""

    code: str
    where: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "where": list(self.where)}


def conflict_scan(case: Case) -> list[Finding]:
    """Run every rule over the case as it is now; the acting coordinator is part of the case."""
    facts = facts_of(case)
    return [Finding(rule.code, where) for rule in RULES if (where := rule.find(facts))]


def findings_uncovered(findings: Iterable[Finding], decision: ConflictDecision) -> list[Finding]:
    """Findings that a decision was not about: another rule fires now, or the same one in another field."""
    known: Mapping[str, set[str]] = {each["code"]: set(each["where"]) for each in decision.findings}
    return [finding for finding in findings if not known.get(finding.code, set()).issuperset(finding.where)]


class ConflictFindingsChanged(Conflict):
    """The scan finds something that whoever decides has not seen."""

    code = "conflict_findings_changed"


def decision_check(*, outcome: str, reason: str, findings: Sequence[Finding], seen: Collection[str] | None) -> None:
    """Check that a decision fits what was found.

    :raises InvalidInput: `none` where something was found, or no reason where one is due.
    :raises ConflictFindingsChanged: there is more than was seen.
    """
    codes = [finding.code for finding in findings]
    if outcome == "none" and codes:
        raise invalid("/outcome", "conflict_found", findings=codes)
    if outcome != "none" and not reason.strip():
        raise invalid("/reason", "required")
    if seen is not None and (new := [code for code in codes if code not in seen]):
        raise ConflictFindingsChanged(findings=new)

"""Builders of rows for tests: each gives a valid row; a test names only what it is about.

They write rows directly, so that a test of one room does not run the services of another.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Client
from django.db import transaction

from talentbank.accounts.models import ClientApproval, ClientOrigin, StaffMembership, User
from talentbank.accounts.selectors import actor_for
from talentbank.banks.models import REQUIRED_TO_SUBMIT, Bank, BankText, TextKind
from talentbank.core.actors import Actor
from talentbank.core.audit import Step, Subject, event_record
from talentbank.matches.models import ConflictDecision, Match, Terms
from talentbank.matches.rules import rules_on
from talentbank.matches.states import INTRODUCING, RUNNING, TAKING
from talentbank.matches.terms import terms_digest
from talentbank.needs.models import Need, NeedSkill
from talentbank.organizations.models import Organization, OrganizationMember
from talentbank.privacy.models import Consent, Power, Proxy
from talentbank.professionals.models import HoursReservation, Professional, ProfessionalSkill
from talentbank.professionals.selectors import hours_reserved
from talentbank.ranking.models import Pair
from talentbank.skills.models import Problem, ProblemArea, ProblemSkill, Skill, SkillGroup

AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
"""The moment of most tests: Monday 2026-11-02, 10:00 in Japan."""
TODAY = date(2026, 11, 2)
PASSWORD = "correct horse battery"
_number = count(1)


def make_bank(**fields: Any) -> Bank:
    n = next(_number)
    policy = fields.pop("policy", {})
    values = {
        "slug": f"bank-{n}",
        "name": f"第{n}デジタル人材バンク",
        "municipality_code": "072010",
        "municipality_name": "あかつき市",
        "opened_on": date(2022, 12, 1),
        "policy_json": policy,
    }
    bank = Bank.create(at=AT, **{**values, **fields})
    for kind in TextKind.values:
        body = f"{bank.slug} {kind} 第1版"
        BankText.create(
            at=AT,
            bank=bank,
            kind=kind,
            number=1,
            language="ja",
            body=body,
            sha256=hashlib.sha256(body.encode()).hexdigest(),
            valid_from=datetime(2022, 12, 1, tzinfo=UTC),
        )
    return bank


def make_user(**fields: Any) -> User:
    n = next(_number)
    password = fields.pop("password", PASSWORD)
    values = {"email": f"user{n}@example.jp", "name": f"利用者{n}", **fields}
    user = User.objects.create_user(**values, password=password)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def let_in(client: Client, *banks: Bank, origins: tuple[str, ...] = (), **fields: Any) -> list[ClientApproval]:
    """Approve a client in banks."""
    values = {"state": "approved", "operator": "会議所", "purpose": "窓口", "contact": "app@example.jp"}
    values |= {"valid_until": date(2099, 3, 31), **fields}
    rows = [ClientApproval.create(at=AT, bank=bank, client=client, **values) for bank in banks]
    for row in rows:
        ClientOrigin.objects.bulk_create(ClientOrigin(approval=row, origin=origin) for origin in origins)
    return rows


def make_staff(bank: Bank, role: str = "coordinator", user: User | None = None, **fields: Any) -> User:
    user = user or make_user()
    StaffMembership.create(
        at=AT, bank=bank, user=user, role=role, **{"valid_from": date(2022, 12, 1), "valid_until": None, **fields}
    )
    return user


def actor(user: User, acting_as: str = "") -> Actor:
    """The actor a signed-in account is at AT."""
    return actor_for(user, at=AT, acting_as=acting_as, request_id="test")


def grant_consents(kind: str, id: UUID, bank: Bank) -> None:
    """Running consents of a subject to everything a submission needs."""
    for text_kind in REQUIRED_TO_SUBMIT:
        text = BankText.objects.get(bank=bank, kind=text_kind, number=1, language="ja")
        Consent.create(
            at=AT,
            bank_id=bank.pk,
            subject_kind=kind,
            subject_id=id,
            text_kind=text_kind,
            text_number=1,
            text_sha256=text.sha256,
            channel="web",
            granted_at=AT,
        )


def make_proxy(subject: Any, **fields: Any) -> Proxy:
    """A daughter who may speak for a registration about all that fits it, until the end of the fiscal year."""
    kind = subject._meta.model_name
    powers = fields.pop("powers", [power for power in Power if kind == "organization" or power != Power.NEEDS])
    values = {
        "kind": "relative",
        "name": "佐藤 花",
        "relationship": "長女",
        "phone": "090-1111-2222",
        "valid_from": TODAY,
        "valid_until": date(2027, 3, 31),
        "evidence": "委任状を窓口で確認",
        "channel": "counter",
        "recorded_by_role": "support_desk",
    }
    given = {f"for_{power}": True for power in powers}
    subject_fields = {"bank_id": subject.bank_id, "subject_kind": kind, "subject_id": subject.pk}
    return Proxy.create(at=AT, **{**values, **subject_fields, **given, **fields})


def make_organization(bank: Bank, *, owner: User | None = None, **fields: Any) -> Organization:
    """An approved organization with an owner and its consents."""
    n = next(_number)
    values = {
        "name": f"株式会社こけし{n}",
        "kana": f"カブシキガイシャコケシ{n}",
        "kind": "company",
        "industry": "食品製造",
        "headcount_band": "6-20",
        "contact_name": f"担当{n}",
        "contact_email": f"contact{n}@example.jp",
        "contact_phone": "024-000-0000",
        "has_employees": True,
        "registration_state": "approved",
        "reference": f"R8-登-9{n:03d}",
        "approved_at": AT,
        "valid_until": date(2028, 11, 1),
    }
    organization = Organization.create(at=AT, bank=bank, **{**values, **fields})
    OrganizationMember.create(at=AT, organization=organization, user=owner or make_user(), role="owner")
    grant_consents("organization", organization.pk, bank)
    return organization


def owner_of(organization: Organization) -> User:
    return organization.members.get(role="owner", ended_at__isnull=True).user


def make_professional(bank: Bank, **fields: Any) -> Professional:
    """An approved, available person with an account, 10 hours a week and consents. `skills`: codes or dicts."""
    n = next(_number)
    skills = fields.pop("skills", [])
    values = {
        "name": f"佐藤 匠{n}",
        "kana": f"サトウ タクミ{n}",
        "email": f"pro{n}@example.jp",
        "phone": "090-0000-0000",
        "headline": "ECサイトの構築と運用",
        "summary": "Shopify と楽天市場で十年。",
        "residency": "city",
        "hours_per_week": 10,
        "remote": "ok",
        "areas": ["あかつき市"],
        "engagement_types": ["quasi_mandate", "advice"],
        "fee_basis": "hour",
        "fee_min_yen": 2000,
        "fee_max_yen": 4000,
        "has_employees": False,
        "registration_state": "approved",
        "reference": f"R8-登-{n:04d}",
        "approved_at": AT,
        "valid_until": date(2028, 11, 1),
    }
    merged = {**values, **fields}
    if merged.get("holder_kind") != "organization" and "user" not in merged:
        merged["user"] = make_user()
    professional = Professional.create(at=AT, bank=bank, **merged)
    for claim in skills:
        claim = {"skill": claim} if isinstance(claim, str) else dict(claim)
        skill = make_skill(claim.pop("skill"))
        ProfessionalSkill.objects.create(professional=professional, skill=skill, **{"level": 3, **claim})
    grant_consents("professional", professional.pk, bank)
    return professional


def make_need(organization: Organization, **fields: Any) -> Need:
    """An open, accepting need of one place. `skills`: codes or dicts; `problems`: codes."""
    n = next(_number)
    skills, problems = fields.pop("skills", []), fields.pop("problems", [])
    values = {
        "title": "ネットで漬物を売りたい",
        "own_words": "インターネットの通信販売を始めたいのですが、何から手を付ければよいか分かりません。",
        "engagement_type": "quasi_mandate",
        "hours_per_week": 4,
        "place": "mixed",
        "area": "あかつき市",
        "headcount": 1,
        "state": "open",
        "state_since": AT,
        "opened_at": AT,
        "reference": f"R8-依-{n:04d}",
        "deadline": date(2027, 3, 31),
    }
    need = Need.create(at=AT, bank=organization.bank, organization=organization, **{**values, **fields})
    for wish in skills:
        wish = {"skill": wish} if isinstance(wish, str) else dict(wish)
        skill = make_skill(wish.pop("skill"))
        NeedSkill.objects.create(need=need, skill=skill, **{"required": True, **wish})
    need.problems.set([make_problem(code) for code in problems])
    return need


def make_skill(code: str, **fields: Any) -> Skill:
    group, _ = SkillGroup.objects.get_or_create(
        scheme="local", code="test", defaults={"name_ja": "試験", "name_en": "Test"}
    )
    values = {"scheme": "local", "scheme_version": "1", "group": group, "name_ja": code, "name_en": code, **fields}
    skill, _ = Skill.objects.get_or_create(code=code, defaults=values)
    return skill


def make_problem(code: str, skills: tuple[str, ...] = ()) -> Problem:
    area, _ = ProblemArea.objects.get_or_create(code="test", defaults={"name_ja": "試験", "name_en": "Test"})
    problem, _ = Problem.objects.get_or_create(
        code=code, defaults={"area": area, "name_ja": code, "easy_ja": code, "name_en": code}
    )
    for skill in skills:
        ProblemSkill.objects.get_or_create(problem=problem, skill=make_skill(skill), defaults={"weight": 1.0})
    return problem


@transaction.atomic
def make_match(need: Need, professional: Professional, state: str = "prospect", **fields: Any) -> Match:
    """A match standing in `state`, with the answers that state implies, counted on its need and pair.

    No events but its creation: a test that undoes takes the step itself.
    """
    n = next(_number)
    answers = ANSWERS_IN.get(state, ("yes", "yes"))
    introduced = state not in {"prospect", "awaiting_professional", "awaiting_organization", "awaiting_approval"}
    values = {
        "reference": f"R8-案-{n:04d}",
        "origin": "prospect",
        "round": need.round,
        "state_since": AT,
        "professional_answer": answers[0],
        "organization_answer": answers[1],
        "introduced_at": AT if introduced and state not in {"postponed", "closed"} else None,
        "closed_reason": "cancelled" if state == "closed" else "",
        "resume_state": "awaiting_professional" if state == "postponed" else "",
        "made_on": TODAY if state in TAKING else None,
    }
    match = Match.create(
        at=AT, bank=need.bank, need=need, professional=professional, state=state, **{**values, **fields}
    )
    event_record(
        Subject("match", match.pk, need.bank_id),
        Step(actor=Actor(), at=AT),
        action="create",
        from_state="",
        to_state=state,
    )
    count_matches(need)
    open_pair = state not in {"closed", "completed"}
    Pair.create(
        at=AT,
        need=need,
        professional=professional,
        state="open" if open_pair else "ended",
        round=need.round,
        match_id=match.pk,
    )
    if state in RUNNING:
        HoursReservation.create(
            at=AT, professional=professional, match_id=match.pk, hours_per_week=need.hours_per_week or 0
        )
    return match


ANSWERS_IN = {
    "prospect": ("", ""),
    "awaiting_professional": ("asked", ""),
    "awaiting_organization": ("yes", "asked"),
    "postponed": ("later", ""),
}


def count_matches(need: Need) -> None:
    """Set a need's counts, and the state they imply, from its matches."""
    states = list(Match.objects.filter(need=need, round=need.round).values_list("state", flat=True))
    need.taken = sum(state in TAKING for state in states)
    need.introducing = sum(state in INTRODUCING for state in states)
    need.running = sum(state in RUNNING for state in states)
    need.completed = sum(state == "completed" for state in states)
    if need.state == "open" and need.running:
        need.state = "in_progress"
    need.save_step(at=AT)


def complete_terms(**fields: Any) -> dict[str, Any]:
    """Terms that lack nothing for any engagement type."""
    return {
        "work": "ネットショップの立ち上げ支援",
        "fee_yen": 30000,
        "commissioned_on": "2026-11-02",
        "received_on": "2026-12-25",
        "payment_on": "2027-01-31",
        "place": "あかつき市内および遠隔",
        "starts_on": "2026-11-02",
        "ends_on": "2026-12-25",
        "hours_per_week": 4,
        "travel": "実費",
        **fields,
    }


def make_terms(match: Match, *, confirmed_by: tuple[str, ...] = (), **fields: Any) -> Terms:
    number = match.terms_version + 1
    content = complete_terms(**fields)
    terms = Terms.create(
        at=AT,
        match=match,
        number=number,
        content=content,
        rules_version=rules_on(TODAY).version,
        sha256=terms_digest(content),
        **{f"{side}_confirmed_at": AT for side in confirmed_by},
    )
    match.terms_version = number
    if set(confirmed_by) == {"professional", "organization"}:
        match.agreed_terms_version = number
    match.save_step(at=AT)
    return terms


def decide_conflict(match: Match, outcome: str = "none") -> ConflictDecision:
    return ConflictDecision.create(at=AT, match=match, outcome=outcome, decided_at=AT)


def capacity_left(professional: Professional) -> int:
    """Hours a week offered less those of running matches; offering nothing yet counts 0. May be negative."""
    return (professional.hours_per_week or 0) - hours_reserved([professional.pk]).get(professional.pk, 0)

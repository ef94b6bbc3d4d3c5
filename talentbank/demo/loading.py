"""Bringing a demo bank in through the services, so that every row has its events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from talentbank.accounts.models import StaffRole, User
from talentbank.accounts.services import membership_create
from talentbank.banks.models import REQUIRED_TO_SUBMIT, Bank
from talentbank.banks.services import bank_create, bank_text_publish
from talentbank.core.actors import SYSTEM, Actor, Channel, OnBehalf, Side
from talentbank.core.audit import Step
from talentbank.core.checkdigits import corporate_check_digit, municipality_check_digit
from talentbank.core.clock import day_of
from talentbank.demo.cast import user_make
from talentbank.demo.data_files import BankFolder, bank_texts, days_after, morning, moved
from talentbank.demo.histories import history_play
from talentbank.demo.stage import Stage
from talentbank.needs.models import Need
from talentbank.needs.services import need_create, need_transition, need_update
from talentbank.organizations.models import Organization
from talentbank.organizations.services import organization_register, organization_transition
from talentbank.professionals.models import Professional
from talentbank.professionals.services import professional_register, professional_transition

Progress = Callable[[str], None]
VALID_YEARS = 5
"""The demo's registrations of 2022 shall still hold when somebody looks at it."""
MUNICIPALITY_BASES = {"akatsuki": "07291", "minakamino": "07592"}
"""Codes of no existing municipality; the check digit is computed."""
NOT_FIELDS = frozenset({"key", "holder", "organization", "state", "registered_on", "entered_by", "channel"})


class BankLoading:
    """One bank on its way in. Rows refer to each other by the keys of the data files."""

    def __init__(self, folder: BankFolder, *, at: datetime, progress: Progress) -> None:
        self.folder, self.at, self.progress = folder, at, progress

    @transaction.atomic
    def load(self) -> Bank:
        """Load everything or nothing."""
        self.bank = self._bank()
        self.stage = Stage(bank=self.bank, at=self.at)
        self._staff()
        for name, rows, load_one in (
            ("organizations", self.folder.rows("organizations"), self._organization),
            ("professionals", self.folder.rows("professionals"), self._professional),
            ("needs", self.folder.rows("needs"), self._need),
            ("matches", self.folder.rows("matches"), self._match),
        ):
            for done, row in enumerate(rows, start=1):
                load_one(row)
                if done % 10 == 0 or done == len(rows):
                    self.progress(f"{self.bank.name}: {name} {done}/{len(rows)}")
        return self.bank

    def _bank(self) -> Bank:
        fields = self.folder.bank
        base = MUNICIPALITY_BASES[fields["slug"]]
        opened_on = date.fromisoformat(fields.pop("opened_on"))
        fields.pop("municipality_name_en", None)
        bank = bank_create(
            at=morning(opened_on, hour=8),
            opened_on=opened_on,
            municipality_code=f"{base}{municipality_check_digit(base)}",
            policy={"registration_valid_years": VALID_YEARS},
            **fields,
        )
        step = Step(actor=SYSTEM, at=morning(opened_on, hour=8))
        for kind, bodies in bank_texts().items():
            bank_text_publish(bank=bank, kind=kind, number=1, bodies=bodies, step=step)
        return bank

    def _staff(self) -> None:
        names = {
            "bank_admin": ("bank_admin", "人材バンク 管理責任者"),
            "coordinator": ("coordinator", "人材バンク コーディネーター"),
            "coordinator2": ("coordinator", "人材バンク コーディネーター（副）"),
            "support_desk": ("support_desk", "デジタルサポートデスク"),
            "analyst": ("analyst", "企画課 統計担当"),
        }
        at = morning(self.bank.opened_on, hour=9)
        for key, (role, name) in names.items():
            user = user_make(f"{key}@{self.bank.slug}.example", name)
            assert role in StaffRole.values
            membership_create(bank=self.bank, user=user, role=role, at=at, actor=Actor())
            self.stage.staff[key] = user

    def by_desk(self, row: dict[str, Any], side: Side) -> OnBehalf | None:
        """On whose behalf and how a row came in; None where the person did it."""
        if row["entered_by"] == "self":
            return None
        return OnBehalf(side, Channel(row["channel"]), "窓口で聞き取り、読み上げて確認")

    def step(self, user: User, at: datetime, on_behalf: OnBehalf | None = None, **values: Any) -> Step:
        return Step(actor=self.stage.actor(user, at), at=at, on_behalf=on_behalf, input=values)

    def _organization(self, row: dict[str, Any]) -> None:
        at = morning(row["registered_on"])
        fields = {name: value for name, value in row.items() if name not in NOT_FIELDS}
        base = fields.pop("corporate_number_base", "")
        fields["corporate_number"] = f"{corporate_check_digit(base)}{base}" if base else ""
        on_behalf = self.by_desk(row, Side.ORGANIZATION)
        user = self.stage.desk if on_behalf else user_make(row["contact_email"], row["contact_name"])
        organization = organization_register(
            actor=self.stage.actor(user, at),
            bank=self.bank,
            fields=fields,
            on_behalf=on_behalf,
            consents=[*map(str, REQUIRED_TO_SUBMIT)],
            at=at,
        )
        self._review(self._move_organization, organization, row, user, on_behalf)
        self.stage.organizations[row["key"]] = Organization.objects.get(pk=organization.pk)

    def _professional(self, row: dict[str, Any]) -> None:
        at = morning(row["registered_on"], hour=13)
        fields = {name: value for name, value in row.items() if name not in NOT_FIELDS}
        fields["skills"] = [_claim_as_of(claim, row["registered_on"][:7]) for claim in row["skills"]]
        fields["experiences"] = [_given(experience) for experience in row["experiences"]]
        on_behalf = self.by_desk(row, Side.PROFESSIONAL)
        if on_behalf is None:
            fields.pop("employer", None)  # staff alone write it
        if row["holder"] == "organization":
            held_by = self.stage.organizations[row["organization"]]
            fields |= {"organization": held_by.pk}
        if on_behalf:
            user = self.stage.desk
        elif row["holder"] == "organization":
            user = self.stage.owner_of(held_by)
        else:
            user = user_make(row["email"], row["name"], row["kana"])
        professional = professional_register(
            actor=self.stage.actor(user, at),
            bank=self.bank,
            fields=fields,
            on_behalf=on_behalf,
            consents=[*map(str, REQUIRED_TO_SUBMIT)],
            at=at,
        )
        self._review(self._move_professional, professional, row, user, on_behalf)
        self.stage.professionals[row["key"]] = Professional.objects.get(pk=professional.pk)

    def _move_organization(self, kept: Any, action: str, step: Step) -> None:
        organization_transition(organization_id=kept.pk, action=action, expected_version=None, step=step)

    def _move_professional(self, kept: Any, action: str, step: Step) -> None:
        professional_transition(professional_id=kept.pk, action=action, expected_version=None, step=step)

    def _review(
        self,
        move: Callable[[Any, str, Step], None],
        kept: Any,
        row: dict[str, Any],
        user: User,
        on_behalf: OnBehalf | None,
    ) -> None:
        """Submit and, as far as the row says, review."""
        if row["state"] == "draft":
            return
        submitted = kept.created_at + timedelta(minutes=20)
        move(kept, "submit", self.step(user, submitted, on_behalf))
        reviewed = days_after(submitted, 3)
        coordinator = self.stage.staff["coordinator"]
        if row["state"] == "approved":
            move(kept, "approve", self.step(coordinator, reviewed))
        elif row["state"] == "changes_requested":
            comments = {"/experiences": "どのような場面でお使いになったか、もう少し教えてください。"}
            move(kept, "request-changes", self.step(coordinator, reviewed, comments=comments))

    def _need(self, row: dict[str, Any]) -> None:
        organization = self.stage.organizations[row["organization"]]
        at = max(morning(row["posted_on"], hour=11), days_after(morning(day_of(organization.created_at)), 4))
        drop = {"key", "organization", "state", "posted_on", "entered_by", "channel", "public_summary", "deadline"}
        fields = {name: value for name, value in row.items() if name not in drop and value is not None}
        if deadline := moved(row.get("deadline"), day_of(self.at)):
            fields["deadline"] = deadline
        for name in ("period_start", "period_end"):
            if isinstance(fields.get(name), str):
                fields[name] = date.fromisoformat(fields[name])
        on_behalf = self.by_desk(row, Side.ORGANIZATION)
        owner = self.stage.owner_of(organization)
        if owner == self.stage.desk and on_behalf is None:
            on_behalf = OnBehalf(Side.ORGANIZATION, Channel.PHONE, "電話で聞き取り")
        user = self.stage.desk if on_behalf else owner
        need = need_create(
            actor=self.stage.actor(user, at), organization=organization, fields=fields, on_behalf=on_behalf, at=at
        )
        if row["state"] != "draft":
            self._publish(need, row, user, on_behalf, at)
        self.stage.needs[row["key"]] = Need.objects.get(pk=need.pk)

    def _publish(self, need: Need, row: dict[str, Any], user: User, on_behalf: OnBehalf | None, at: datetime) -> None:
        def move(who: User, action: str, minutes: int, behalf: OnBehalf | None = None) -> None:
            step = self.step(who, at + timedelta(minutes=minutes), behalf)
            need_transition(need_id=need.pk, action=action, expected_version=None, step=step)

        coordinator = self.stage.staff["coordinator"]
        move(user, "submit", 10, on_behalf)
        if row["state"] != "open":
            return
        need_update(
            actor=self.stage.actor(coordinator, at),
            need_id=need.pk,
            expected_version=None,
            changes={"public_summary": row["public_summary"]},
            on_behalf=None,
            at=at + timedelta(minutes=60),
        )
        move(user, "agree-summary", 90, on_behalf)
        move(coordinator, "open", 120)

    def _match(self, row: dict[str, Any]) -> None:
        history_play(self.stage, row)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}


def _claim_as_of(claim: dict[str, Any], month: str) -> dict[str, Any]:
    """A skill's claim as it could be made in the month of registration; absent values left out."""
    known = _given(claim)
    if "last_used" in known:
        known["last_used"] = min(known["last_used"], month)
    return known


def demo_load(folder: BankFolder, *, at: datetime, progress: Progress) -> Bank | None:
    """Load one demo bank through the services; None when it is there already."""
    if Bank.objects.filter(slug=folder.bank["slug"]).exists():
        return None
    return BankLoading(folder, at=at, progress=progress).load()

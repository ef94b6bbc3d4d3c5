"""One thing waiting in every basket: how it comes to wait, and who is waited for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from talentbank.accounts.models import User
from talentbank.banks.models import Bank
from talentbank.banks.services import bank_text_publish
from talentbank.core.actors import SYSTEM
from talentbank.core.audit import Step
from talentbank.core.revision import revision_bump
from talentbank.matches.models import Complaint, Evaluation, MatchQuestion, Push, StaffNote, WorkReport
from talentbank.needs.models import Need, NeedQuestion
from talentbank.organizations.models import Organization
from talentbank.professionals.models import Professional
from talentbank.worklist.ladders import ladders_tick
from tests import factories
from tests.factories import AT, TODAY

LONG_AGO = AT - timedelta(days=100)
REPORT = {
    "period_start": TODAY,
    "period_end": TODAY,
    "hours": 3,
    "work_done": "商品を登録しました。",
    "channel": "web",
}
ANSWERED = {"professional_answer": "yes", "organization_answer": "yes"}


@dataclass
class World:
    """A bank with its people; `clock` may be moved on."""

    clock: Any
    bank: Bank
    coordinator: User
    bank_admin: User
    desk: User
    organization: Organization
    professional: Professional
    need: Need

    def match(self, state: str, **fields: Any) -> Any:
        match = factories.make_match(self.need, self.professional, state, **fields)
        factories.decide_conflict(match)
        return match

    def reader(self, name: str) -> User:
        sides = {"professional": self.professional.user, "owner": factories.owner_of(self.organization)}
        return sides.get(name) or getattr(self, name)

    def changed(self, row: Any, **fields: Any) -> Any:
        for name, value in fields.items():
            setattr(row, name, value)
        row.save_step(at=AT)
        return row

    def on(self, day: str) -> None:
        """Let the ladders run at noon of a day."""
        self.clock.at = timezone.datetime.fromisoformat(f"{day}T03:00:00+00:00")
        ladders_tick(at=self.clock.at)


Case = Callable[[World], Any]
CASES: dict[str, tuple[str, Case]] = {}
"""Basket → who is waited for, and how something comes to wait."""


def waits_for(reader: str) -> Callable[[Case], Case]:
    def keep(case: Case) -> Case:
        CASES[case.__name__] = (reader, case)
        return case

    return keep


@waits_for("bank_admin")
def escalations(world: World) -> None:
    world.match("awaiting_approval")
    world.on("2026-12-25")


@waits_for("coordinator")
def answers_overdue(world: World) -> None:
    world.match("awaiting_professional")
    world.on("2026-11-06")


@waits_for("coordinator")
def calls_to_make(world: World) -> None:
    world.match("awaiting_professional")
    world.on("2026-11-13")


@waits_for("coordinator")
def approvals(world: World) -> None:
    world.match("awaiting_approval")


@waits_for("coordinator")
def registrations(world: World) -> None:
    factories.make_professional(world.bank, registration_state="submitted", submitted_at=AT)


@waits_for("coordinator")
def needs(world: World) -> None:
    factories.make_need(world.organization, state="submitted", submitted_at=AT)


@waits_for("coordinator")
def pending_changes(world: World) -> None:
    world.changed(world.professional, pending_changes={"name": "佐藤 巧"})


@waits_for("coordinator")
def changed_since_review(world: World) -> None:
    world.changed(world.professional, changed_since_review=["headline"])


@waits_for("bank_admin")
def countersignatures(world: World) -> None:
    world.match("introduced", countersign_pending=True, introduced_by=world.coordinator)


@waits_for("coordinator")
def starts_to_confirm(world: World) -> None:
    world.match("contracted")


@waits_for("coordinator")
def evaluations_due(world: World) -> None:
    world.match("completed", ended_at=AT)


@waits_for("coordinator")
def deadlines(world: World) -> None:
    world.changed(world.professional, valid_until=TODAY + timedelta(days=20))


@waits_for("coordinator")
def red_flags(world: World) -> None:
    world.match("suspended")


def complaint(world: World, **fields: Any) -> None:
    values = {"match": world.match("active"), "bank": world.bank, "side": "professional", "about": "other_side"}
    Complaint.create(
        at=AT, **values, text="約束の時間に来ません。", state_since=AT, made_by=world.professional.user, **fields
    )


@waits_for("bank_admin")
def complaints_to_give(world: World) -> None:
    complaint(world)


@waits_for("coordinator")
def complaints_to_settle(world: World) -> None:
    complaint(world, state="handling", handler=world.coordinator)


@waits_for("coordinator")
def never_proposed(world: World) -> None:
    world.changed(world.professional, approved_at=LONG_AGO)


@waits_for("coordinator")
def needs_without_candidates(world: World) -> None:
    world.changed(world.professional, referral_status="paused", revision=revision_bump(world.bank.pk))


@waits_for("desk")
def answers_to_collect(world: World) -> None:
    world.changed(world.professional, entered_by=world.desk)
    world.match("awaiting_professional")


def _helped_sides(world: World) -> None:
    world.changed(world.professional, entered_by=world.desk)
    world.changed(world.organization, entered_by=world.desk)
    world.changed(world.need, entered_by=world.desk)


@waits_for("desk")
def confirmations_to_collect(world: World) -> None:
    _helped_sides(world)
    factories.make_terms(world.match("negotiating", **ANSWERED))


@waits_for("desk")
def amendments_to_collect(world: World) -> None:
    _helped_sides(world)
    match = world.match("active", **ANSWERED)
    factories.make_terms(match, confirmed_by=("professional", "organization"))
    world.changed(match, agreed_terms_version=1)
    factories.make_terms(match, confirmed_by=("organization",))


@waits_for("desk")
def starts_to_collect(world: World) -> None:
    _helped_sides(world)
    world.match("contracted", **ANSWERED)


@waits_for("desk")
def reports_to_collect(world: World) -> None:
    _helped_sides(world)
    WorkReport.create(at=AT, match=world.match("active", **ANSWERED), **REPORT)


@waits_for("desk")
def deliveries_to_collect(world: World) -> None:
    _helped_sides(world)
    world.match("delivered", **ANSWERED)


@waits_for("desk")
def evaluations_to_collect(world: World) -> None:
    _helped_sides(world)
    match = world.match("completed", ended_at=AT, **ANSWERED)
    Evaluation.create(at=AT, match=match, side="professional", score=4, would_repeat=True, outcome="reached")


@waits_for("desk")
def unfinished(world: World) -> None:
    factories.make_professional(world.bank, registration_state="draft", entered_by=world.desk)


@waits_for("professional")
def answers(world: World) -> None:
    world.match("awaiting_professional")


@waits_for("owner")
def terms_to_confirm(world: World) -> None:
    factories.make_terms(world.match("negotiating"), confirmed_by=("professional",))


@waits_for("professional")
def terms_to_amend(world: World) -> None:
    match = world.match("active")
    factories.make_terms(match, confirmed_by=("professional", "organization"))
    world.changed(match, agreed_terms_version=1)
    factories.make_terms(match, confirmed_by=("organization",))


@waits_for("owner")
def questions(world: World) -> None:
    values = {"asked_side": "professional", "asked_by": world.professional.user, "text": "週末は動けますか。"}
    MatchQuestion.create(at=AT, match=world.match("introduced"), **values)


@waits_for("owner")
def need_questions(world: World) -> None:
    NeedQuestion.create(at=AT, need=world.need, professional_id=world.professional.pk, text="在庫は何点ですか。")


def _report(world: World, **fields: Any) -> None:
    WorkReport.create(at=AT, match=world.match("active"), **{**REPORT, **fields})


@waits_for("owner")
def work_reports(world: World) -> None:
    _report(world)


@waits_for("professional")
def reports_returned(world: World) -> None:
    _report(world, state="returned", answered_at=AT)


@waits_for("owner")
def deliveries(world: World) -> None:
    world.match("delivered")


@waits_for("professional")
def starts(world: World) -> None:
    world.match("contracted")


@waits_for("owner")
def evaluations(world: World) -> None:
    match = world.match("completed", ended_at=AT)
    Evaluation.create(at=AT, match=match, side="professional", score=4, would_repeat=True, outcome="reached")


@waits_for("professional")
def changes_requested(world: World) -> None:
    world.changed(world.professional, registration_state="changes_requested")


@waits_for("owner")
def renewals(world: World) -> None:
    world.changed(world.organization, valid_until=TODAY + timedelta(days=30))


@waits_for("professional")
def consents(world: World) -> None:
    step = Step(actor=SYSTEM, at=AT)
    bank_text_publish(bank=world.bank, kind="disclosure", number=2, bodies={"ja": "第二版"}, step=step)


@waits_for("owner")
def summaries(world: World) -> None:
    world.changed(
        world.need, confidentiality="public", public_summary="食品の会社が通販を始めます。", summary_agreed_at=None
    )


@waits_for("professional")
def pushes(world: World) -> None:
    monday = date(2026, 11, 2)
    Push.create(at=AT, bank=world.bank, professional=world.professional, need=world.need, week=monday)


def call_note(match: Any, author: User, **fields: Any) -> StaffNote:
    """A call somebody made about a match."""
    values = {"bank": match.bank, "subject_kind": "match", "subject_id": match.pk, "kind": "call", "author": author}
    return StaffNote.create(at=timezone.now(), **values, channel="phone", result="reached", happened_on=TODAY, **fields)

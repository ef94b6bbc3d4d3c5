"""Playing a match's history through the services, up to the state that the data names."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from talentbank.accounts.models import User
from talentbank.core.actors import Channel, Hat, OnBehalf, Side
from talentbank.core.audit import Step
from talentbank.core.clock import day_of
from talentbank.demo.data_files import days_after, morning
from talentbank.demo.stage import Stage
from talentbank.matches.evaluations import evaluation_give
from talentbank.matches.models import Match
from talentbank.matches.services import conflict_decide, match_create, match_transition, terms_draft
from talentbank.matches.states import Origin, State

UNFINISHED_DAYS = 5
"""An unfinished match began so many days ago, so that nothing of the demo is overdue at its start."""
MADE = {State.CONTRACTED, State.ACTIVE, State.DELIVERED, State.COMPLETED}


class History:
    """One match and its two people, moving through time."""

    def __init__(self, stage: Stage, row: dict[str, Any]) -> None:
        self.stage, self.row = stage, row
        self.need = stage.needs[row["need"]]
        self.professional = stage.professionals[row["professional"]]
        self.goal = State(row["state"])
        made = self.goal in MADE
        begun = morning(row["made_on"]) - timedelta(days=12) if made else days_after(stage.at, -UNFINISHED_DAYS)
        self.now = begun

    def later(self, days: int = 0, hours: int = 1) -> datetime:
        self.now += timedelta(days=days, hours=hours)
        return self.now

    def speaker(self, side: Side) -> tuple[User, OnBehalf | None]:
        """Who speaks for a side: its own account, or the desk on its behalf."""
        if side is Side.PROFESSIONAL:
            user = self.professional.user
            if user is None and self.professional.organization:
                user = self.stage.owner_of(self.professional.organization)
        else:
            user = self.stage.owner_of(self.need.organization)
        desk = self.stage.desk
        if user is None or user == desk:
            return desk, OnBehalf(side, Channel.PHONE, "電話で本人に確認")
        return user, None

    def step(self, who: Side | str, at: datetime, **values: Any) -> Step:
        if isinstance(who, Side):
            user, on_behalf = self.speaker(who)
        else:
            user, on_behalf = self.stage.staff[who], None
        actor = self.stage.actor(user, at)
        hats = [hat for hat in actor.hats if isinstance(who, Side) and not on_behalf and self._fits(hat, who)]
        return Step(actor=actor.as_hat(hats[0]) if hats else actor, at=at, on_behalf=on_behalf, input=values)

    def _fits(self, hat: Hat, side: Side) -> bool:
        return hat.id == (self.professional.pk if side is Side.PROFESSIONAL else self.need.organization_id)

    def move(self, action: str, who: Side | str, days: int = 0, **values: Any) -> None:
        step = self.step(who, self.later(days), **values)
        match_transition(match_id=self.match.pk, action=action, step=step, expected_version=None)

    def open(self) -> None:
        origin = Origin(self.row["origin"])
        who = {Origin.APPLY: Side.PROFESSIONAL, Origin.INVITE: Side.ORGANIZATION}.get(origin, "coordinator")
        self.match = match_create(
            need_id=self.need.pk,
            professional_id=self.professional.pk,
            origin=origin,
            step=self.step(who, self.later()),
        )

    def answers(self) -> None:
        """Ask and answer until both have said yes, or until the goal."""
        if self.match.state == State.PROSPECT and self.goal != State.PROSPECT:
            self.move("propose", "coordinator")
        while (state := Match.objects.get(pk=self.match.pk).state) not in {self.goal, State.PROSPECT}:
            if state == State.AWAITING_APPROVAL:
                return
            side = Side.PROFESSIONAL if state == State.AWAITING_PROFESSIONAL else Side.ORGANIZATION
            self.move("accept", side, days=1)

    def introduce(self) -> None:
        at = self.later(days=1)
        conflict_decide(match_id=self.match.pk, outcome="none", reason="", step=self.step("coordinator2", at))
        self.move("approve", "coordinator2")

    def contract(self) -> None:
        self.now = max(self.now, morning(self.row["made_on"], hour=14))
        content = self._terms()
        terms_draft(match_id=self.match.pk, content=content, step=self.step(Side.ORGANIZATION, self.later()))
        self.move("confirm", Side.PROFESSIONAL, terms_version=1)
        self.move("confirm", Side.ORGANIZATION, terms_version=1)

    def _terms(self) -> dict[str, Any]:
        said = self.row["terms"] if "terms" in self.row else self.row["engagement"]
        ends_on = said.get("ends_on") or str(day_of(days_after(self.now, 90)))
        return {
            "work": said["work"],
            "fee_yen": said["fee_yen"],
            "commissioned_on": str(day_of(self.now)),
            "received_on": ends_on,
            "payment_on": str(date.fromisoformat(ends_on) + timedelta(days=said["payment_due_days"])),
            "place": said["place"],
            "starts_on": said["starts_on"],
            "ends_on": ends_on,
            "hours_per_week": said.get("hours_per_week") or self.need.hours_per_week or 1,
            "travel": said.get("travel") or "実費",
        }

    def work(self) -> None:
        if self.goal == State.CONTRACTED:
            return
        terms = self._terms()
        self.now = max(self.now, morning(terms["starts_on"], hour=9))
        self.move("start", Side.PROFESSIONAL)
        if self.goal == State.ACTIVE:
            return
        self.now = max(self.now, morning(terms["ends_on"], hour=15))
        self.move("deliver", Side.PROFESSIONAL, report=f"{terms['work']}を終えました。")
        if self.goal == State.COMPLETED:
            ended_on = day_of(self.now)
            self.move("complete", Side.ORGANIZATION, days=2, ended_on=ended_on, hours_worked=24.0)
            self.evaluate()

    def evaluate(self) -> None:
        for side, fields in self.row["evaluations"].items():
            evaluation_give(match_id=self.match.pk, fields=fields, step=self.step(Side(side), self.later(days=1)))


def history_play(stage: Stage, row: dict[str, Any]) -> None:
    """Play one match up to its state."""
    history = History(stage, row)
    history.open()
    history.answers()
    if history.goal in MADE | {State.INTRODUCED, State.NEGOTIATING}:
        history.introduce()
    if history.goal in MADE | {State.NEGOTIATING}:
        history.move("negotiate", Side.ORGANIZATION, days=2)
    if history.goal in MADE:
        history.contract()
        history.work()

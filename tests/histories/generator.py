"""Volleys from a seed: eight calls at one match, legal and illegal, fresh and stale, with and without keys."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

from talentbank.core.clock import day_of, now
from talentbank.matches.models import Match
from tests.histories.calls import VOLLEY, Call
from tests.histories.table import ORG, ROWS, STAFF, SYSTEM, P
from tests.histories.world import World

STATES = (
    *("prospect", "awaiting_professional", "awaiting_organization", "awaiting_approval", "introduced"),
    *("negotiating", "contracted", "active", "suspended", "delivered"),
)
ACTIONS = (
    *("propose", "accept", "accept", "decline", "postpone", "resume", "approve", "approve", "reject", "negotiate"),
    *("confirm", "confirm", "start", "suspend", "continue", "deliver", "return", "complete", "terminate"),
    *("withdraw", "cancel", "undo", "undo"),
)
STALE, UNKEYED, SHARED_KEY, OTHER_BODY, LEGAL = 0.15, 0.4, 0.25, 0.3, 0.6
BLANK = "0" * 16


class Generator:
    """Makes calls; the same seed makes the same calls in the same order."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.random, self._number = world, random.Random(seed), itertools.count()
        self.seed = seed

    def match(self) -> Match:
        """A new match to shoot at, in any state."""
        return self.world.match(self.random.choice(STATES))

    def volley(self, match: Match) -> list[Call]:
        """Eight calls at a match as it is now."""
        shared = self.call(match, self.random.choice(ACTIONS))
        shared.key = shared.key or self._key()
        calls = []
        for _ in range(VOLLEY):
            if self.random.random() < SHARED_KEY:
                calls.append(self._again(shared))
            elif self.random.random() < LEGAL:
                calls.append(self.legal_call(match))
            else:
                calls.append(self.call(match, self.random.choice(ACTIONS)))
        return calls

    def legal_call(self, match: Match) -> Call:
        """A call that the table allows in the state at hand, by somebody whom it allows."""
        rows = [(action, parties) for (action, state), (parties, _) in ROWS.items() if state == match.state]
        rows = [(action, parties) for action, parties in rows if set(parties) != {SYSTEM}]
        if not rows:
            return self.call(match, "undo")
        action, parties = self.random.choice(rows)
        who = {
            P: self.world.holders[match.professional_id],
            ORG: self.world.owners[match.need_id],
            STAFF: self.random.choice(self.world.staff),
        }
        return self.call(match, action, self.random.choice([who[party] for party in parties if party in who]))

    def call(self, match: Match, action: str, principal: str = "") -> Call:
        """One call: whoever, whatever, mostly with the version that holds."""
        who = principal or self._who(match)
        stale = self.random.random() < STALE
        version = (match.version - 1 or match.version + 97) if stale else match.version
        return Call(
            id=self._id(),
            principal=who,
            token=self.world.tokens.get(who, ""),
            path=f"/api/v1/matches/{match.pk}/{action}",
            body=self._body(match, action, who),
            match=str(match.pk),
            action=action,
            if_match=f'"{version}.{BLANK}"' if self.random.random() > 0.03 else "",
            key="" if self.random.random() < UNKEYED else self._key(),
            stale=stale,
        )

    def _again(self, first: Call) -> Call:
        """The same call once more, sometimes with another body, sometimes by somebody else with the same key."""
        body = dict(first.body)
        principal, token = first.principal, first.token
        if self.random.random() < OTHER_BODY:
            body["note"] = f"別の本文 {next(self._number)}"
        elif self.random.random() < OTHER_BODY:
            principal = self.random.choice(self.world.staff)
            token = self.world.tokens[principal]
        return replace(first, id=self._id(), principal=principal, token=token, body=body)

    def _who(self, match: Match) -> str:
        sides = (self.world.holders[match.professional_id], self.world.owners[match.need_id])
        crowd = [*sides, *sides, *self.world.staff, *self.world.staff, self.random.choice(self.world.strangers), ""]
        return self.random.choice(crowd)

    def _body(self, match: Match, action: str, who: str) -> dict[str, Any]:
        today = day_of(now())
        codes = {"decline": "timing", "withdraw": "timing", "suspend": "circumstances", "terminate": "circumstances"}
        codes |= {"reject": "unsuited", "cancel": "other", "undo": "entered_by_mistake"}
        own: dict[str, dict[str, Any]] = {
            "postpone": {"until": str(today + timedelta(days=7))},
            "confirm": {"terms_version": 1},
            "suspend": {"requested_by": "professional"},
            "deliver": {"report": "公開しました。"},
            "return": {"missing": "手順書"},
            "complete": {"ended_on": str(today)},
            "terminate": {"ended_on": str(today)},
        }
        body = {**own.get(action, {}), **({"reason_codes": [codes[action]]} if action in codes else {})}
        if who in self.world.staff and self.random.random() < 0.5:
            side = self.random.choice(("professional", "organization"))
            body |= {"on_behalf_of": side, "channel": "phone"}
        return body

    def _id(self) -> str:
        return f"h{self.seed}-{next(self._number)}"

    def _key(self) -> str:
        return f"key-{self.seed}-{next(self._number)}"

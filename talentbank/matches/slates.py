"""A bank's slate, with the prospects that are matches already: they are proposed by their id and ETag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from talentbank.banks.models import Bank
from talentbank.matches.models import Match
from talentbank.matches.states import State
from talentbank.ranking.slates import Slate, SlateRules, slate_for_bank


@dataclass(frozen=True, slots=True)
class BankSlate:
    """`prospects` : (need, professional) to the match that is a prospect of the pair."""

    slate: Slate
    prospects: Mapping[tuple[UUID, UUID], Match]


def slate_of_bank(*, bank: Bank, rules: SlateRules, at: datetime, need_ids: Iterable[UUID] | None = None) -> BankSlate:
    """One proposal for each open place; nothing is kept, and nobody is told.

    :raises NotFound: one of `need_ids` is no need of the bank.
    """
    rows = Match.objects.filter(bank=bank, state=State.PROSPECT).order_by("id")
    prospects = {(match.need_id, match.professional_id): match for match in rows}
    slate = slate_for_bank(bank=bank, rules=rules, prospects=prospects, at=at, need_ids=need_ids)
    return BankSlate(slate, prospects)

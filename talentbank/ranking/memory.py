"""Explanations of pairs, remembered as long as neither row nor model changes.

Who is ranked, and in which order, is computed at every call. Why a pair has its score is a matter of two texts and a
model: to read both again for each call would cost a hundred times what the ranking does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.db.models import prefetch_related_objects

from matching.documents import Query, Ranked
from matching.index import Asking
from talentbank.core.memo import Memo
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional
from talentbank.ranking.candidates import MissingSkill, missing_skills
from talentbank.ranking.corpus import Basis, claims_with_skills, wishes_with_skills
from talentbank.ranking.roster import Marks
from talentbank.ranking.store import State

PAIRS = 1_000
"""Explanations kept in a process: fifty needs of twenty candidates."""
Key = tuple[UUID, UUID, UUID]
"""Bank, need, professional."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A pair as it was read: on this basis, under this model, of rows of these revisions."""

    basis: Basis
    model_version: str
    need_revision: int
    professional_revision: int
    ranked: Ranked
    missing: tuple[MissingSkill, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A need as the index is asked for it: weights of its terms, and of those that rival each other."""

    basis: Basis
    model_version: str
    need_revision: int
    asking: Asking

    def holds(self, state: State, need: Need) -> bool:
        same = (self.model_version, self.need_revision) == (state.model_version, need.revision)
        return same and self.basis is state.basis


_needs: Memo[tuple[UUID, UUID], Asked] = Memo(PAIRS)
_memo: Memo[Key, Explained] = Memo(PAIRS)
_seen: dict[UUID, int] = {}
"""Bank to the revision that its explanations were looked through for."""


@dataclass
class Remembering:
    """The engine's ranking for a need, with the explanations that are known already; an `order.Rank`.

    rows : professionals that were read on the way; their skills only where a pair was not known
    """

    state: State
    need: Need
    query: Query
    rows: dict[UUID, Professional] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Nothing of a profile that is gone stays."""
        bank_id, state = self.need.bank_id, self.state
        if _seen.get(bank_id) != state.revision:
            _memo.forget(
                unless=lambda key, kept: (
                    key[0] != bank_id or (kept.basis is state.basis and str(key[2]) in state.professionals)
                )
            )
            _seen[bank_id] = state.revision

    def __call__(self, marks: Marks, limit: int) -> list[Ranked]:
        engine = self.state.professionals
        ids = [UUID(id) for id, _ in engine.index.top(*self._asking(), limit=limit, mask=marks)]
        self.read(ids)
        known = [each.ranked for id in ids if (each := self._known(id)) is not None]
        if len(known) < len(ids):
            known = engine.rank(self.query, eligible=marks, limit=limit)
            self._keep(known)
        return sorted(known, key=lambda each: (-(each.score or 0.0), each.id))

    def _asking(self) -> Asking:
        """The need as the index is asked for it."""
        key, state = (self.need.bank_id, self.need.pk), self.state
        kept = _needs.get(key)
        if kept is not None and kept.holds(state, self.need):
            return kept.asking
        asking = state.professionals.asking(self.query)
        if self._is_sure(self.need.revision):
            _needs.put(key, Asked(state.basis, state.model_version, self.need.revision, asking))
        return asking

    def read(self, ids: Iterable[UUID]) -> None:
        """Have the rows of these, those that were read already but once."""
        if absent := [id for id in ids if id not in self.rows]:
            self.rows |= {row.pk: row for row in Professional.objects.filter(pk__in=absent).order_by("id")}

    def missing(self, ids: Collection[UUID]) -> dict[UUID, tuple[MissingSkill, ...]]:
        """Of these rows, the required skills that they lack; skills are read of pairs alone that are not known."""
        known = {id: each.missing for id in ids if id in self.rows and (each := self._known(id)) is not None}
        unknown = [self.rows[id] for id in ids if id in self.rows and id not in known]
        if unknown:
            prefetch_related_objects(unknown, claims_with_skills())
            prefetch_related_objects([self.need], wishes_with_skills())
        return known | {row.pk: missing_skills(self.need.skills.all(), row.skills.all()) for row in unknown}

    def _known(self, id: UUID) -> Explained | None:
        kept, row, state = _memo.get((self.need.bank_id, self.need.pk, id)), self.rows.get(id), self.state
        if kept is None or row is None or kept.basis is not state.basis or kept.model_version != state.model_version:
            return None
        same = (kept.need_revision, kept.professional_revision) == (self.need.revision, row.revision)
        return kept if same else None

    def _keep(self, found: Iterable[Ranked]) -> None:
        ranked = {UUID(each.id): each for each in found}
        state, missing = self.state, self.missing(ranked)
        for id, each in ranked.items():
            row = self.rows.get(id)
            if row is not None and self._is_sure(max(row.revision, self.need.revision)):
                revisions = (self.need.revision, row.revision)
                explained = Explained(state.basis, state.model_version, *revisions, each, missing[id])
                _memo.put((self.need.bank_id, self.need.pk, id), explained)

    def _is_sure(self, revision: int) -> bool:
        """Whether this revision of a row is the text that the engine read, and stays so.

        A row that changed after the state was read has another text. What a transaction wrote may be rolled back, and
        another change then takes the same revision.
        """
        return revision <= self.state.revision and not connection.in_atomic_block

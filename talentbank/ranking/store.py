"""The index of each bank in this process: it follows the bank's change revision, and readers never wait for each other.

A state is immutable and swapped as a whole. Inside a transaction a fresh state is not kept: what is read there may yet
be rolled back, and another commit would then take the same revision without being noticed.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from django.db import connection

from matching import tables
from matching.documents import Document, Query
from matching.engine import Engine, NeedEngine
from matching.index.backends import search
from talentbank.core.revision import revision_basis, revision_current
from talentbank.needs.lifecycle import SEEKING
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional
from talentbank.ranking import corpus
from talentbank.ranking.corpus import Basis
from talentbank.ranking.placement import index_is_lost, index_placed, placement_prepare
from talentbank.registrations.models import RegistrationState

ItemT = TypeVar("ItemT", Document, Query)
REFIT_UP_TO = 100
"""Professionals up to which every change of a text refits the idf (a quarter of a second at most). All workers then
agree on a score, for it depends on the rows alone, and nothing of an erased text remains. Above, see REFIT_SHARE."""
REFIT_SHARE = 0.1
"""Share of changed professionals at which a larger bank is refitted."""


@dataclass(frozen=True, slots=True)
class State:
    """A bank as of a revision: approved professionals and asking needs, each indexed, under one model on one basis.

    `changed` counts the professionals changed since the fit.
    """

    revision: int
    basis: Basis
    professionals: Engine
    needs: NeedEngine
    documents: Mapping[UUID, Document]
    queries: Mapping[UUID, Query]
    changed: int = 0

    @property
    def model_version(self) -> str:
        return self.professionals.model_version


_held: dict[UUID, State] = {}
_refreshing: defaultdict[UUID, threading.Lock] = defaultdict(threading.Lock)


def index_prepare() -> None:
    """Compile what scans the index, or read it from its cache, before the first request has to wait for it."""
    search()
    placement_prepare()


def state_of(bank_id: UUID) -> State:
    """The bank as last committed: the revision is read now, and what changed since is pulled first."""
    held = _usable(bank_id)
    if held is not None and held.revision == revision_current(bank_id):
        return held
    with _refreshing[bank_id]:
        # Read before the rows: a row committed in between is then pulled again, never missed.
        revision = revision_current(bank_id)
        held = _usable(bank_id)
        if held is not None and held.revision == revision:
            return held
        follows = held is not None and revision_basis(bank_id) <= held.revision < revision
        fresh = pulled(bank_id, held, revision) if held and follows else loaded(bank_id, revision)
        if not connection.in_atomic_block:
            _held[bank_id] = fresh
        return fresh


def _usable(bank_id: UUID) -> State | None:
    held = _held.get(bank_id)
    return None if held is not None and index_is_lost(held.professionals) else held


def loaded(bank_id: UUID, revision: int) -> State:
    """Everything read and fitted anew."""
    basis = corpus.basis_of(bank_id)
    professionals = Professional.objects.filter(bank_id=bank_id, registration_state=RegistrationState.APPROVED)
    needs = Need.objects.filter(bank_id=bank_id, state__in=SEEKING)
    documents = {row.pk: corpus.document_of(row) for row in corpus.professionals_with_texts(professionals)}
    queries = {row.pk: corpus.query_of(row) for row in corpus.needs_with_texts(needs)}
    return _fitted(revision, basis, documents, queries)


def pulled(bank_id: UUID, held: State, revision: int) -> State:
    """The held state with what changed since: rows taken in, and left out when no longer approved or asking."""
    changed = {"bank_id": bank_id, "revision__gt": held.revision}
    documents, queries = dict(held.documents), dict(held.queries)
    for professional in corpus.professionals_with_texts(Professional.objects.filter(**changed)):
        documents.pop(professional.pk, None)
        if professional.is_approved:
            documents[professional.pk] = corpus.document_of(professional)
    for need in corpus.needs_with_texts(Need.objects.filter(**changed)):
        queries.pop(need.pk, None)
        if need.state in SEEKING:
            queries[need.pk] = corpus.query_of(need)
    return _applied(held, revision, documents, queries)


def _applied(held: State, revision: int, documents: dict[UUID, Document], queries: dict[UUID, Query]) -> State:
    """Index the difference between two sets of texts; a bump that changed no text costs nothing."""
    new, gone = _difference(held.documents, documents)
    changed = held.changed + len(new) + len(gone)
    if (new or gone) and (len(documents) <= REFIT_UP_TO or changed > REFIT_SHARE * len(documents)):
        return _fitted(revision, held.basis, documents, queries)
    # A copy shares the index and changes apart from the held engine, which others read.
    professionals, needs = copy(held.professionals), copy(held.needs)
    professionals.remove({str(id) for id in gone})
    professionals.upsert(new)
    new_queries, gone_queries = _difference(held.queries, queries)
    needs.remove({str(id) for id in gone_queries})
    needs.upsert(new_queries)
    return replace(
        held,
        revision=revision,
        professionals=professionals,
        needs=needs,
        documents=documents,
        queries=queries,
        changed=changed,
    )


def _difference(old: Mapping[UUID, ItemT], new: Mapping[UUID, ItemT]) -> tuple[list[ItemT], set[UUID]]:
    return [item for id, item in new.items() if old.get(id) != item], old.keys() - new.keys()


def _fitted(revision: int, basis: Basis, documents: dict[UUID, Document], queries: dict[UUID, Query]) -> State:
    professionals = Engine.fit(
        _by_id(documents),
        lexicon=basis.lexicon,
        weights=basis.weights,
        background=tables.background(),
        neighbours=tables.near_terms(),
    )
    needs = NeedEngine(professionals.model, _by_id(queries))
    return State(revision, basis, index_placed(professionals), needs, documents, queries)


def _by_id(items: Mapping[UUID, ItemT]) -> list[ItemT]:
    """In one order everywhere, so that equal rows make equal indexes."""
    return [items[id] for id in sorted(items)]

"""The index of each bank in this process: it follows the bank's change revision, and readers never wait for each other.

It starts from the last build in files (`builds`), which all processes share, and holds in memory what changed since;
where there is no build, it reads everything. A state is immutable and swapped as a whole. What was read inside a
transaction is everybody's only when the transaction has committed: until then it may be rolled back, and another commit
would take the same revision without being noticed.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from copy import copy
from dataclasses import dataclass, replace
from time import monotonic
from uuid import UUID

from django.db import connection, transaction

from matching import tables
from matching.documents import Document
from matching.engine import Engine, NeedEngine
from matching.index.backends import search
from talentbank.core.revision import revision_basis, revision_current
from talentbank.needs.lifecycle import SEEKING
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional
from talentbank.ranking import builds, corpus
from talentbank.ranking.corpus import Basis
from talentbank.ranking.placement import index_is_lost, index_placed, placement_prepare

REFIT_UP_TO = 100
"""Professionals up to which every change of a text refits the idf. All workers then agree on a score, for it depends on
the rows alone, and nothing of an erased text remains. Above, the idf is that of the build until the next one."""
REFIT_SHARE = 0.1
"""Share of changed professionals at which a larger bank that has no build is refitted."""
IDLE_SECONDS = 3_600
"""After which a bank that nobody asked for leaves memory, when another one is refreshed."""


@dataclass(frozen=True, slots=True)
class State:
    """A bank as of a revision: approved professionals and asking needs, each indexed, under one model on one basis.

    changed : professionals changed since the fit
    build : the files that it started from, None where everything was read
    stamp : of the bank's files when they were looked at last
    """

    revision: int
    basis: Basis
    professionals: Engine
    needs: NeedEngine
    changed: int = 0
    build: UUID | None = None
    stamp: int = 0

    @property
    def model_version(self) -> str:
        return self.professionals.model_version


class _Promise:
    """A state read inside a transaction, for who reads on in there, and for everybody once it has committed.

    Django calls `keep` at the commit, and forgets it where the savepoint that it was made in is rolled back.
    """

    def __init__(self, bank_id: UUID, state: State) -> None:
        self.bank_id, self.state = bank_id, state

    def keep(self) -> None:
        with _refreshing[self.bank_id]:
            held = _held.get(self.bank_id)
            if held is None or held.revision < self.state.revision:
                _held[self.bank_id] = self.state


_held: dict[UUID, State] = {}
_asked: dict[UUID, float] = {}
_refreshing: defaultdict[UUID, threading.Lock] = defaultdict(threading.Lock)


def index_prepare() -> None:
    """Compile what scans the index, or read it from its cache, before the first request has to wait for it."""
    search()
    placement_prepare()


def state_of(bank_id: UUID) -> State:
    """The bank as it is now, in this transaction too: the revision is read, and what changed since is pulled first."""
    _asked[bank_id] = monotonic()
    if connection.in_atomic_block:
        return _state_inside(bank_id)
    held = _usable(bank_id)
    if held is not None and held.stamp == builds.stamp(bank_id) and held.revision == revision_current(bank_id):
        return held
    with _refreshing[bank_id]:
        fresh = followed(bank_id, _usable(bank_id))
        _held[bank_id] = fresh
    _idle_leave()
    return fresh


def _idle_leave() -> None:
    """An index weighs megabytes; who comes back opens the files again."""
    for bank_id, at in list(_asked.items()):
        if at < monotonic() - IDLE_SECONDS:
            _asked.pop(bank_id, None)
            _held.pop(bank_id, None)


def _state_inside(bank_id: UUID) -> State:
    """No lock is waited for while this transaction holds some of the database's."""
    sids, promise = _promise(bank_id)
    held = promise.state if promise else _usable(bank_id)
    fresh = followed(bank_id, held)
    if fresh is held:
        return fresh
    if promise and sids == set(connection.savepoint_ids):
        promise.state = fresh
    else:
        transaction.on_commit(_Promise(bank_id, fresh).keep)
    return fresh


def _promise(bank_id: UUID) -> tuple[set[str], _Promise | None]:
    """The last promise of this transaction that no rollback has undone, with the savepoints it was made in."""
    for sids, called, *_ in reversed(connection.run_on_commit):
        promise = getattr(called, "__self__", None)
        if isinstance(promise, _Promise) and promise.bank_id == bank_id:
            return sids, promise
    return set(), None


def followed(bank_id: UUID, held: State | None) -> State:
    """The held state itself, or with what changed since; or from newer files, or everything anew."""
    stamp = builds.stamp(bank_id)
    if held is None or held.stamp != stamp:
        held = _newest(bank_id, held, stamp)
    # Read before the rows: a row committed in between is then pulled again, never missed.
    revision = revision_current(bank_id)
    if held is not None and held.revision == revision:
        return held
    if held is not None and held.revision < revision and _holds(revision_basis(bank_id), held):
        return pulled(bank_id, held, revision)
    return replace(loaded(bank_id, revision), stamp=stamp)


def _newest(bank_id: UUID, held: State | None, stamp: int) -> State | None:
    """The state of the newest files, or the held one where it is of these."""
    found = builds.opened(bank_id, revision_basis(bank_id))
    if found is None:
        return held and replace(held, stamp=stamp)
    build, professionals, needs = found
    if held is not None and held.build == build.pk:
        return replace(held, stamp=stamp)
    basis = Basis(professionals.model.lexicon, professionals.model.weights)
    return State(build.revision, basis, index_placed(professionals), needs, build=build.pk, stamp=stamp)


def _holds(basis: int, held: State) -> bool:
    """Whether the state may be followed from, if its basis changed last at this revision."""
    return basis <= held.revision or (held.build is not None and len(held.professionals) > builds.BASIS_UP_TO)


def _usable(bank_id: UUID) -> State | None:
    held = _held.get(bank_id)
    return None if held is not None and index_is_lost(held.professionals) else held


def loaded(bank_id: UUID, revision: int) -> State:
    """Everything read and fitted anew."""
    basis = corpus.basis_of(bank_id)
    documents = map(corpus.document_of, corpus.professionals_with_texts(corpus.indexed_professionals(bank_id)))
    professionals = Engine.fit(
        documents,
        lexicon=basis.lexicon,
        weights=basis.weights,
        background=tables.background(),
        neighbours=tables.near_terms(),
    )
    needs = corpus.needs_with_texts(corpus.indexed_needs(bank_id))
    return State(
        revision, basis, index_placed(professionals), NeedEngine(professionals.model, map(corpus.query_of, needs))
    )


def pulled(bank_id: UUID, held: State, revision: int) -> State:
    """The held state with what changed since: rows taken in, and left out when no longer approved or asking."""
    changed = {"bank_id": bank_id, "revision__gt": held.revision}
    professionals = list(corpus.professionals_with_texts(Professional.objects.filter(**changed)))
    needs = list(corpus.needs_with_texts(Need.objects.filter(**changed)))
    state = _with_professionals(
        held,
        [corpus.document_of(row) for row in professionals if row.is_approved],
        {str(row.pk) for row in professionals if not row.is_approved},
    )
    queries = [corpus.query_of(row) for row in needs if row.state in SEEKING]
    gone = {str(row.pk) for row in needs if row.state not in SEEKING}
    # A copy shares the index and changes apart from the held engine, which others read.
    asking = copy(state.needs)
    asking.remove(gone)
    asking.upsert(asking.held.differing(queries))
    return replace(state, revision=revision, needs=asking)


def _with_professionals(held: State, documents: list[Document], left: set[str]) -> State:
    """Index what differs; a bump that changed no text costs nothing."""
    new = held.professionals.held.differing(documents)
    gone = {id for id in left if id in held.professionals}
    if not new and not gone:
        return held
    changed = held.changed + len(new) + len(gone)
    count = len(held.professionals) - len(gone) + sum(document.id not in held.professionals for document in new)
    needs = copy(held.needs)
    if count <= REFIT_UP_TO or (held.build is None and changed > REFIT_SHARE * count):
        professionals = index_placed(held.professionals.refitted(new, gone))
        needs.rebuild(professionals.model)
        return replace(held, professionals=professionals, needs=needs, changed=0)
    professionals = copy(held.professionals)
    professionals.remove(gone)
    professionals.upsert(new)
    return replace(held, professionals=professionals, changed=changed)

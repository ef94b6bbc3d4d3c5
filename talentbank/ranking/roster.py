"""The standings of a bank's professionals, held in this process as columns, so that a ranking asks them all at once.

Like the index (`store`) it follows the bank's change revision, is swapped as a whole, and is not kept inside a
transaction. What moves a standing takes a revision: the registration and its hours, the organization that holds it, a
consent given or taken back. Whether somebody rests is a matter of the day, so each day begins with a new roster.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import Q
from numpy.typing import NDArray

from matching.engine import Engine
from matching.index import Index
from talentbank.core.clock import day_of
from talentbank.core.revision import revision_current
from talentbank.organizations.models import Organization
from talentbank.privacy.models import Consent
from talentbank.professionals.models import Professional
from talentbank.ranking.eligibility import STANDING_FIELDS, Standing, standings, standings_of_bank
from talentbank.registrations.models import RegistrationState

Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class Roster:
    """Approved professionals as of a revision and a day.

    ids : of the rows, in which the columns are; a row that left keeps its place, and `present` is False there
    shapes : row → place in `kinds`, which holds each different standing once, without what is one's own
    left : row → free hours a week
    """

    revision: int
    day: date
    standings: Mapping[UUID, Standing]
    ids: tuple[UUID, ...]
    kinds: tuple[Standing, ...]
    present: Marks
    shapes: NDArray[np.int32]
    left: NDArray[np.int32]

    @cached_property
    def places(self) -> dict[UUID, int]:
        return {id: place for place, id in enumerate(self.ids)}

    @cached_property
    def in_city(self) -> Marks:
        return np.array([kind.in_city for kind in self.kinds], np.bool_)[self.shapes]

    @cached_property
    def hiding(self) -> Mapping[str, list[int]]:
        """The name that somebody hides from, to the rows that do."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for id, standing in self.standings.items():
            for name in standing.hidden_from:
                found[name].append(self.places[id])
        return found

    @cached_property
    def held(self) -> Mapping[UUID, list[int]]:
        """Organization to the rows that it holds."""
        found: defaultdict[UUID, list[int]] = defaultdict(list)
        for id, standing in self.standings.items():
            if standing.organization_id:
                found[standing.organization_id].append(self.places[id])
        return found

    @cached_property
    def _lined_up(self) -> list[tuple[Index, NDArray[np.intp]]]:
        return []

    def in_order_of(self, engine: Engine, marks: Marks) -> Marks:
        """`marks`, a boolean for each row, as the engine takes it: in the order of its ids, False for unknown ones."""
        index = engine.index
        order = next((order for known, order in list(self._lined_up) if known is index), None)
        if order is None:
            places = {str(id): place for place, id in enumerate(self.ids)}
            order = np.array([places.get(id, -1) for id in index.ids], np.intp)
            self._lined_up[:] = [(index, order), *self._lined_up[:1]]  # a preview asks two in turn
        return np.append(marks, False)[order]

    def rows(self, ids: Iterable[UUID]) -> list[int]:
        """Where these stand, of those that are here."""
        return [self.places[id] for id in ids if id in self.standings]


_held: dict[UUID, Roster] = {}
_refreshing: defaultdict[UUID, threading.Lock] = defaultdict(threading.Lock)


def roster_of(bank_id: UUID, *, at: datetime, revision: int | None = None) -> Roster:
    """The bank as last committed: what changed since the roster that is held is pulled first.

    `revision`: the current one, where the caller has just read it.
    """
    day, held = day_of(at), _held.get(bank_id)
    current = revision_current(bank_id) if revision is None else revision
    if held is not None and (held.revision, held.day) == (current, day):
        return held
    with _refreshing[bank_id]:
        # Read before the rows: a row committed in between is then pulled again, never missed.
        revision, held = revision_current(bank_id), _held.get(bank_id)
        if held is not None and (held.revision, held.day) == (revision, day):
            return held
        follows = held is not None and held.day == day and held.revision < revision
        fresh = pulled(bank_id, held, revision, at) if held and follows else loaded(bank_id, revision, at)
        if not connection.in_atomic_block:
            _held[bank_id] = fresh
        return fresh


def loaded(bank_id: UUID, revision: int, at: datetime) -> Roster:
    """Everything read anew."""
    nobody = Roster(
        revision, day_of(at), {}, (), (), np.zeros(0, np.bool_), np.zeros(0, np.int32), np.zeros(0, np.int32)
    )
    return _with(nobody, standings_of_bank(bank_id, at=at), revision=revision)


def pulled(bank_id: UUID, held: Roster, revision: int, at: datetime) -> Roster:
    """The held roster with what changed since; a bump that moved no standing costs a few queries."""
    since = {"bank_id": bank_id, "revision__gt": held.revision}
    organizations = Organization.objects.filter(**since)
    consents = Consent.objects.filter(**since, subject_kind="professional")
    moved = Q(**since) | Q(organization__in=organizations) | Q(pk__in=consents.values("subject_id"))
    rows = Professional.objects.filter(moved, bank_id=bank_id).select_related("organization").order_by("id")
    changed = list(rows.only(*STANDING_FIELDS))
    approved = [row for row in changed if row.registration_state == RegistrationState.APPROVED]
    found = standings(approved, at=at) if approved else {}
    return _with(held, found, gone=[row.pk for row in changed if row.pk not in found], revision=revision)


def _with(roster: Roster, found: Mapping[UUID, Standing], gone: Iterable[UUID] = (), *, revision: int) -> Roster:
    """The roster with these rows in place of their old ones, and without those that are gone."""
    known = {id: standing for id, standing in found.items() if roster.standings.get(id) != standing}
    left_out = [id for id in gone if id in roster.standings]
    if not known and not left_out:
        return _carrying(roster, replace(roster, revision=revision), "places", "in_city", "hiding", "held", "_lined_up")
    places = dict(roster.places)
    added = [id for id in known if id not in places]
    places |= {id: len(roster.ids) + number for number, id in enumerate(added)}
    present = np.append(roster.present, np.ones(len(added), np.bool_))
    shapes = np.append(roster.shapes, np.zeros(len(added), np.int32))
    left = np.append(roster.left, np.zeros(len(added), np.int32))
    kinds = {kind: number for number, kind in enumerate(roster.kinds)}
    for id, standing in known.items():
        place = places[id]
        present[place], left[place] = True, standing.left
        shapes[place] = kinds.setdefault(_kind(standing), len(kinds))
    present[[places[id] for id in left_out]] = False
    now = {id: standing for id, standing in {**roster.standings, **known}.items() if id not in set(left_out)}
    fresh = replace(
        roster,
        revision=revision,
        standings=now,
        ids=(*roster.ids, *added),
        kinds=tuple(kinds),
        present=present,
        shapes=shapes,
        left=left,
    )
    return fresh if added else _carrying(roster, fresh, "places", "_lined_up")


def _carrying(old: Roster, fresh: Roster, *names: str) -> Roster:
    """The fresh roster with what was computed of the old one and still holds."""
    fresh.__dict__.update({name: old.__dict__[name] for name in names if name in old.__dict__})
    return fresh


NOBODY = UUID(int=0)


def _kind(standing: Standing) -> Standing:
    """What many share: all but who it is, who holds it, from whom it hides, and how many hours are left."""
    return replace(standing, id=NOBODY, left=0, organization_id=None, hidden_from=frozenset())

"""The order of a ranking: classes one after the other, score within a class, and ties that reveal nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Any

from matching.documents import Ranked
from matching.engine import Engine, NeedEngine
from matching.index import Mask

TieKey = Callable[[str], Any]
Rank = Callable[[Mask, int], list[Ranked]]
"""The best of those marked, at most so many, by falling score and then id."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A class as an engine takes it: `marks` in the order of the engine's ids. `among` picks its members from ids."""

    marks: Mask
    among: Callable[[Iterable[str]], set[str]]

    @classmethod
    def of(cls, engine: Engine | NeedEngine, ids: Set[str]) -> Marked:
        """A class that is named one by one."""
        return cls(engine.index.mask(ids), lambda asked: {id for id in asked if id in ids})


def ranked_in_classes(
    engine: Engine | NeedEngine,
    asked: Any,
    classes: Sequence[Marked],
    *,
    limit: int,
    tie: Callable[[list[str]], TieKey],
    always: Set[str] = frozenset(),
    rank: Rank | None = None,
) -> list[Ranked]:
    """The best `limit`, those of an earlier class before all of a later one.

    `tie` is given the ids in question and returns the key that orders equal scores. Who has nothing to judge by comes
    last, without a score; `always` are listed in their class all the same, and with nothing in common too. `rank` may
    answer in place of the engine, with the same.
    """
    rank = rank or (lambda marks, most: engine.rank(asked, eligible=marks, limit=most))
    chosen: list[Ranked] = []
    for each in classes:
        if len(chosen) < limit and (each.marks.any() or always):
            found = _with_ties(rank, each.marks, limit - len(chosen))
            found += [engine.score(asked, id) for id in sorted(each.among(always) - {one.id for one in found})]
            key = tie([one.id for one in found])
            chosen += sorted(found, key=lambda one: (-(one.score or 0.0), key(one.id)))[: limit - len(chosen)]
    if len(chosen) < limit and (empty := _empty(engine, classes, always)):
        key = tie(empty)
        chosen += [engine.score(asked, id) for id in sorted(empty, key=key)[: limit - len(chosen)]]
    return chosen


def _empty(engine: Engine | NeedEngine, classes: Iterable[Marked], always: Set[str]) -> list[str]:
    return [id for each in classes for id in sorted(each.among(engine.insufficient - always))]


def _with_ties(rank: Rank, marks: Mask, limit: int) -> list[Ranked]:
    """At least `limit`, and all whose score equals that of the last: the engine cuts ties by id, which tells an age."""
    wanted = limit + 1
    while True:
        found = rank(marks, wanted)
        if len(found) < wanted or (found[-1].score or 0.0) < (found[limit - 1].score or 0.0):
            return found
        wanted *= 2

"""The order of a ranking: classes one after the other, score within a class, and ties that reveal nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from typing import Any

from matching.documents import Ranked
from matching.engine import Engine, NeedEngine

TieKey = Callable[[str], Any]


def ranked_in_classes(
    engine: Engine | NeedEngine,
    asked: Any,
    classes: Sequence[frozenset[str]],
    *,
    limit: int,
    tie: Callable[[list[str]], TieKey],
    always: Set[str] = frozenset(),
) -> list[Ranked]:
    """The best `limit`, those of an earlier class before all of a later one.

    `tie` is given the ids in question and returns the key that orders equal scores. Who has nothing to judge by comes
    last, without a score; `always` are listed in their class all the same, and with nothing in common too.
    """
    chosen: list[Ranked] = []
    for ids in classes:
        if len(chosen) < limit:
            found = _with_ties(engine, asked, ids, limit - len(chosen))
            found += [engine.score(asked, id) for id in sorted(ids & always - {each.id for each in found})]
            key = tie([each.id for each in found])
            chosen += sorted(found, key=lambda each: (-(each.score or 0.0), key(each.id)))[: limit - len(chosen)]
    empty = [id for ids in classes for id in sorted(ids & engine.insufficient - always)]
    if len(chosen) < limit and empty:
        key = tie(empty)
        chosen += [engine.score(asked, id) for id in sorted(empty, key=key)[: limit - len(chosen)]]
    return chosen


def _with_ties(engine: Any, asked: Any, ids: Iterable[str], limit: int) -> list[Ranked]:
    """At least `limit`, and all whose score equals that of the last: the engine cuts ties by id, which tells an age."""
    wanted = limit + 1
    while True:
        found: list[Ranked] = engine.rank(asked, eligible=ids, limit=wanted)
        if len(found) < wanted or (found[-1].score or 0.0) < (found[limit - 1].score or 0.0):
            return found
        wanted *= 2

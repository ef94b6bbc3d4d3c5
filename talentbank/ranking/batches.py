"""Every asking need of a bank ranked against every professional, as lines of JSON that a run may end in between.

A line is written whole or is cut off at the end of the file, where the next run removes it: so a run that was killed
goes on behind the last need that is there, and no need stands twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from matching.held import chunks
from talentbank.banks.models import Bank
from talentbank.core.errors import Refusal
from talentbank.needs.models import Need
from talentbank.ranking import corpus
from talentbank.ranking.market import Fit, Market, market_of, market_with

CHUNK = 100
"""Needs read at a time: their rows, pairs and texts are what a run holds beside the index."""


def needs_to_rank(bank: Bank) -> list[UUID]:
    """By id, so that a run that goes on finds them in the order of the run before."""
    return list(corpus.indexed_needs(bank.pk).order_by("id").values_list("pk", flat=True))


def needs_ranked(path: Path) -> set[UUID]:
    """Needs that have their line; a line that was cut off is removed from the file.

    :raises ValueError: the file holds something else.
    """
    if not path.exists():
        return set()
    found, whole = set(), 0
    with path.open("r+b") as file:
        for line in file:
            if not line.endswith(b"\n"):
                break
            found.add(_need_of(line))
            whole += len(line)
        file.truncate(whole)
    return found


def _need_of(line: bytes) -> UUID:
    try:
        return UUID(json.loads(line)["need"])
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"not a line of a ranking: {line[:60]!r}") from error


def bank_ranked(bank: Bank, need_ids: list[UUID], *, limit: int, at: datetime) -> Iterator[dict[str, Any]]:
    """Of each of these needs the first `limit` in the order in which staff see candidates; ended ones are left out."""
    market = market_of(bank, at=at, need_ids=[])
    for some in chunks(need_ids, CHUNK):
        there = Need.objects.filter(pk__in=some).values_list("pk", flat=True)
        chunk = market_with(market, list(there))
        refusals = {need.pk: chunk.need_refusals(need) for need in chunk.needs}
        ranked = [need for need in chunk.needs if not refusals[need.pk] and not chunk.is_blank(need)]
        fits = dict(zip((need.pk for need in ranked), chunk.best_each(ranked, limit), strict=True))
        for need in chunk.needs:
            yield _line(chunk, need, refusals[need.pk], fits.get(need.pk, []))


def _line(market: Market, need: Need, refusals: Iterable[Refusal], fits: Iterable[Fit]) -> dict[str, Any]:
    return {
        "need": str(need.pk),
        "reference": need.reference,
        "as_of": market.at.isoformat(),
        "revision": market.state.revision,
        "model_version": market.state.model_version,
        "insufficient_data": market.is_blank(need),
        "refusals": [each.code for each in refusals],
        "candidates": [_candidate(rank, fit) for rank, fit in enumerate(fits, start=1)],
    }


def _candidate(rank: int, fit: Fit) -> dict[str, Any]:
    return {
        "rank": rank,
        "professional": str(fit.id),
        "score": fit.score,
        "in_city": fit.in_city,
        "is_reserve": fit.is_reserve,
    }

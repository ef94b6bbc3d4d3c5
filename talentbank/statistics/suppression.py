"""Which cells of a cross-table are not shown, so that no number under five can be read off or worked out. Pure.

A cell of 1–4 is small and hidden; 0 is shown, for it is about nobody. The total of a line is a headline and always
known, so that one hidden cell would be what is missing: others are hidden with it, chosen by their place and never by
their size, or the choice itself would tell. What is shown then fits at least two values of each hidden cell, even for
somebody who knows this rule (tests/talentbank/statistics/test_suppression.py tries all lines).

All years together may be asked for beside each of them. What the years that are shown leave of the whole is then known,
so that the whole hides more than its own size asks for, the years no more than without it.

Source: Hundepool et al. 2012, Statistical Disclosure Control, §4.3 (secondary suppression), §4.4 (minimality attacks).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)

LEAST = 5
"""The least number of a cell that is shown beside 0."""


def is_small(count: int) -> bool:
    return 0 < count < LEAST


def hidden_of(line: Sequence[int]) -> frozenset[int]:
    """Places of the cells that are hidden in a line whose total is known.

    The small ones alone where there are several and their sum leaves each of them open; a single one with the first
    that is no 0; else, and in a line too short to hide anything in, all of them.
    """
    small = [place for place, count in enumerate(line) if is_small(count)]
    if not small:
        return frozenset()
    if sum(line) >= 2 * LEAST:
        left_open = len(small) < sum(line[place] for place in small) < (LEAST - 1) * len(small)
        if len(small) > 1 and left_open:
            return frozenset(small)
        if len(small) == 1:
            others = (place for place, count in enumerate(line) if count >= LEAST)
            return frozenset({*small, next(others)})
    return frozenset(range(len(line)))


def cells_shown(line: Mapping[Name, int]) -> dict[Name, int | None]:
    """The cells of a line whose total is known; None where hidden."""
    hidden = hidden_of(list(line.values()))
    return {name: None if place in hidden else count for place, (name, count) in enumerate(line.items())}


def can_be_measured(cases: Iterable[int]) -> bool:
    """Whether a mean or a median over years may be shown, by the known number of cases in each: neither of few, nor
    where the years that are measured alone leave few."""
    counts = list(cases)
    return sum(counts) >= LEAST and not is_small(sum(count for count in counts if count < LEAST))


def cells_shown_over(years: Collection[Mapping[Name, int]], names: Iterable[Name]) -> dict[Name, int | None]:
    """The cells of several years put together, each year's total being known; None where hidden."""
    whole = Counter[Name]()
    for year in years:
        whole.update(year)
    order = list(names)
    hidden = hidden_over([[year.get(name, 0) for name in order] for year in years])
    return {name: None if place in hidden else whole[name] for place, name in enumerate(order)}


def hidden_over(years: Iterable[Sequence[int]]) -> frozenset[int]:
    """Places that are hidden in the sum of lines each of which is shown, too.

    Those that one of the lines hides: the sum then tells nothing that the lines do not. None where several lines are
    hidden altogether, each being short of two large cells, and their sum leaves each of them open.
    """
    lines = [line for line in years if hidden_of(line)]
    if len(lines) > 1 and all(sum(line) < 2 * LEAST for line in lines):
        together = [sum(cells) for cells in zip(*lines, strict=True)]
        if not any(map(is_small, together)) and sum(map(bool, together)) > 1:
            return frozenset()
    return columns_hidden(lines)


def columns_hidden(lines: Iterable[Sequence[int]]) -> frozenset[int]:
    """Places that are hidden in every line, because they are in one.

    For lines that bound each other, as the stages of a funnel do: who is introduced was accepted before.
    """
    return frozenset[int]().union(*(hidden_of(line) for line in lines))

"""One proposal for each open place, out of what professionals have left: a slate.

It is filled in rounds. In one round a professional is proposed once at most, which makes a round a linear sum
assignment (`assignment.assigned`), a row for each open place, a column for each professional. The next round goes on
with the places that are still open and the hours that are still left, until a round adds nothing.

What is certain:

- Nobody is proposed beyond their hours, more than `most` times, or twice to one need.
- Each round is a best one after those before it: most needs that get their first proposal, most places, then the
  goals of the caller in their order. With `most` = 1 the slate as a whole is best.
- Nobody left could fill a place that stays open: everybody with an option there is proposed to the need already, at
  `most`, or short of hours.

- Nobody is proposed a second time for a place that somebody who is proposed nowhere could fill.

What is not: with `most` > 1 another slate may fill more, for hours make the whole a knapsack (the generalized
assignment problem, NP-hard). The other way, copies of a professional and repairs of what breaks the hours, promises no
more, and would ask the same few people first.

It is enough to bring as many options for each need, the best by those goals, as there are places in all: proposals for
the other places use up fewer professionals than that, so one of these is always untouched, and at least as good as any
option left out.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.assignment import Gains, assigned

SCORE_STEPS = 10**9
"""Scores are told apart to nine decimals here; finer differences count as ties."""


class UnevenGoals(ValueError):
    """Options of one slate name different numbers of goals."""

    code = "uneven_goals"


@dataclass(frozen=True, slots=True)
class Opening:
    """A need with `places` >= 0 to fill, each for `hours` >= 0 a week."""

    need: str
    places: int
    hours: int = 0


@dataclass(frozen=True, slots=True)
class Option:
    """A professional who may be proposed to a need.

    score : in [0, 1]
    before, after : gains >= 0 of the goals that count before the score and after it; every option of a slate has the
        same number of them
    """

    need: str
    professional: str
    score: float
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()

    @property
    def gains(self) -> tuple[int, ...]:
        return (*self.before, round(self.score * SCORE_STEPS), *self.after)


@dataclass(frozen=True, slots=True)
class Choice:
    """An option that is taken, in round 1, 2, …"""

    option: Option
    round: int


def slate_of(
    openings: Sequence[Opening], options: Iterable[Option], *, hours: Mapping[str, int], most: int
) -> list[Choice]:
    """Fill the openings; choices by round, then need and professional by their ids.

    hours : what each professional has left, a week; nothing where absent
    most : proposals for one professional, at most

    :raises UnevenGoals: options differ in their number of goals.
    :raises GainsTooLarge: more than about 2,000 places, or a goal too large for `assigned`.
    """
    pool = sorted(options, key=lambda each: (each.need, each.professional))
    if len({(len(each.before), len(each.after)) for each in pool}) > 1:
        raise UnevenGoals
    ledger = _Ledger(openings, hours, most)
    choices: list[Choice] = []
    for number in count(1):
        pool = [each for each in pool if ledger.allows(each)]
        taken = _round(pool, ledger)
        if not taken:
            break
        ledger.take(taken)
        choices += [Choice(option, number) for option in taken]
    return choices


class _Ledger:
    """What is still open and what is left, as proposals are taken."""

    def __init__(self, openings: Sequence[Opening], hours: Mapping[str, int], most: int) -> None:
        self.places = {each.need: each.places for each in openings}
        self.served: set[str] = set()
        self._needed = {each.need: each.hours for each in openings}
        self._left = dict(hours)
        self._times: Counter[str] = Counter()
        self._pairs: set[tuple[str, str]] = set()
        self._most = most

    def allows(self, option: Option) -> bool:
        need, professional = option.need, option.professional
        return (
            self.places.get(need, 0) > 0
            and self._times[professional] < self._most
            and self._left.get(professional, 0) >= self._needed[need]
            and (need, professional) not in self._pairs
        )

    def take(self, taken: Iterable[Option]) -> None:
        for each in taken:
            self.places[each.need] -= 1
            self.served.add(each.need)
            self._left[each.professional] -= self._needed[each.need]
            self._times[each.professional] += 1
            self._pairs.add((each.need, each.professional))


def _round(pool: Sequence[Option], ledger: _Ledger) -> list[Option]:
    """The best options of which no two take the same place or professional."""
    columns = {id: column for column, id in enumerate(sorted({each.professional for each in pool}))}
    by_need: dict[str, list[Option]] = {}
    for each in pool:
        by_need.setdefault(each.need, []).append(each)
    rows = [
        (need, number == 0 and need not in ledger.served)
        for need, found in by_need.items()
        for number in range(min(ledger.places[need], len(found)))
    ]
    taken = assigned(*_tables(rows, columns, by_need)).tolist()
    of = {(each.need, columns[each.professional]): each for each in pool}
    found = [of[need, column] for (need, _), column in zip(rows, taken, strict=True) if column >= 0]
    return sorted(found, key=lambda each: (each.need, each.professional))


def _tables(
    rows: Sequence[tuple[str, bool]], columns: Mapping[str, int], by_need: Mapping[str, Sequence[Option]]
) -> tuple[NDArray[np.bool_], Iterator[Gains]]:
    """Which pairs may be, and the goals one at a time: a need's first place, any place, then those of the options."""
    where = {need: [columns[each.professional] for each in found] for need, found in by_need.items()}
    gains = {need: np.array([each.gains for each in found], dtype=np.int64) for need, found in by_need.items()}

    def table(values: Callable[[str, bool], Any]) -> Gains:
        made = np.zeros((len(rows), len(columns)), dtype=np.int64)
        for row, (need, is_first) in enumerate(rows):
            made[row, where[need]] = values(need, is_first)
        return made

    def goals() -> Iterator[Gains]:
        yield table(lambda need, is_first: is_first)
        yield table(lambda need, is_first: 1)
        for number in range(next(iter(gains.values())).shape[1] if gains else 0):
            yield table(lambda need, is_first, number=number: gains[need][:, number])  # type: ignore[misc]

    return table(lambda need, is_first: 1) == 1, goals()

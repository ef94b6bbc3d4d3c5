"""One set, one configuration, and what it is compared with, all measured in the same run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from matching.evaluation.judged import JudgedSet
from matching.evaluation.measures import MEASURES, Values, measured
from matching.evaluation.rankers import Concepts, Configuration
from matching.evaluation.statistics import Difference, Estimate, difference, estimate


@dataclass(frozen=True)
class Result:
    """A configuration's values on a set, query by query."""

    name: str
    values: Values

    @cached_property
    def estimates(self) -> dict[str, Estimate]:
        """Measure to mean and interval."""
        return {name: estimate(self.values[name]) for name in MEASURES}

    def differences(self, other: "Result") -> dict[str, Difference]:
        """Measure to this result minus the other, query by query."""
        return {name: difference(self.values[name], other.values[name]) for name in MEASURES}


@dataclass(frozen=True, slots=True)
class Comparison:
    """others : to compare with, the baseline first; ablated : the same engine without one lever each."""

    judged: JudgedSet
    result: Result
    others: tuple[Result, ...]
    ablated: tuple[Result, ...] = ()

    @property
    def results(self) -> tuple[Result, ...]:
        """All of them, the measured one first."""
        return (self.result, *self.others, *self.ablated)


def compared(
    judged: JudgedSet,
    configuration: Configuration,
    *,
    others: Sequence[Configuration],
    ablated: Sequence[Configuration] = (),
    concepts: Concepts | None = None,
    begin: Callable[[Configuration], None] = lambda _: None,
) -> Comparison:
    """Measure all of them on the set. begin : called before each, as fitting takes its time."""

    def result(configuration: Configuration) -> Result:
        begin(configuration)
        return Result(configuration.name, measured(judged, configuration.fit(judged, concepts)))

    return Comparison(judged, result(configuration), tuple(map(result, others)), tuple(map(result, ablated)))

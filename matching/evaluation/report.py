"""A comparison as tables for people and as one line for programs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matching.evaluation.comparison import Comparison, Result
from matching.evaluation.measures import DEPTH, MEASURES
from matching.evaluation.statistics import RANDOMIZATIONS, RESAMPLES, Difference, Estimate

DECIMALS = 6
BEGIN, END = "<!-- measured:begin -->", "<!-- measured:end -->"

METHOD = (
    f"Means over queries with 95 % intervals (percentile bootstrap over queries, {RESAMPLES:,} resamples); differences "
    f"are paired, query by query, with the p of a two-sided randomization test ({RANDOMIZATIONS:,} draws). "
    f"map looks at the first {DEPTH:,} ranks. Equal scores stand by id."
)


class MissingMarks(ValueError):
    """A document has no place for the figures."""

    code = "missing_marks"

    def __init__(self) -> None:
        super().__init__(f"expected {BEGIN} once and {END} once after it, each on a line of its own")


def comparison_tables(comparison: Comparison) -> str:
    """Markdown: the means, the differences, and what each lever is worth where levers were switched off."""
    judged = comparison.judged
    parts = [
        f"### {judged.name}",
        f"{len(judged.corpus):,} documents, {len(judged.asked):,} queries.",
        "".join(f" {remark[0].upper()}{remark[1:]}." for remark in judged.remarks).strip(),
        _means_table((comparison.result, *comparison.others)),
        _differences_table(comparison.result, comparison.others),
        _levers_table(comparison.result, comparison.ablated),
    ]
    return "\n\n".join(part for part in parts if part)


def comparison_json(comparison: Comparison, *, seconds: float) -> str:
    """One line. Numbers have DECIMALS decimals; an interval is [low, high].

    baseline, others : their own figures, and as differences those of the measured result minus theirs
    levers : the engine's figures without the lever, and as differences what that changes
    seconds : wall time of the whole set, all configurations and statistics
    """
    judged, result = comparison.judged, comparison.result
    baseline, *others = [_entry(other, result.differences(other)) for other in comparison.others]
    line = {
        "set": judged.name,
        "configuration": result.name,
        **_means(result),
        "intervals": _intervals(result.estimates),
        "documents": len(judged.corpus),
        "queries": len(judged.asked),
        "remarks": list(judged.remarks),
        "baseline": baseline,
        "others": others,
        "levers": [_entry(lever, lever.differences(result)) for lever in comparison.ablated],
        "seconds": round(seconds, 1),
    }
    return json.dumps(line, ensure_ascii=False, allow_nan=False)


def section_replaced(document: str, section: str) -> str:
    """The document with the section between its marks, which stay.

    :raises MissingMarks: the marks are not there, or not once and in order.
    """
    head, begun, rest = document.partition(f"{BEGIN}\n")
    _, ended, tail = rest.partition(f"{END}\n")
    if not begun or not ended or BEGIN in rest or END in head + tail:
        raise MissingMarks
    return f"{head}{BEGIN}\n{section.strip()}\n{END}\n{tail}"


def _entry(result: Result, differences: Mapping[str, Difference]) -> dict[str, Any]:
    return {
        "name": result.name,
        **_means(result),
        "intervals": _intervals(result.estimates),
        "differences": {name: _rounded(each.value) for name, each in differences.items()},
        "difference_intervals": _intervals(differences),
        "p": {name: _rounded(each.p) for name, each in differences.items()},
    }


def _means(result: Result) -> dict[str, float]:
    return {name: _rounded(each.value) for name, each in result.estimates.items()}


def _intervals(estimates: Mapping[str, Estimate]) -> dict[str, list[float]]:
    return {name: [_rounded(each.low), _rounded(each.high)] for name, each in estimates.items()}


def _rounded(value: float) -> float:
    return round(value, DECIMALS) + 0.0  # no -0.0


def _means_table(results: Sequence[Result]) -> str:
    rows = [
        [result.name, *(f"{_short(each.value)} {_interval(each)}" for each in result.estimates.values())]
        for result in results
    ]
    return _table(["ranker", *MEASURES], rows)


def _differences_table(result: Result, others: Sequence[Result]) -> str:
    columns = [result.differences(other) for other in others]
    rows = [[name, *(f"{_change(each[name])}, p {_p(each[name].p)}" for each in columns)] for name in MEASURES]
    return _table([f"{result.name} minus", *(other.name for other in others)], rows)


def _levers_table(full: Result, ablated: Sequence[Result]) -> str:
    """One row for each lever: what changes when it alone is off; empty without levers."""
    if not ablated:
        return ""
    rows = []
    for lever in ablated:
        changes = lever.differences(full)
        rows.append([lever.name, *map(_change, changes.values()), _p(changes["ndcg@10"].p)])
    return _table([f"change from {full.name}", *MEASURES, "p of ndcg@10"], rows)


def _change(difference: Difference) -> str:
    return f"{_short(difference.value, '+')} {_interval(difference, '+')}"


def _interval(estimate: Estimate, sign: str = "") -> str:
    return f"[{_short(estimate.low, sign)}, {_short(estimate.high, sign)}]"


def _short(value: float, sign: str = "") -> str:
    """Three decimals without the 0 before the point: .612, +.012, 1.000."""
    return f"{round(value, 3) + 0.0:{sign}.3f}".replace("0.", ".", 1)


def _p(p: float) -> str:
    return "< .001" if p < 0.001 else _short(p)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A markdown table, padded so that a terminal shows it well."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    padded = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    ruled = [padded[0], " | ".join("-" * width for width in widths), *padded[1:]]
    return "\n".join(f"| {line} |" for line in ruled)

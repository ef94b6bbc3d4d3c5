"""A plot of measured rankers: a row for each set, a panel for each measure, a point with its interval for each ranker.

Drawn by matplotlib, which requirements/dev.txt installs and the service does without.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from matching.evaluation import Comparison
from matching.evaluation.measures import MEASURES

PANEL_INCHES = 2.2
ROW_INCHES = 0.9
LINE_INCHES = 0.28


class PlotUnavailable(RuntimeError):
    """matplotlib is not installed."""

    code = "plot_unavailable"

    def __init__(self) -> None:
        super().__init__("a plot needs matplotlib: pip install --require-hashes -r requirements/dev.txt")


def plot_require() -> None:
    """:raises PlotUnavailable: before anything is measured for nothing."""
    try:
        import matplotlib.figure  # noqa: F401 - asked for only by whoever wants a plot
    except ImportError:
        raise PlotUnavailable from None


def plot_svg(comparisons: Sequence[Comparison]) -> bytes:
    """The plot as SVG; the same figures give the same bytes.

    :raises PlotUnavailable: matplotlib is not installed.
    """
    plot_require()
    import matplotlib
    from matplotlib.figure import Figure

    lines = [len(comparison.results) for comparison in comparisons]
    size = (PANEL_INCHES * (len(MEASURES) + 1), sum(ROW_INCHES + LINE_INCHES * count for count in lines))
    with matplotlib.rc_context({"svg.hashsalt": "talentbank", "svg.fonttype": "none"}):
        figure = Figure(figsize=size, layout="constrained")
        rows = figure.subplots(len(comparisons), len(MEASURES), squeeze=False, height_ratios=lines, sharey="row")
        for panels, comparison in zip(rows, comparisons, strict=True):
            for panel, measure in zip(panels, MEASURES, strict=True):
                _draw(panel, comparison, measure)
            panels[0].set_ylabel(comparison.judged.name)
        drawn = BytesIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    return drawn.getvalue()


def _draw(panel: Any, comparison: Comparison, measure: str) -> None:
    for position, result in enumerate(reversed(comparison.results)):
        estimate = result.estimates[measure]
        # max: the mean of equal values may lie an ulp beside their interval, and matplotlib refuses a negative arm
        arms = [[max(0.0, estimate.value - estimate.low)], [max(0.0, estimate.high - estimate.value)]]
        mark = "o" if result is comparison.result else "s"
        panel.errorbar(estimate.value, position, xerr=arms, fmt=mark, color="black", markersize=4, capsize=3)
    panel.set_yticks(range(len(comparison.results)), [result.name for result in reversed(comparison.results)])
    panel.set_title(measure, fontsize="medium")
    panel.grid(axis="x", alpha=0.3)

"""The figures as a page, a picture and one line of JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.measures import Measured, ratios

BARS: dict[str, tuple[str, str]] = {
    "against scikit-learn": ("≥ 150 / 800 / 1,000 at 10k / 100k / 1M", "500 / 2,000 / 3,000"),
    "against scipy": ("≥ 6", "20"),
    "against tantivy": ("≥ 4 / 3 at 100k / 1M", "10"),
    "against bm25s": ("", ""),
    "distance to the read-bandwidth bound": ("≤ 6 at 1M and above", "≤ 2"),
    "5 % filter": ("≤ 1.5", "≤ 0.5"),
    "whole model against plain TF-IDF": ("≤ 6", "≤ 3"),
    "batch": ("≥ 20", "100"),
    "batch, partitioned": ("", ""),
}
FIGURES: dict[str, tuple[str, float, str, str]] = {
    "overlap": ("overlap@20, tie-aware", 1, "1.000", "1.000"),
    "bytes_a_posting": ("bytes a posting on disk, all in", 1, "≤ 8.1", "3"),
    "change_ms": ("one changed profile, from its tokens to being ranked, ms", 1, "≤ 10", "1"),
    "second_process_bytes": ("memory a second process adds, MB", 1e-6, "≤ 60", "≤ 20"),
    "open_ms": ("open and check the file, ms", 1, "", ""),
}
HEAD = """# Benchmarks

Written by `make bench`. CPU time of one thread, medians; the engines take turns of ten needs in one process. Profiles
and needs are those of `tests/benchmarks/generator.py`: needs of 50 terms, profiles of 40–150 words, a Zipf vocabulary,
best 20. scikit-learn is `cosine_similarity` and `argsort`; scipy the product with the matrix transposed once, and
`argpartition`; tantivy and bm25s rank by BM25. A time includes all that Python does for a call. An engine too slow for
every need was asked less often, and bm25s and the whole model, which are long in building, up to 100,000 profiles.

The bound is 8 bytes a posting at the rate one thread reads 256 MiB in the same run. The batch is 100 needs in one call,
against one product of scikit-learn for all and `argsort`, or `argpartition` instead (medians of 3, once at a million).
The second process maps the file and answers 50 needs; what it holds for itself at 10 profiles is taken off.
"""


def page(all_measured: Sequence[Measured], picture: str) -> str:
    return "\n".join(
        [
            HEAD,
            f"Measured on {platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores, at the end "
            f"with {os.getloadavg()[0]:.0f} processes waiting for them: busy cores slow what scans memory most.",
            "",
            _times(all_measured),
            "",
            f"![Milliseconds over profiles]({picture})",
            "",
            "## Bars",
            "",
            _bars(all_measured),
            "",
        ]
    )


def _sizes(all_measured: Sequence[Measured]) -> list[str]:
    return [f"{each.size:,}" for each in all_measured]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _times(all_measured: Sequence[Measured]) -> str:
    names = list(dict.fromkeys(name for each in all_measured for name in each.milliseconds))
    rows = []
    for name in names:
        cells = [each.milliseconds.get(name) for each in all_measured]
        rows.append([name, *(f"{cell[0]:.3f} ({cell[1]})" if cell else "–" for cell in cells)])
    return _table(["ms a need (times asked)", *_sizes(all_measured)], rows)


def _bars(all_measured: Sequence[Measured]) -> str:
    rows = []
    for name, (floor, goal) in BARS.items():
        cells = [ratios(each).get(name) for each in all_measured]
        if any(cell is not None for cell in cells):
            rows.append([f"{name}, ×", *("–" if cell is None else f"{cell:,.2f}" for cell in cells), floor, goal])
    for key, (name, factor, floor, goal) in FIGURES.items():
        cells = [each.figures.get(key) for each in all_measured]
        if any(cell is not None for cell in cells):
            rows.append([name, *("–" if cell is None else f"{cell * factor:,.3f}" for cell in cells), floor, goal])
    return _table(["what", *_sizes(all_measured), "floor", "goal"], rows)


def line(all_measured: Sequence[Measured]) -> str:
    """One JSON line."""
    sizes = {
        str(each.size): {
            "ms": {n: ms for n, (ms, _) in each.milliseconds.items()},
            **each.figures,
            "ratios": ratios(each),
        }
        for each in all_measured
    }
    return json.dumps({"sizes": sizes}, ensure_ascii=False)


def plot(all_measured: Sequence[Measured], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    matplotlib.rcParams["svg.hashsalt"] = "benchmarks"
    figure, axes = pyplot.subplots(figsize=(7, 4.5))
    for name in dict.fromkeys(name for each in all_measured for name in each.milliseconds):
        points = [(each.size, each.milliseconds[name][0]) for each in all_measured if name in each.milliseconds]
        axes.plot(*zip(*points, strict=True), marker="o", label=name, linewidth=2 if name.startswith("matching") else 1)
    axes.set(xscale="log", yscale="log", xlabel="profiles", ylabel="CPU ms a need")
    axes.grid(which="both", alpha=0.2)
    axes.legend(fontsize="small")
    figure.tight_layout()
    figure.savefig(path, format="svg", metadata={"Date": None})

"""`make bench`: our index beside the engines that others would pick. `--quick` is a matter of a minute."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.benchmarks.engines import ENGINES, Ours
from tests.benchmarks.measures import measured
from tests.benchmarks.report import line, page, plot

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="profiles")
    parser.add_argument("--engines", nargs="+", choices=list(ENGINES), default=list(ENGINES), metavar="NAME")
    parser.add_argument("--repeats", type=int, default=100, help="needs")
    parser.add_argument("--seconds", type=float, default=10, help="CPU that an engine may use for one size")
    parser.add_argument("--quick", action="store_true", help="2,000 and 10,000 profiles, 20 needs; writes nothing")
    parser.add_argument("--json", action="store_true", help="one JSON line; writes nothing")
    chosen = parser.parse_args()
    sizes, repeats = ([2_000, 10_000], 20) if chosen.quick else (chosen.sizes, chosen.repeats)
    names = list(dict.fromkeys([*chosen.engines, Ours.name]))

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    found = [measured(size, names, repeats=repeats, seconds=chosen.seconds, say=say) for size in sizes]
    if chosen.json:
        print(line(found))
    elif chosen.quick:
        print(page(found, "benchmarks.svg"))
    else:
        plot(found, ROOT / "docs" / "benchmarks.svg")
        (ROOT / "docs" / "benchmarks.md").write_text(page(found, "benchmarks.svg"), "utf-8")
        print(page(found, "benchmarks.svg"))


if __name__ == "__main__":
    main()

"""`make bench-requests`: what a request costs beside Django REST framework at its barest. `--quick` is a minute.

CPU time of this process and of its PostgreSQL connection, request by request, on one machine in one run.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-requests", description=__doc__)
    parser.add_argument("--profiles", type=int, default=10_000, help="of the bank that ranks")
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the large bank whose list is read")
    parser.add_argument("--repeats", type=int, default=100, help="requests of each kind")
    parser.add_argument("--quick", action="store_true", help="2,000 profiles, 20,000 rows, 20 requests; writes nothing")
    parser.add_argument("--only", choices=("candidates", "list", "transition"), nargs="+")
    parser.add_argument("--profile", metavar="KIND", help="cProfile of one kind of request instead of figures")
    chosen = parser.parse_args()

    from tests.plugins import postgres  # starts a server of its own and points DATABASE_URL at it

    try:
        import django

        django.setup()
        from tests.benchmarks.request_measures import measured
        from tests.benchmarks.request_report import page

        if chosen.quick:
            chosen.profiles, chosen.rows, chosen.repeats = 2_000, 20_000, 20

        def say(text: str) -> None:
            print(text, file=sys.stderr, flush=True)

        found = measured(chosen, say)
        print(page(found))
        if not (chosen.quick or chosen.only or chosen.profile):
            (ROOT / "docs" / "benchmarks-requests.md").write_text(page(found), "utf-8")
    finally:
        postgres.pytest_unconfigure()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "talentbank.settings")
    main()

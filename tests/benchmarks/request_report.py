"""The figures of requests as a page."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from statistics import median

from tests.benchmarks.request_measures import BARS, Cost

HEAD = """# Benchmarks of requests

Written by `make bench-requests`: CPU time of a request, in this process (`time.process_time_ns`) and in its PostgreSQL
connection (the kernel's count of that server process), medians; requests of one table take turns. They go through all
of WSGI, with a bearer token. What they are held against is Django REST framework at its barest
(`tests/benchmarks/request_views.py`): a `ListAPIView` of 20 rows and an `UpdateAPIView` under a lock, both with
`ModelSerializer(fields="__all__")` and its own JSON renderer, and the same sign-in and transaction; no role, no filter,
no link, no explanation.
"""
NOTES = """
Candidates asked for the first time: the texts of the twenty are read and each pair is explained, which is remembered
while neither text nor model changes (docs/adr/0011).
"""


def page(found: Mapping[str, Cost]) -> str:
    """Markdown: each kind of request, then the ratios that have a bar."""
    rows = [
        f"| {name} | {cost.total:.2f} | {median(cost.here):.2f} | {median(cost.database):.2f} | {cost.bytes:,} |"
        for name, cost in found.items()
    ]
    bars = [
        f"| {name} | {found[one].total / found[other].total:.2f} | ≤ {most:g} |"
        for name, (one, other, most) in BARS.items()
        if one in found and other in found
    ]
    return "\n".join(
        [
            HEAD,
            f"Measured on {platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores, at the end "
            f"with {os.getloadavg()[0]:.0f} processes waiting for them.",
            "",
            "| request | CPU ms | here | in PostgreSQL | bytes |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            NOTES,
            "| ratio | measured | bar |",
            "| --- | --- | --- |",
            *bars,
            "",
        ]
    )

"""Requests through the whole of WSGI, each with the CPU time that it took here and in the database."""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import cycle
from pathlib import Path
from statistics import median
from time import process_time_ns
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection

from talentbank.core.clock import now
from tests import factories
from tests.benchmarks.request_rows import matches_in, needs_in, professionals_copied, professionals_in, token_of

Send = Callable[[], tuple[int, bytes]]
BARS = {
    "candidates of a need, beside the bare list": ("candidates", "bare list", 2),
    "candidates as the need's own people see them, beside the bare list": ("candidates, own people", "bare list", 2),
    "professionals, first page": ("list -created_at, first page", "list -created_at, 1,000 rows", 1.3),
    "professionals, middle page": ("list -created_at, middle page", "list -created_at, 1,000 rows", 1.3),
    "professionals, last page": ("list -created_at, last page", "list -created_at, 1,000 rows", 1.3),
    "professionals by change, middle page": ("list updated_at, middle page", "list updated_at, 1,000 rows", 1.3),
    "professionals by validity, middle page": ("list valid_until, middle page", "list valid_until, 1,000 rows", 1.3),
    "a transition, beside the bare update": ("propose", "bare update", 6),
}
"""What is held against what, and the most that it may cost."""
NEEDS = 40
SMALL = 1_000
WARM = 5


@dataclass
class Cost:
    """CPU in milliseconds of each request: of this process, and of the database's for it."""

    here: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    bytes: int = 0
    """Of the last answer."""

    @property
    def total(self) -> float:
        return median(a + b for a, b in zip(self.here, self.database, strict=True))


@dataclass
class Caller:
    """Sends requests with a bearer token to the WSGI application, as a server does."""

    application: Any
    token: str

    def request(self, method: str, url: str, body: Any = None, **headers: str) -> Send:
        parts = urlsplit(url)
        sent = json.dumps(body).encode() if body is not None else b""

        def send() -> tuple[int, bytes]:
            environ = {
                **{"REQUEST_METHOD": method, "PATH_INFO": parts.path, "QUERY_STRING": parts.query, "SCRIPT_NAME": ""},
                **{"SERVER_NAME": "testserver", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1"},
                **{"REMOTE_ADDR": "127.0.0.1", "HTTP_AUTHORIZATION": f"Bearer {self.token}"},
                **{"CONTENT_LENGTH": str(len(sent)), "CONTENT_TYPE": "application/json" if sent else ""},
                **{"wsgi.input": BytesIO(sent), "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http"},
                **{
                    "wsgi.multithread": False,
                    "wsgi.multiprocess": True,
                    "wsgi.run_once": False,
                    "wsgi.version": (1, 0),
                },
                **headers,
            }
            status: list[str] = []
            answer = self.application(environ, lambda line, _, error=None: status.append(line))
            content = b"".join(answer)
            answer.close()
            return int(status[0].split()[0]), content

        return send


def database_nanoseconds() -> int:
    """What the server process of our connection has spent on a CPU."""
    connection.ensure_connection()
    process = connection.connection.info.backend_pid
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0])


def spent(kinds: dict[str, Iterator[Send]], repeats: int) -> dict[str, Cost]:
    """The kinds take turns, so that load on the machine falls on all alike."""
    costs = {name: Cost() for name in kinds}
    for number in range(-WARM, repeats):
        for name, sends in kinds.items():
            send = next(sends)
            there, here = database_nanoseconds(), process_time_ns()
            status, content = send()
            here, there = process_time_ns() - here, database_nanoseconds() - there
            if status not in (200, 201):
                raise RuntimeError(f"{name}: {status} {content.decode()[:500]}")
            if number >= 0:
                costs[name].here.append(here / 1e6)
                costs[name].database.append(there / 1e6)
                costs[name].bytes = len(content)
    return costs


def measured(chosen: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Cost]:
    settings.ROOT_URLCONF = "tests.benchmarks.request_views"
    settings.ALLOWED_HOSTS = ["testserver"]
    connection.settings_dict["CONN_MAX_AGE"] = None  # one server process, whose CPU time is read
    call_command("migrate", verbosity=0)
    call_command("load_vocabulary")
    at = now()
    bank = factories.make_bank(slug="ranking", municipality_name="あかつき市")
    boss = factories.make_staff(bank)
    small = factories.make_bank(slug="small")
    reader = factories.make_staff(small)
    application = get_wsgi_application()
    callers = {bank.pk: Caller(application, token_of(boss, 1)), small.pk: Caller(application, token_of(reader, 2))}
    wanted = chosen.only or ["candidates", "transition", "list"]
    professionals_in(bank, chosen.profiles, at=at)
    say(f"{chosen.profiles:,} profiles")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    mine = callers[bank.pk]
    found: dict[str, Cost] = {}
    if "candidates" in wanted:
        found |= rankings(chosen, say, application, mine, bank)
    if "transition" in wanted:
        matches = matches_in(bank, chosen.repeats + WARM + (chosen.repeats if chosen.profile == "transition" else 0))
        etag = '"1.0000000000000000"'
        sends = {
            "bare update": cycle(
                [mine.request("PATCH", f"/bare/matches/{match.pk}", {"summary": "x"}) for match in matches[:50]]
            ),
            "propose": iter(
                [
                    mine.request("POST", f"/api/v1/matches/{match.pk}/propose", {}, HTTP_IF_MATCH=etag)
                    for match in matches
                ]
            ),
        }
        if chosen.profile == "transition":
            profile(sends["propose"], chosen.repeats)
        found |= spent(sends, chosen.repeats)
    if "list" in wanted:
        found |= lists(chosen, say, callers[small.pk], application, small, bank)
    return found


def rankings(
    chosen: argparse.Namespace, say: Callable[[str], None], application: Any, staff: Caller, bank: Any
) -> dict[str, Cost]:
    """Candidates of many needs, for a coordinator and for the needs' own people, beside a list of as many rows."""
    needs = needs_in(bank, NEEDS)
    paths = [f"/api/v1/needs/{need.pk}/candidates" for need in needs]
    people = [
        Caller(application, token_of(factories.owner_of(need.organization), 100 + number))
        for number, need in enumerate(needs)
    ]
    staff.request("GET", paths[0])()
    say("index built")
    first = iter([staff.request("GET", path) for path in paths])
    sends = {
        "bare list": cycle([staff.request("GET", "/bare/professionals")]),
        "candidates": cycle([staff.request("GET", path) for path in paths]),
        "candidates, own people": cycle([one.request("GET", path) for one, path in zip(people, paths, strict=True)]),
    }
    found = spent({"candidates, first time": first}, NEEDS - WARM)
    for name in sends:
        for _ in range(NEEDS):
            next(sends[name])()
    if chosen.profile == "candidates":
        profile(sends["candidates"], chosen.repeats)
    return found | spent(sends, chosen.repeats)


def lists(
    chosen: argparse.Namespace, say: Callable[[str], None], caller: Caller, application: Any, small: Any, like: Any
) -> dict[str, Cost]:
    """A page of the list at 1,000 rows, and at so many more at the first, the middle and the last page."""
    large = factories.make_bank(slug="large")
    reader = Caller(application, token_of(factories.make_staff(large), 3))
    professionals_copied(small, SMALL, like=like)
    professionals_copied(large, chosen.rows, like=like)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    say(f"{chosen.rows:,} rows")
    found: dict[str, Cost] = {}
    for ordering in ("-created_at", "updated_at", "valid_until"):
        url = f"/api/v1/professionals?ordering={ordering}"
        sends = {f"list {ordering}, 1,000 rows": cycle(pages(caller, url, SMALL))}
        names = ("first", "middle", "last")
        for name, send in zip(names, pages(reader, url, chosen.rows), strict=True):
            sends[f"list {ordering}, {name} page"] = cycle([send])
        if chosen.profile == "list":
            profile(sends[f"list {ordering}, middle page"], chosen.repeats)
        found |= spent(sends, chosen.repeats)
    return found


def pages(caller: Caller, url: str, size: int) -> list[Send]:
    """The first page, one in the middle, the last full one; made with cursors of the pages' own making."""
    from django.test import RequestFactory
    from rest_framework.request import Request

    from api.pagination import Ordering, Pager
    from talentbank.professionals.models import Professional

    path, _, query = url.partition("?")
    request = Request(RequestFactory().get(path, dict([query.split("=")])))
    ordering = Ordering(query.split("=")[1])
    pager = Pager(request, ordering, 20, False, None)
    slug = "small" if size == SMALL else "large"
    rows = Professional.objects.filter(bank__slug=slug).order_by(*ordering.terms(backwards=False))
    made = [caller.request("GET", url)]
    for place in (size // 2, size - 30):
        cursor = pager._cursor(rows[place], backwards=False)
        made.append(caller.request("GET", f"{url}&cursor={cursor}"))
    return made


def profile(sends: Iterator[Send], repeats: int) -> None:
    for _ in range(WARM):
        next(sends)()
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(repeats):
        next(sends)()
    profiler.disable()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(90)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(40)

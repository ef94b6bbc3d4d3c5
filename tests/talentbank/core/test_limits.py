"""Limits: exactly so many of callers at once, a window that begins anew, and nobody's name in the table."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from talentbank.core.limits import COUNT, ProcessCounts, counted, counts_tick, limit_headers, longest_wait, uncounted
from talentbank.core.models import RateCount
from tests.factories import AT

pytestmark = [pytest.mark.django_db, pytest.mark.database]
CALLERS, EACH, MOST = 6, 12, 25


@pytest.fixture(autouse=True)
def limits(settings: Any) -> None:
    settings.RATE_LIMITS = {"writes": (MOST, 60), "client-writes": (40, 60)}


@pytest.mark.django_db(transaction=True)
def test_of_callers_at_once_exactly_so_many_get_through() -> None:
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("an in-memory SQLite database has one writer; the next test asks a file from many processes")
    through: list[bool] = []

    def call(number: int) -> None:
        for _ in range(EACH):
            # Two limits in either order: neither is counted twice, and no two callers wait for each other in a circle.
            names = ("writes", "client-writes")[:: 1 if number % 2 else -1]
            counts = counted(dict.fromkeys(names, "one account"), at=AT)
            through.append(not next(count for count in counts if count.limit.name == "writes").exceeded)
        connection.close()

    threads = [threading.Thread(target=call, args=(number,)) for number in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert through.count(True) == MOST
    assert len(through) == CALLERS * EACH
    assert sorted(RateCount.objects.values_list("hits", flat=True)) == [CALLERS * EACH] * 2


CHILD = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=20, isolation_level=None)
for _ in range(int(sys.argv[3])):
    print(database.execute(sys.argv[2], ["a", 1, 60_000, 0, 0]).fetchone()[1])
"""


def test_processes_on_one_sqlite_file_count_each_call_once(tmp_path: Any) -> None:
    file = tmp_path / "limits.sqlite3"
    with sqlite3.connect(file) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE core_ratecount (key TEXT PRIMARY KEY, hits INTEGER, resets_at INTEGER)")
    statement = COUNT.format(rows="(?, ?, ?)").replace("%s", "?")
    command = [sys.executable, "-c", CHILD, str(file), statement, str(EACH)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(CALLERS)]
    told = [int(line) for child in children for line in child.communicate(timeout=60)[0].split()]

    assert sorted(told) == list(range(1, CALLERS * EACH + 1))


@pytest.mark.django_db(transaction=True)
def test_a_call_that_fails_afterwards_has_been_counted() -> None:
    counted({"writes": "a"}, at=AT)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError

    (count,) = counted({"writes": "a"}, at=AT)

    assert count.hits == 2


def test_each_stands_for_itself_and_a_window_begins_with_its_first_call() -> None:
    for _ in range(MOST):
        (last,) = counted({"writes": "a"}, at=AT)
    (beyond,) = counted({"writes": "a"}, at=AT + timedelta(seconds=20))
    (other,) = counted({"writes": "b"}, at=AT)
    (anew,) = counted({"writes": "a"}, at=AT + timedelta(seconds=60))

    assert (last.left, last.exceeded, longest_wait([last])) == (0, False, None)
    assert (beyond.left, beyond.exceeded, longest_wait([other, beyond])) == (0, True, 40)
    assert (other.hits, anew.hits, anew.wait) == (1, 1, 60)


def test_what_is_taken_back_was_never_counted() -> None:
    counted({"writes": "a"}, at=AT)
    uncounted({"writes": "a"})
    uncounted({"writes": "a"})

    (count,) = counted({"writes": "a"}, at=AT)

    assert count.hits == 1


def test_windows_that_passed_are_forgotten_and_names_never_kept() -> None:
    counted({"writes": "shino@example.jp"}, at=AT)
    kept = RateCount.objects.get()

    assert "shino" not in kept.key
    assert counts_tick(at=AT + timedelta(seconds=59)) == {"forgotten": 0}
    assert counts_tick(at=AT + timedelta(seconds=60)) == {"forgotten": 1}


def test_a_process_counts_for_itself(django_assert_num_queries: Any) -> None:
    counts = ProcessCounts()
    with django_assert_num_queries(0):
        for _ in range(MOST):
            counts.counted({"writes": "a"}, at=AT)
        (beyond,) = counts.counted({"writes": "a"}, at=AT)
        (anew,) = counts.counted({"writes": "a"}, at=AT + timedelta(seconds=60))

    assert (beyond.exceeded, anew.hits) == (True, 1)


def test_the_headers_are_structured_fields() -> None:
    counts = counted({"writes": "a", "client-writes": "c"}, at=AT)

    assert limit_headers(counts) == {
        "RateLimit-Policy": '"writes";q=25;w=60, "client-writes";q=40;w=60',
        "RateLimit": '"writes";r=24;t=60, "client-writes";r=39;t=60',
    }
    assert limit_headers([]) == {}

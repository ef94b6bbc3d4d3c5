"""A server that runs on loopback, on the test's own database and transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.test.testcases import LiveServerThread

Application = Callable[[dict[str, Any], Any], Any]


def one_at_a_time(application: Application) -> Application:
    """All threads share the test's one connection, and a browser asks for several things at once."""
    alone = threading.Lock()

    def answer(environment: dict[str, Any], start_response: Any) -> Any:
        with alone:
            return application(environment, start_response)

    return answer


@contextmanager
def live_server() -> Iterator[str]:
    """The address of a server that sees the rows of the test, committed or not; SQLite in memory alone.

    :raises AssertionError: the database is another one.
    """
    connection = connections["default"]
    assert connection.vendor == "sqlite" and connection.is_in_memory_db()  # type: ignore[attr-defined]
    connection.inc_thread_sharing()
    thread = LiveServerThread("127.0.0.1", one_at_a_time, connections_override={"default": connection})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    try:
        if thread.error:
            raise thread.error
        yield f"http://{thread.host}:{thread.port}"
    finally:
        thread.terminate()
        connection.dec_thread_sharing()

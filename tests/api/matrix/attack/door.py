"""The way in: the application as Schemathesis calls it, in this process, with everything taken back afterwards."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db import connections, transaction

WORDS = re.compile(r'[^"\\]{36,60}')
"""Ids and ETags in an answer, and what is as long."""


class Door:
    """A WSGI application around ours. A call by itself is taken back at once, one of a scenario at its end.

    Schemathesis calls from threads of its own, one after the other; each is lent the connection of the test.
    """

    def __init__(self) -> None:
        self.application = get_wsgi_application()
        self.connection = connections["default"]
        self.scenario: ExitStack | None = None
        self.said: set[str] = set()
        """What was answered in this scenario, so that its ids are left alone when they come back."""
        self.statuses: Counter[int] = Counter()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        connections["default"] = self.connection
        with transaction.atomic():
            answer = self.application(environ, start_response)
            body = b"".join(answer)
            answer.close()
            self.statuses[answer.status_code] += 1
            if self.scenario is None:
                transaction.set_rollback(True)
        if self.scenario is not None:
            self.said |= set(WORDS.findall(body.decode("utf-8", "replace").replace('\\"', "")))
        return [body]

    def begin(self) -> None:
        """Keep what is written until `end`."""
        connections["default"] = self.connection
        self.scenario = ExitStack()
        self.scenario.enter_context(transaction.atomic())

    def end(self) -> None:
        """Take back what the scenario wrote."""
        if self.scenario is not None:
            transaction.set_rollback(True)
            self.scenario.close()
        self.scenario = None
        self.said.clear()

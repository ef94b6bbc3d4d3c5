"""One call and its answer, and volleys of calls that start at once."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

VOLLEY = 8
SECONDS = 30.0


@dataclass(slots=True)
class Call:
    """What is asked of the server. `principal` names whose idempotency keys they are; `id` is its X-Request-Id."""

    id: str
    principal: str
    token: str
    path: str
    body: dict[str, Any]
    match: str = ""
    action: str = ""
    if_match: str = ""
    key: str = ""
    stale: bool = False

    def headers(self) -> dict[str, str]:
        given = {"If-Match": self.if_match, "Idempotency-Key": self.key}
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        named = {"Content-Type": "application/json", "X-Request-Id": self.id}
        return {**named, **bearer, **{name: value for name, value in given.items() if value}}


@dataclass(slots=True)
class Answer:
    """`status` 0: the connection died, and nobody knows what became of the call."""

    call: Call
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def replayed(self) -> bool:
        return self.headers.get("idempotency-replayed") == "true"

    @property
    def acted(self) -> bool:
        return 200 <= self.status < 300 and not self.replayed

    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


class Caller:
    """Eight threads with a connection each."""

    def __init__(self, base: str) -> None:
        self.address = urlsplit(base).netloc
        self._connections: dict[int, http.client.HTTPConnection] = {}

    def one(self, call: Call, *, slot: int = 0, method: str = "POST") -> Answer:
        """Send one call; a connection that died before an answer is reported as status 0."""
        connection = self._connections.get(slot) or http.client.HTTPConnection(self.address, timeout=SECONDS)
        self._connections[slot] = connection
        try:
            body = json.dumps(call.body) if method == "POST" else None
            connection.request(method, call.path, body, call.headers())
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(call, response.status, headers, response.read())
        except (OSError, http.client.HTTPException):
            connection.close()
            self._connections.pop(slot, None)
            return Answer(call, 0)

    def volley(self, calls: Sequence[Call]) -> list[Answer]:
        """Send calls at once, each from a thread of its own."""
        answers: list[Answer | None] = [None] * len(calls)
        start = threading.Barrier(len(calls))

        def send(slot: int) -> None:
            start.wait()
            answers[slot] = self.one(calls[slot], slot=slot)

        threads = [threading.Thread(target=send, args=(slot,)) for slot in range(len(calls))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [answer for answer in answers if answer is not None]

"""One call and its answer, volleys of calls that start at once, and clients that ask again what nobody knows."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")
VOLLEY = 8
SECONDS = 30.0
PATIENCE_SECONDS = 180.0
"""How long a client goes on asking: longer than a server takes that starts anew on a busy machine."""
PAUSE_SECONDS = 0.3


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
    def done(self) -> bool:
        return 200 <= self.status < 300

    @property
    def acted(self) -> bool:
        return self.done and not self.replayed

    @property
    def in_flight(self) -> bool:
        """The first call with this key is still running."""
        return self.status == 409 and "retry-after" in self.headers

    @property
    def open(self) -> bool:
        """Whether it is left open what became of the call; the same key sent again tells."""
        return self.status in (0, 503) or self.in_flight

    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass(slots=True)
class Story:
    """One client's call and everything that it heard of it, first try to last."""

    call: Call
    heard: list[Answer]

    @property
    def first(self) -> Answer:
        return self.heard[0]

    @property
    def last(self) -> Answer:
        return self.heard[-1]


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
            self.hang_up(slot)
            return Answer(call, 0)

    def settle(self, call: Call, *, slot: int = 0) -> Story:
        """Send one call, and again under its key as long as nobody knows what became of it; no key, no second try."""
        story = Story(call, [self.one(call, slot=slot)])
        until = time.monotonic() + PATIENCE_SECONDS
        while call.key and story.last.open and time.monotonic() < until:
            time.sleep(float(story.last.headers.get("retry-after", PAUSE_SECONDS)))
            story.heard.append(self.one(replace(call, id=f"{call.id}.{len(story.heard)}"), slot=slot))
        return story

    def volley(self, calls: Sequence[Call]) -> list[Answer]:
        """Send calls at once, each from a thread of its own."""
        return self._at_once(calls, lambda call, slot: self.one(call, slot=slot))

    def settled(self, calls: Sequence[Call], *, first_slot: int = 0) -> list[Story]:
        """Send calls at once, each by a client that asks until it knows."""
        return self._at_once(calls, lambda call, slot: self.settle(call, slot=first_slot + slot))

    def hang_up(self, *slots: int) -> None:
        """Close these connections (all, if none is named); the next call opens another."""
        for slot in slots or list(self._connections):
            if connection := self._connections.pop(slot, None):
                connection.close()

    def dial(self, slot: int, wanted: Callable[[int], bool]) -> None:
        """Connect until `wanted` likes the connection, told by its local port."""
        for _ in range(100):
            connection = http.client.HTTPConnection(self.address, timeout=SECONDS)
            connection.connect()
            if wanted(connection.sock.getsockname()[1]):
                self.hang_up(slot)
                self._connections[slot] = connection
                return
            connection.close()
        raise RuntimeError("no connection of a hundred was the wanted one")

    def _at_once(self, calls: Sequence[Call], send: Callable[[Call, int], T]) -> list[T]:
        start = threading.Barrier(len(calls))

        def begin(call: Call, slot: int) -> T:
            start.wait()
            return send(call, slot)

        with ThreadPoolExecutor(len(calls)) as threads:
            return list(threads.map(begin, calls, range(len(calls))))

"""The one way out: `transmit` is the function through which every delivery goes, whoever asked for it.

No redirect is followed, no proxy of the environment is asked, a certificate is always checked, and an answer is cut off
after so many seconds and bytes, however slowly it drips.
"""

from __future__ import annotations

import logging
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from concurrent.futures import TimeoutError as TimedOut
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from uuid import UUID

from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import SSLError as TLSError
from urllib3.exceptions import TimeoutError as NetworkTimeout

from talentbank.notifications.models import SandboxChannel
from talentbank.notifications.sandbox import captured
from talentbank.notifications.webhooks.addresses import Target, UrlRefused, resolved, target_of

logger = logging.getLogger(__name__)
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
"""From the connection to the end of what is read of the answer."""
BATCH_SECONDS = 45.0
"""For all of a batch, looking names up included; whoever is not done by then has failed."""
MOST_ADDRESSES = 3
EXCERPT_BYTES = 500
RETRY_AFTER_MOST = 3600
FAULTS = (HTTPError, HTTPException, OSError, ValueError)
SECRETS = re.compile(r"whsec_[A-Za-z0-9+/=_-]*|v1a?,[A-Za-z0-9+/=]{20,}|(?i:bearer|basic) [A-Za-z0-9._~+/=-]{8,}")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One signed request. `delivery` names it, so that its outcome is recorded."""

    delivery: UUID
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: a status, or an `error` where there was no answer. Milliseconds, bytes of text."""

    status: int | None = None
    error: str = ""
    latency_ms: int = 0
    excerpt: str = ""
    retry_after: int = 0

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """The receiver wants nothing more, ever (Standard Webhooks)."""
        return self.status == 410


def transmit(requests: Sequence[Outgoing]) -> Iterator[tuple[UUID, Outcome]]:
    """Send requests, all at once, and yield each one's outcome as it comes. Touches no database but in a sandbox."""
    if not requests:
        return
    if settings.SANDBOX:
        yield from map(_capture, requests)
        return
    pool = ThreadPoolExecutor(max_workers=len(requests), thread_name_prefix="webhook")
    waiting = {pool.submit(post, request): request.delivery for request in requests}
    try:
        for done in as_completed(list(waiting), timeout=BATCH_SECONDS):
            yield waiting.pop(done), done.result()
    except TimedOut:
        for delivery in waiting.values():
            yield delivery, Outcome(error="timeout", latency_ms=round(BATCH_SECONDS * 1000))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _capture(request: Outgoing) -> tuple[UUID, Outcome]:
    """Keep a request instead of sending it; its address is judged as ever, but for the name, which nobody looks up."""
    try:
        target_of(request.url, loopback=settings.WEBHOOK_LOOPBACK)
    except UrlRefused as refused:
        return request.delivery, Outcome(error=refused.code)
    body, headers = request.body.decode(), dict(request.headers)
    captured(channel=SandboxChannel.WEBHOOK, to=request.url, body=body, headers=headers)
    return request.delivery, Outcome(status=200, excerpt="captured by the sandbox")


def post(request: Outgoing) -> Outcome:
    """Send one request; whatever goes wrong on the way becomes an outcome."""
    started = time.monotonic()
    loopback = settings.WEBHOOK_LOOPBACK
    try:
        target = target_of(request.url, loopback=loopback)
        addresses = resolved(target, loopback=loopback)
        outcome = _sent(request, target, addresses[:MOST_ADDRESSES])
    except UrlRefused as refused:
        outcome = Outcome(error=refused.code)
    except Exception as error:  # a thread's failure must not take the other deliveries' outcomes along
        logger.exception("webhook %s failed", request.delivery)
        outcome = Outcome(error=type(error).__name__[:60])
    latency = round((time.monotonic() - started) * 1000)
    return Outcome(outcome.status, outcome.error, latency, outcome.excerpt, outcome.retry_after)


def _sent(request: Outgoing, target: Target, addresses: Sequence[str]) -> Outcome:
    """Try the checked addresses in turn until one takes the connection; the request itself is sent once."""
    failed = Outcome(error="unreachable")
    for address in addresses:
        connection = _connection(target, address)
        with _Cut(connection) as cut:
            try:
                connection.connect()
            except FAULTS as error:
                failed = Outcome(error=_reason(error, cut))
                continue
            try:
                return _answer(connection, request, target, cut)
            except FAULTS as error:
                return Outcome(error=_reason(error, cut))
    return failed


def _connection(target: Target, address: str) -> HTTPConnection:
    """A connection to a checked address; name and certificate stay those of the URL's host."""
    if not target.secure:
        return HTTPConnection(address, target.port, timeout=CONNECT_SECONDS)
    context = ssl.create_default_context()
    return HTTPSConnection(
        address, target.port, timeout=CONNECT_SECONDS, ssl_context=context, server_hostname=target.host
    )


def _answer(connection: HTTPConnection, request: Outgoing, target: Target, cut: _Cut) -> Outcome:
    cut.socket = connection.sock
    headers = {**request.headers, "Host": target.authority, "Connection": "close", "Accept-Encoding": "identity"}
    connection.request("POST", target.path, body=request.body, headers=headers, preload_content=False)
    response = connection.getresponse()
    if cut.fired:  # an end of the stream also ends the headers
        raise TimeoutError
    retry_after = response.headers.get("Retry-After", "")
    excerpt = b""
    with suppress(*FAULTS):  # the status has come and counts, whatever becomes of the rest
        excerpt = response.read(EXCERPT_BYTES, decode_content=False)  # what is compressed stays so: no bomb unpacks
    return Outcome(
        status=response.status,
        error="redirected" if 300 <= response.status < 400 else "",
        excerpt=_readable(excerpt),
        retry_after=min(int(retry_after), RETRY_AFTER_MOST) if re.fullmatch(r"[0-9]{1,9}", retry_after) else 0,
    )


def _readable(excerpt: bytes) -> str:
    """The beginning of an answer as one line of text, without anything that looks like a secret or a signature."""
    text = excerpt.decode("utf-8", errors="replace")
    return SECRETS.sub("…", "".join(each if each.isprintable() else " " for each in text)).strip()


def _reason(error: Exception, cut: _Cut) -> str:
    refused = isinstance(error, NewConnectionError)  # which is a timeout by its class alone
    if cut.fired or (isinstance(error, NetworkTimeout | TimeoutError) and not refused):
        return "timeout"
    return "tls" if isinstance(error, TLSError | ssl.SSLError) else "unreachable"


class _Cut:
    """Cuts a connection off at a moment, whatever it is waiting for, and closes it in the end."""

    def __init__(self, connection: HTTPConnection) -> None:
        self.connection = connection
        self.socket: Any = None
        """Kept here once connected: the connection forgets its socket when the headers have come."""
        self.fired = False
        self._timer = threading.Timer(ANSWER_SECONDS, self._fire)
        self._timer.daemon = True

    def __enter__(self) -> _Cut:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self.connection.close()

    def _fire(self) -> None:
        self.fired = True
        reached = self.socket or self.connection.sock
        if reached is not None:
            with suppress(OSError):  # the plain socket's: a reader inside TLS wakes up to an end of the stream
                socket.socket.shutdown(reached, socket.SHUT_RDWR)

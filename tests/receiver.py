"""A receiver of webhooks that runs on this machine, as a front end's server would."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass
class Received:
    """One request as it arrived; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> Any:
        """The payload, once signature and age are found good.

        :raises WebhookVerificationError: they are not.
        """
        return Webhook(secret).verify(self.body, self.headers)


Answer = Callable[[BaseHTTPRequestHandler, int], None]


def answering(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, number: int) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@dataclass
class Receiver:
    """What arrived so far. `answer(handler, number)` answers; `number` counts from 1."""

    port: int = 0
    answer: Answer = field(default_factory=lambda: answering(204))
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?from=bank"

    @property
    def bodies(self) -> list[bytes]:
        return [each.body for each in self.received]


@contextmanager
def open_receiver(wrap: Callable[[Any], Any] | None = None) -> Iterator[Receiver]:
    """Run a receiver on a free port. `wrap` makes its socket a TLS one."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.append(Received(self.path, headers, body))
            try:
                receiver.answer(self, len(receiver.received))
            except OSError:  # the sender has hung up
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Silent."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A handshake that fails is the sender's business."""

    server = Server(("127.0.0.1", 0), Handler)
    if wrap:
        server.socket = wrap(server.socket)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

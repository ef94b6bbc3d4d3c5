"""LINE as far as we speak with it: keys of its own, ID tokens, and the addresses of sign-in, on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

CHANNEL = "1234567890"


class Line(ThreadingHTTPServer):
    """Listens on a free port of 127.0.0.1. `fetched` counts how often the keys were asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.fetched = 0
        self.down = False
        self.keys = {"first": ec.generate_private_key(ec.SECP256R1())}
        self.profile = {"userId": "U" + "0" * 32, "displayName": "ハナコ", "name": "ハナコ"}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def id_token(
        self, *, at: datetime, kid: str = "first", key: Any = None, algorithm: str = "ES256", **claims: Any
    ) -> str:
        """An ID token as LIFF hands it out; a claim that is None is left out."""
        now = int(at.timestamp())
        told = {
            "iss": "https://access.line.me",
            "sub": self.profile["userId"],
            "aud": CHANNEL,
            "iat": now,
            "exp": now + 3600,
            "name": "ハナコ",
            **claims,
        }
        told = {name: value for name, value in told.items() if value is not None}
        key = None if algorithm == "none" else key or self.keys[kid]
        return jwt.encode(told, key, algorithm=algorithm, headers={"kid": kid})

    def published(self) -> list[dict[str, Any]]:
        public = {
            kid: json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key())) for kid, key in self.keys.items()
        }
        return [{**jwk, "kid": kid, "use": "sig", "alg": "ES256"} for kid, jwk in public.items()]


class _Answers(BaseHTTPRequestHandler):
    server: Line

    def do_GET(self) -> None:
        if self.path.endswith("/certs"):
            self.server.fetched += 1
            return self.say({"keys": self.server.published()}, 500 if self.server.down else 200)
        return self.say(self.server.profile)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.say({"access_token": "of-line", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "r"})

    def say(self, body: Any, status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        return None


@contextmanager
def open_line() -> Iterator[Line]:
    """Run LINE in a thread of its own."""
    with Line() as line:
        thread = threading.Thread(target=line.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield line
        finally:
            line.shutdown()
            thread.join()

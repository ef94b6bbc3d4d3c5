#!/usr/bin/env python3
"""The talent bank from Python, with the standard library alone: a program of one's own reads figures and needs.

    TALENTBANK=http://127.0.0.1:8000 CLIENT_ID=… CLIENT_SECRET=… python examples/python_client.py

Client credentials (a program without a person), paging, refusals, repeats.
"""

from __future__ import annotations

import base64
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from typing import Any

TRIES = 4
BUSY = {409, 429, 503}


class Refused(Exception):
    """A refusal. `problem` holds `code` (stable), `detail` (in the language asked for), `errors` and the rest."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail", f"HTTP {status}"))
        self.status, self.problem = status, problem

    @property
    def code(self) -> str:
        return self.problem.get("code", f"http_{self.status}")


class TalentBank:
    """Calls the API. `open` and `sleep` are there to be replaced in tests."""

    def __init__(
        self, base: str, token: str = "", language: str = "ja", open: Callable[..., Any] | None = None
    ) -> None:
        self.base, self.token, self.language = base.rstrip("/"), token, language
        self.open, self.sleep = open or urllib.request.urlopen, time.sleep

    def sign_in(self, client_id: str, client_secret: str, *scopes: str) -> None:
        """Get a token for the program itself; it lasts for an hour."""
        secret = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        form = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": " ".join(scopes)})
        headers = {"Authorization": f"Basic {secret}", "Content-Type": "application/x-www-form-urlencoded"}
        self.token = self._send("POST", f"{self.base}/identity/o/api/token", form.encode(), headers)["access_token"]

    def get(self, path: str, **query: Any) -> Any:
        return self._call("GET", self._address(path, query))

    def post(self, path: str, body: dict[str, Any], *, etag: str = "", key: str = "") -> Any:
        """Act. `etag` is the record's as it was seen, where the call is a step on it; `key` is the attempt's."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4()), **({"If-Match": etag} if etag else {})}
        return self._call("POST", self._address(path, {}), body, headers)

    def rows(self, path: str, **query: Any) -> Iterator[Any]:
        """Every row of a list: `next` is the address of the page after, as it is."""
        address = self._address(path, {"limit": 100, **query})
        while address:
            page = self._call("GET", address)
            yield from page["results"]
            address = page["next"]

    def _address(self, path: str, query: dict[str, Any]) -> str:
        encoded = urllib.parse.urlencode(query, doseq=True)
        return f"{self.base}/api/v1/{path.lstrip('/')}" + (f"?{encoded}" if encoded else "")

    def _call(self, method: str, address: str, body: Any = None, more: dict[str, str] | None = None) -> Any:
        headers = {"Accept-Language": self.language, **(more or {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is None:
            return self._send(method, address, None, headers)
        headers["Content-Type"] = "application/json"
        return self._send(method, address, json.dumps(body, ensure_ascii=False).encode(), headers)

    def _send(self, method: str, address: str, body: bytes | None, headers: dict[str, str]) -> Any:
        """Send, and again where that does no harm: reads, and writes with an Idempotency-Key, which act once."""
        repeatable = method == "GET" or "Idempotency-Key" in headers
        for tried in range(1, TRIES + 1):
            request = urllib.request.Request(address, data=body, headers=headers, method=method)
            try:
                with self.open(request, timeout=30) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                with error:
                    wait, status, problem = error.headers.get("Retry-After"), error.code, _problem(error)
                again = wait is not None and status in BUSY and (repeatable or status == 429)
                if not again or tried == TRIES:
                    raise Refused(status, problem) from None
                self.sleep(min(int(wait), 30))
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                if not repeatable or tried == TRIES:
                    raise
                self.sleep(2 ** (tried - 1) / 2)
        raise AssertionError("unreachable")


def _problem(error: urllib.error.HTTPError) -> dict[str, Any]:
    """A proxy's page instead of a problem counts as one without members."""
    try:
        problem = json.load(error)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def main() -> None:
    bank = TalentBank(os.environ.get("TALENTBANK", "http://127.0.0.1:8000"))
    if "CLIENT_ID" in os.environ:
        bank.sign_in(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"], "statistics:read", "needs:read")
    figures = bank.get("statistics/summary")
    counts = f"{figures['matches']} 件 / {figures['individuals']} 名 / {figures['organizations']} 事業所"
    print(f"{figures['bank']['name']}: {counts}")
    for need in bank.rows("needs", accepting="true"):
        problems = "、".join(each["name_ja"] for each in need["problems"])
        print(f"- {need['public_summary'] or problems}（{need['area']}、{need['deadline'] or '期限なし'}）")


if __name__ == "__main__":
    main()

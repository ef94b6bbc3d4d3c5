"""Limits of calls: 429 with `Retry-After`, and the `RateLimit` pair on every answer that they concern.

Writes are counted in the database, by account and client, by client, or by address: exact over all workers. Reads are
counted in each worker, for a read that wrote a row would cost more than it reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.idp.oidc.models import Token
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from talentbank.core.callers import address_key
from talentbank.core.clock import now
from talentbank.core.limits import ProcessCounts, counted, longest_wait

READS = frozenset({"GET", "HEAD"})
_process = ProcessCounts()


class Limits(BaseThrottle):
    """Counts a call under every limit that concerns its caller."""

    _wait: int | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        whose = principals(request)
        count = _process.counted if request.method in READS else counted
        counts = count(whose, at=now())
        request._request.rate_counts = counts
        self._wait = longest_wait(counts)
        return self._wait is None

    def wait(self) -> float | None:
        return self._wait


def principals(request: Request) -> Mapping[str, str]:
    """Limits that concern a call, each with whom it counts for."""
    reads = request.method in READS
    user_id = request.user.pk if request.user and request.user.is_authenticated else None
    client_id = request.auth.client_id if isinstance(request.auth, Token) else ""
    if user_id is None and not client_id:
        return {"anonymous-reads" if reads else "anonymous-writes": address_key(request._request)}
    own = {"reads" if reads else "writes": f"{user_id} {client_id}"}
    shared = {"client-writes": client_id, "client-day": client_id} if client_id and not reads else {}
    return {**own, **shared}

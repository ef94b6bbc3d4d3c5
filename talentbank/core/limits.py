"""How often somebody may do something: counted exactly in the database, or roughly in this process.

A window begins with its first call and lasts `seconds`; within it at most `most` calls count. In the database one
statement counts and answers, so of callers at once, in whatever thread, process or machine, exactly `most` get through.
It is no part of any transaction of the call: what is refused or rolled back afterwards has been counted all the same.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from talentbank.core.models import RateCount

SALT = "core.limits"
FEW = 10_000
"""Windows of this process after which those that have passed are dropped."""
COUNT = """
INSERT INTO core_ratecount (key, hits, resets_at) VALUES {rows}
ON CONFLICT (key) DO UPDATE SET
    hits = CASE WHEN core_ratecount.resets_at <= %s THEN 1 ELSE core_ratecount.hits + 1 END,
    resets_at = CASE WHEN core_ratecount.resets_at <= %s THEN excluded.resets_at ELSE core_ratecount.resets_at END
RETURNING key, hits, resets_at
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """`name` in the headers and in the settings; `most` calls in `seconds`."""

    name: str
    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Count:
    """Where somebody stands: `hits` of this window with this one, and the seconds after which it begins anew."""

    limit: Limit
    hits: int
    wait: int

    @property
    def left(self) -> int:
        return max(0, self.limit.most - self.hits)

    @property
    def exceeded(self) -> bool:
        return self.hits > self.limit.most


def limit_of(name: str) -> Limit:
    """The limit of this name, as the installation sets it."""
    return Limit(name, *settings.RATE_LIMITS[name])


def counted(whose: Mapping[str, str], *, at: datetime) -> list[Count]:
    """This function will count a call under each limit, by name, for whom it concerns; exact over all processes."""
    limits = {_key(name, principal): limit_of(name) for name, principal in whose.items()}
    now = _milliseconds(at)
    # In one order everywhere, so that two calls which share two rows never wait for each other in a circle.
    rows = [(key, 1, now + limits[key].seconds * 1000) for key in sorted(limits)]
    with connection.cursor() as cursor:
        values = [value for row in rows for value in row]
        cursor.execute(COUNT.format(rows=", ".join(["(%s, %s, %s)"] * len(rows))), [*values, now, now])
        found = {key: (hits, resets_at) for key, hits, resets_at in cursor.fetchall()}
    return [_count(limit, *found[key], now) for key, limit in limits.items()]


def uncounted(whose: Mapping[str, str]) -> None:
    """This function will take a counted call back: it was none of those that the limit is about."""
    keys = [_key(name, principal) for name, principal in whose.items()]
    with connection.cursor() as cursor:
        for key in sorted(keys):
            cursor.execute("UPDATE core_ratecount SET hits = hits - 1 WHERE key = %s AND hits > 0", [key])


def counts_tick(*, at: datetime) -> dict[str, int]:
    """Forget windows that have passed; return how many."""
    forgotten, _ = RateCount.objects.filter(resets_at__lte=_milliseconds(at)).delete()
    return {"forgotten": forgotten}


class ProcessCounts:
    """Counts of this process alone: they cost no write, and a caller may be allowed as much by every worker."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: dict[tuple[str, str], tuple[int, int]] = {}

    def counted(self, whose: Mapping[str, str], *, at: datetime) -> list[Count]:
        """Count a call under each limit, by name, for whom it concerns."""
        now = _milliseconds(at)
        with self._lock:
            if len(self._windows) > FEW:
                self._windows = {key: window for key, window in self._windows.items() if window[1] > now}
            return [self._one(limit_of(name), principal, now) for name, principal in whose.items()]

    def _one(self, limit: Limit, principal: str, now: int) -> Count:
        hits, resets_at = self._windows.get((limit.name, principal), (0, 0))
        if resets_at <= now:
            hits, resets_at = 0, now + limit.seconds * 1000
        self._windows[limit.name, principal] = (hits + 1, resets_at)
        return _count(limit, hits + 1, resets_at, now)


def longest_wait(counts: Sequence[Count]) -> int | None:
    """Seconds until none of these refuses; None where none does."""
    return max((count.wait for count in counts if count.exceeded), default=None)


def limit_headers(counts: Sequence[Count]) -> dict[str, str]:
    """The `RateLimit` pair of draft-ietf-httpapi-ratelimit-headers-10: what is allowed, and what is left of it.

    Structured fields (RFC 9651), one member for each limit. Empty where none was counted.
    """
    if not counts:
        return {}
    policy = (f'"{each.limit.name}";q={each.limit.most};w={each.limit.seconds}' for each in counts)
    return {
        "RateLimit-Policy": ", ".join(policy),
        "RateLimit": ", ".join(f'"{each.limit.name}";r={each.left};t={each.wait}' for each in counts),
    }


def _count(limit: Limit, hits: int, resets_at: int, now: int) -> Count:
    return Count(limit, hits, max(1, ceil((resets_at - now) / 1000)))


def _key(name: str, principal: str) -> str:
    """Names nobody: addresses and e-mail addresses are not kept."""
    return f"{name}:{salted_hmac(SALT, principal, algorithm='sha256').hexdigest()[:40]}"


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)

"""Idempotency-Key: a POST that is repeated acts once and answers twice.

The record is written in the transaction of the call itself, so there is never one without the other.
A repeat that arrives meanwhile waits on the unique constraint (PostgreSQL) or on the write lock (SQLite), then replays.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, OperationalError, connection, transaction
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import IdempotencyInFlight, IdempotencyKeyReused, is_busy
from api.rendering import written
from talentbank.core.actors import Actor
from talentbank.core.errors import invalid
from talentbank.core.models import IdempotencyRecord
from talentbank.core.repeats import KEPT
from talentbank.core.sealing import seal, unseal

KEY = re.compile(r"[\x21-\x7e]{1,255}\Z")
LOCK_TIMEOUT = "10s"
SEALED = "sealed:"
"""Begins a body that is kept sealed; no JSON begins so."""
KEPT_HEADERS = ("ETag", "Location", "Content-Language")


def key_of(request: Request) -> str | None:
    """Return the Idempotency-Key, None where there is none.

    :raises InvalidInput: it is not 1 to 255 visible ASCII characters.
    """
    key = request.headers.get("Idempotency-Key")
    if key is not None and not KEY.match(key):
        raise invalid("/header/Idempotency-Key", "idempotency_key_malformed")
    return key


def principal_of(request: Request, actor: Actor) -> str:
    """Whose key it is: account and client; without sign-in the path, which then holds the secret."""
    if actor.user_id or actor.client_id:
        return f"{actor.user_id or '-'} {actor.client_id[:80]}"
    return "anonymous " + hashlib.sha256(request.path.encode()).hexdigest()[:32]


def hash_of(request: Request) -> str:
    """Return a digest of what the call asks for: method, address, hat and body."""
    body = json.dumps(request.data, sort_keys=True, ensure_ascii=True, default=str)
    parts = [request.method, request.get_full_path(), request.headers.get("Acting-As", ""), body]
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def answer_once(
    request: Request, *, actor: Actor, at: datetime, act: Callable[[], Response], secret: bool = False
) -> HttpResponse:
    """Run `act` under the request's key, or replay its first answer. The caller holds the outer transaction.

    `secret`: the answer shows something once; it is kept sealed.
    Whatever `act` raises takes the record with it; a refusal that shall be kept is returned, not raised.

    :raises IdempotencyKeyReused: the key was used for another request.
    :raises IdempotencyInFlight: the first call did not end in time.
    """
    key = key_of(request)
    if key is None:
        return act()
    principal, asked = principal_of(request, actor), hash_of(request)
    record = _claimed(principal, key, asked, at)
    if record is None:
        return _replayed(IdempotencyRecord.objects.get(principal=principal, key=key), asked)
    response = act()
    record.status = response.status_code
    body = written(response.data).decode() if response.data is not None else ""
    record.body = SEALED + seal(body) if secret else body
    record.headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    record.headers["Content-Type"] = response.content_type or "application/json"
    record.save(update_fields=["status", "body", "headers"])
    return response


def _claimed(principal: str, key: str, asked: str, at: datetime) -> IdempotencyRecord | None:
    """Write the record of a first call; None where there is one already."""
    IdempotencyRecord.objects.filter(principal=principal, key=key, created_at__lte=at - KEPT).delete()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    try:
        with transaction.atomic():
            return IdempotencyRecord.objects.create(principal=principal, key=key, request_hash=asked, created_at=at)
    except IntegrityError:
        return None
    except OperationalError as error:
        if is_busy(error):
            raise IdempotencyInFlight() from error
        raise


def _replayed(record: IdempotencyRecord, asked: str) -> HttpResponse:
    if record.request_hash != asked:
        raise IdempotencyKeyReused()
    sealed = record.body.startswith(SEALED)
    body = unseal(record.body.removeprefix(SEALED)) if sealed else record.body
    response = HttpResponse(body, status=record.status or 200, headers=dict(record.headers))
    response["Idempotency-Replayed"] = "true"
    return response

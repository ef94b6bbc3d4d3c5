"""ETags and the two conditional headers."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from rest_framework.request import Request

from api.errors import PreconditionRequired
from api.rendering import written
from talentbank.core.errors import invalid

ETAG = re.compile(r'"([1-9][0-9]{0,9})\.[0-9a-f]{16}"\Z')


def etag_of(version: int, representation: Any) -> str:
    """Return `"<version>.<digest>"`. The digest differs between representations of one version."""
    digest = hashlib.sha256(written(representation)).hexdigest()[:16]
    return f'"{version}.{digest}"'


def expected_version(request: Request, *, require: bool = False) -> int | None:
    """Return the version part of If-Match; None where the header is absent.

    :raises InvalidInput: it is not one strong ETag of ours (`*`, weak ETags and lists included).
    :raises PreconditionRequired: it is absent and `require` is set.
    """
    header = request.headers.get("If-Match")
    if header is None:
        if require:
            raise PreconditionRequired()
        return None
    version = version_of(header.strip())
    if version is None:
        raise invalid("/header/If-Match", "etag_malformed")
    return version


def version_of(etag: str) -> int | None:
    """Return the version part of an ETag of ours; None where it is none."""
    found = ETAG.match(etag)
    return int(found[1]) if found and int(found[1]) < 2**31 else None


def is_unchanged(request: Request, etag: str) -> bool:
    """Tell whether If-None-Match names this very representation, so that 304 answers."""
    header = request.headers.get("If-None-Match", "")
    seen = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return bool(header) and ("*" in seen or etag in seen)

"""Which pages may call from a browser: those whose origin a bank approved with a client (django-cors-headers).

Asked anew at each call by one indexed query, so that a revoked client's pages are shut out with the next one.
"""

from __future__ import annotations

import re
from typing import Any

from corsheaders.signals import check_request_enabled
from django.conf import settings
from django.http import HttpRequest

from talentbank.accounts.admissions import origin_is_allowed
from talentbank.core.clock import day_of, now


def connect() -> None:
    """Let corsheaders ask us; its own lists of origins stay empty."""
    check_request_enabled.connect(origin_of_a_client, dispatch_uid="api.cors")


def origin_of_a_client(sender: Any, request: HttpRequest, **more: Any) -> bool:
    """Whether a page of this origin may read the answer. corsheaders asks about every address: pages of ours never."""
    origin = request.headers.get("Origin", "")
    if not origin or not re.match(settings.CORS_URLS_REGEX, request.path_info):
        return False
    return origin_is_allowed(origin, day_of(now()))

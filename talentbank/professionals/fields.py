"""The fields that people write into a professional's registration, and what must be true of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from talentbank.core.errors import FieldError
from talentbank.professionals.models import EngagementType, Professional
from talentbank.registrations.fields import (
    CLOCK,
    MONTH,
    Check,
    Shape,
    column_errors,
    email_errors,
    list_errors,
    matching,
    one_of,
    text,
)

COLUMNS = (
    *("name", "kana", "email", "phone", "postal_address", "preferred_channel", "best_time", "headline", "summary"),
    *("residency", "hours_per_week", "remote", "fee_basis", "fee_min_yen", "fee_max_yen", "travel"),
    *("side_job_permission", "is_public_servant", "has_employees", "invoice_number", "employer"),
)
BOUNDS = {"hours_per_week": (1, 168), "fee_min_yen": (0, 999_999_999), "fee_max_yen": (0, 999_999_999)}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EXPERIENCE = Shape(
    {
        "title": text(200),
        "description": text(4000, blank=True),
        "industry": text(100, blank=True),
        "started": matching(MONTH),
        "ended": matching(MONTH),
        "client_name": text(200, blank=True),
    },
    required=("title",),
    ordered=("started", "ended"),
)
WEEKLY_TIME = Shape(
    {"day": one_of(DAYS), "start": matching(CLOCK), "end": matching(CLOCK)},
    required=("day", "start", "end"),
    ordered=("start", "end"),
    disorder="before_start_time",
)
LISTS: dict[str, Check | Shape] = {
    "experiences": EXPERIENCE,
    "weekly_times": WEEKLY_TIME,
    "areas": text(100),
    "engagement_types": one_of(EngagementType.values),
    "hidden_from": text(200),
}
WAITING = frozenset({"name", "kana", "residency"})
"""Fields whose change waits for a coordinator after the approval; the evidence of skills does too."""
STAFF_ONLY = frozenset({"employer"})
"""Written and seen by staff alone."""
EDITABLE_FIELDS = frozenset({*COLUMNS, *LISTS, "skills"})
INVOICE_NUMBER = re.compile(r"T[0-9]{13}\Z")


def fields_check(given: Mapping[str, Any], row: Professional, errors: list[FieldError]) -> dict[str, Any]:
    """Check what is to be written into `row`, all but the skills; return it. Collects what is wrong in `errors`."""
    errors += [FieldError(f"/{name}", "unknown_field") for name in given if name not in EDITABLE_FIELDS]
    for name, value in given.items():
        if name in LISTS:
            errors += list_errors(name, value, LISTS[name])
        elif name in COLUMNS:
            errors += column_errors(Professional, name, value, BOUNDS)
    errors += email_errors("email", given.get("email"))
    number = given.get("invoice_number")
    if isinstance(number, str) and number and not INVOICE_NUMBER.match(number):
        errors.append(FieldError("/invoice_number", "invoice_number_invalid"))
    errors += _fee_errors(given, row)
    return {name: value for name, value in given.items() if name != "skills"}


def _fee_errors(given: Mapping[str, Any], row: Professional) -> list[FieldError]:
    low, high = (given.get(name, getattr(row, name)) for name in ("fee_min_yen", "fee_max_yen"))
    whole = isinstance(low, int) and isinstance(high, int)
    touched = "fee_min_yen" in given or "fee_max_yen" in given
    if not whole or not touched or low <= high:
        return []
    return [FieldError("/fee_max_yen" if "fee_max_yen" in given else "/fee_min_yen", "fee_range_reversed")]


def fields_missing(row: Professional) -> list[str]:
    """Names of fields without which a professional cannot be submitted."""
    own = row.email or row.phone or row.postal_address
    holder = row.organization
    needed = {
        "name": row.name,
        "kana": row.kana,
        "email": own or (holder and (holder.contact_email or holder.contact_phone)),
        "headline": row.headline or row.summary,
        "skills": row.experiences or row.skills.exists(),
        "hours_per_week": row.hours_per_week,
    }
    return [name for name, value in needed.items() if not value]

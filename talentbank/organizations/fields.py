"""The fields that people write into an organization, and what must be true of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from talentbank.core.checkdigits import is_corporate_number
from talentbank.core.errors import FieldError, InvalidInput
from talentbank.organizations.models import Organization, OrganizationKind
from talentbank.registrations.fields import Check, Shape, column_errors, email_errors, list_errors, text

COLUMNS = (
    "name",
    "kana",
    "kind",
    "corporate_number",
    "industry",
    "headcount_band",
    "representative",
    "about",
    "contact_name",
    "contact_email",
    "contact_phone",
    "has_employees",
    "gives_help",
    "seeks_help",
)
LISTS: dict[str, Check | Shape] = {
    "sites": Shape({"name": text(200), "address": text(300, blank=True)}, required=("name",)),
    "officers": text(100),
    "declared_ties": text(200),
}
WAITING = frozenset({"name", "kana", "corporate_number"})
"""Fields whose change waits for a coordinator after the approval."""
EDITABLE_FIELDS = frozenset({*COLUMNS, *LISTS})
WITHOUT_NUMBER = frozenset({OrganizationKind.SOLE_PROPRIETOR.value, OrganizationKind.ASSOCIATION.value})
"""Kinds that may have no 法人番号."""


def fields_check(given: Mapping[str, Any]) -> dict[str, Any]:
    """Check what is to be written into an organization; return it.

    :raises InvalidInput: with a pointer for everything that is wrong.
    """
    errors = [FieldError(f"/{name}", "unknown_field") for name in given if name not in EDITABLE_FIELDS]
    for name, value in given.items():
        if name in LISTS:
            errors += list_errors(name, value, LISTS[name])
        elif name in COLUMNS:
            errors += column_errors(Organization, name, value, {})
    errors += email_errors("contact_email", given.get("contact_email"))
    number = given.get("corporate_number")
    if isinstance(number, str) and number and not is_corporate_number(number):
        errors.append(FieldError("/corporate_number", "corporate_number_invalid"))
    if errors:
        raise InvalidInput(errors)
    return dict(given)


def fields_missing(row: Organization) -> list[str]:
    """Names of fields without which an organization cannot be submitted."""
    needed = {
        "name": row.name,
        "kana": row.kana,
        "kind": row.kind,
        "corporate_number": row.corporate_number or row.kind in WITHOUT_NUMBER,
        "contact_name": row.contact_name,
        "contact_email": row.contact_email or row.contact_phone,
        "seeks_help": row.seeks_help or row.gives_help,
    }
    return [name for name, value in needed.items() if not value]

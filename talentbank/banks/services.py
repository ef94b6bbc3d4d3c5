"""Writing banks and their texts."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any

from django.db import transaction

from talentbank.banks.models import Bank, BankKind, BankText
from talentbank.banks.policy import Policy
from talentbank.core.checkdigits import is_municipality_code
from talentbank.core.errors import Conflict, StaleVersion, invalid
from talentbank.core.models import lock


class TextVersionExists(Conflict):
    """That number of a text is already kept; a new wording takes the next number."""

    code = "text_version_exists"


@transaction.atomic
def bank_create(
    *,
    slug: str,
    name: str,
    municipality_code: str,
    municipality_name: str,
    opened_on: date,
    at: datetime,
    kind: str = BankKind.TALENT_BANK,
    policy: dict[str, Any] | None = None,
    **fields: Any,
) -> Bank:
    """This function will open a bank.

    :raises InvalidInput: a wrong check digit in the municipality code, a taken slug or an unknown policy key.
    """
    if not is_municipality_code(municipality_code):
        raise invalid("/municipality_code", "municipality_code_check_digit")
    if Bank.objects.filter(slug=slug).exists():
        raise invalid("/slug", "taken")
    return Bank.create(
        at=at,
        slug=slug,
        name=name,
        municipality_code=municipality_code,
        municipality_name=municipality_name,
        opened_on=opened_on,
        kind=kind,
        policy_json=Policy.parse(policy or {}).to_json(),
        **fields,
    )


@transaction.atomic
def bank_update(*, bank: Bank, expected_version: int, at: datetime, changes: dict[str, Any]) -> Bank:
    """This function will change a bank's names, office, texts of introduction or policy.

    :raises StaleVersion: somebody changed it since the caller looked.
    :raises InvalidInput: an unknown policy key.
    """
    row = lock(Bank, bank.pk)
    if row.version != expected_version:
        raise StaleVersion(version=row.version)
    for name, value in changes.items():
        if name == "policy":
            row.policy_json = Policy.parse({**row.policy_json, **value}).to_json()
        else:
            setattr(row, name, value)
    row.save_step(at=at)
    return row


@transaction.atomic
def bank_text_publish(*, bank: Bank, kind: str, number: int, bodies: dict[str, str], at: datetime) -> list[BankText]:
    """This function will publish version `number` of a text in its languages; earlier versions end now.

    :raises TextVersionExists: the number is taken.
    """
    lock(Bank, bank.pk)
    if BankText.objects.filter(bank=bank, kind=kind, number__gte=number).exists():
        raise TextVersionExists(kind=kind, number=number)
    BankText.objects.filter(bank=bank, kind=kind, valid_until__isnull=True).update(valid_until=at, updated_at=at)
    return [
        BankText.create(
            at=at,
            bank=bank,
            kind=kind,
            number=number,
            language=language,
            body=body,
            sha256=hashlib.sha256(body.encode()).hexdigest(),
            valid_from=at,
        )
        for language, body in bodies.items()
    ]

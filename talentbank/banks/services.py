"""Writing banks and their texts."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from talentbank.banks.models import Bank, BankClosure, BankKind, BankText
from talentbank.banks.policy import Policy
from talentbank.core.audit import Step, Subject, event_record
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
def bank_update(*, bank: Bank, expected_version: int, step: Step, changes: dict[str, Any]) -> Bank:
    """This function will change a bank's names, office, texts of introduction or policy; the event keeps what was.

    :raises StaleVersion: somebody changed it since the caller looked.
    :raises InvalidInput: an unknown policy key.
    """
    row = lock(Bank, bank.pk)
    if row.version != expected_version:
        raise StaleVersion(version=row.version)
    before = {**row.policy.to_json(), **{name: getattr(row, name) for name in changes if name != "policy"}}
    for name, value in changes.items():
        if name == "policy":
            row.policy_json = Policy.parse({**row.policy_json, **value}).to_json()
        else:
            setattr(row, name, value)
    row.save_step(at=step.at)
    after = {**row.policy.to_json(), **{name: value for name, value in changes.items() if name != "policy"}}
    moved = {name: {"from": before[name], "to": after[name]} for name in after if after[name] != before.get(name)}
    _event(row, step, "update", {"changed": moved})
    return row


def _event(bank: Bank, step: Step, action: str, facts: dict[str, Any]) -> None:
    event_record(Subject("bank", bank.pk, bank.pk), step, action=action, from_state="", to_state="", facts=facts)


@transaction.atomic
def bank_text_publish(*, bank: Bank, kind: str, number: int, bodies: dict[str, str], step: Step) -> list[BankText]:
    """This function will publish version `number` of a text in its languages; earlier versions end now.

    :raises InvalidInput: a number was left out; the last one possible would end the versions for good.
    :raises TextVersionExists: the number is taken.
    """
    at = step.at
    lock(Bank, bank.pk)
    last = BankText.objects.filter(bank=bank, kind=kind).aggregate(last=Max("number"))["last"] or 0
    if number <= last:
        raise TextVersionExists(kind=kind, number=number)
    if number > last + 1:
        raise invalid("/number", "text_version_skipped", next=last + 1)
    BankText.objects.filter(bank=bank, kind=kind, valid_until__isnull=True).update(valid_until=at, updated_at=at)
    texts = [
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
    digests = {text.language: text.sha256 for text in texts}
    _event(bank, step, "publish-text", {"kind": str(kind), "number": number, "sha256": digests})
    return texts


@transaction.atomic
def closure_enter(*, bank: Bank, day: date, reason: str, step: Step) -> BankClosure:
    """This function will close a bank's office on a day, which then counts as no business day.

    :raises InvalidInput: the day is over, or entered already.
    """
    lock(Bank, bank.pk)
    if day < step.day:
        raise invalid("/day", "in_the_past")
    if BankClosure.objects.filter(bank=bank, day=day).exists():
        raise invalid("/day", "taken")
    closure = BankClosure.create(at=step.at, bank=bank, day=day, reason=reason)
    _event(bank, step, "enter-closure", {"day": str(day), "reason": reason})
    return closure


@transaction.atomic
def closure_remove(*, closure: BankClosure, expected_version: int, step: Step) -> None:
    """This function will strike out a day on which the office was to be closed.

    :raises StaleVersion: somebody changed it since the caller looked.
    """
    row = lock(BankClosure, closure.pk)
    if row.version != expected_version:
        raise StaleVersion(version=row.version)
    bank, day = row.bank, row.day
    row.delete()
    _event(bank, step, "remove-closure", {"day": str(day)})

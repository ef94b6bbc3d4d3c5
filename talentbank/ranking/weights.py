"""The weights that a bank may set: a few of `matching.Weights`, in whole percent, within bounds."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from matching.weights import Weights
from talentbank.banks.models import Bank
from talentbank.core.audit import Step, Subject, event_record
from talentbank.core.errors import FieldError, InvalidInput, StaleVersion
from talentbank.core.models import lock
from talentbank.core.revision import revision_bump
from talentbank.ranking.models import BOUNDS, FIELD_PERCENTS, RankingWeights

WHOLE = 100
SHARES: Mapping[str, str] = {
    "text_percent": "text_share",
    "best_percent": "best_share",
    "synonym_percent": "synonym_share",
    "near_percent": "near_share",
}
"""Column to the field of `matching.Weights`; the four of FIELD_PERCENTS are its `document_fields`."""


def defaults() -> dict[str, int]:
    """The numbers of a bank that has set none: those of `matching.Weights`."""
    ours = Weights()
    fields = {f"{name}_percent": share for name, share in ours.document_fields.items()}
    shares = {column: getattr(ours, name) for column, name in SHARES.items()}
    return {name: round(WHOLE * {**fields, **shares}[name]) for name in BOUNDS}


def ranking_weights_of(bank: Bank) -> RankingWeights:
    """The bank's row; one that is not saved, of version 1, where it has set nothing."""
    row = RankingWeights.objects.filter(bank=bank).first()
    return row or RankingWeights(bank=bank, version=1, **defaults())


def weights_of(bank_id: UUID) -> Weights:
    """The numbers that the bank is ranked by."""
    row = RankingWeights.objects.filter(bank_id=bank_id).first()
    return weights_from(row) if row else Weights()


def weights_from(row: RankingWeights) -> Weights:
    fields = {name: getattr(row, f"{name}_percent") / WHOLE for name in Weights().document_fields}
    shares = {name: getattr(row, column) / WHOLE for column, name in SHARES.items()}
    return Weights(document_fields=fields, **shares)


@transaction.atomic
def ranking_weights_update(
    *, bank: Bank, expected_version: int, changes: Mapping[str, int], step: Step
) -> RankingWeights:
    """This function will change what a bank weighs; the event keeps before and after, and the reason.

    :raises StaleVersion: somebody changed it since the caller looked.
    :raises InvalidInput: a number out of its bounds, or fields that do not sum to 100.
    """
    lock(Bank, bank.pk)
    row = ranking_weights_of(bank)
    if row.version != expected_version:
        raise StaleVersion(version=row.version)
    before = row.percents
    row = weighed(row, changes)
    if row.created_at is None:
        row = RankingWeights.create(at=step.at, bank=bank, version=row.version + 1, **row.percents)
    else:
        row.save_step(at=step.at)
    moved = {name: {"from": before[name], "to": value} for name, value in row.percents.items() if value != before[name]}
    if moved:
        revision_bump(bank.pk, basis=True)
    subject = Subject("bank", bank.pk, bank.pk)
    event_record(subject, step, action="change-ranking-weights", from_state="", to_state="", facts={"changed": moved})
    return row


def weighed(row: RankingWeights, changes: Mapping[str, int]) -> RankingWeights:
    """The row with these numbers, not saved.

    :raises InvalidInput: a number out of its bounds, or fields that do not sum to 100.
    """
    errors = [
        FieldError(f"/{name}", "min_value" if value < low else "max_value", {"minimum": low, "maximum": high})
        for name, value in changes.items()
        for low, high in [BOUNDS[name]]
        if not low <= value <= high
    ]
    for name, value in changes.items():
        setattr(row, name, value)
    total = sum(getattr(row, name) for name in FIELD_PERCENTS)
    if not errors and total != WHOLE:
        errors.append(FieldError(f"/{FIELD_PERCENTS[0]}", "not_a_whole", {"total": total}))
    if errors:
        raise InvalidInput(errors)
    return row

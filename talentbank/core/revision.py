"""The change revision: writers bump it in their own transaction, the ranking store pulls what changed."""

from __future__ import annotations

from uuid import UUID

from talentbank.core.models import Revision


def revision_bump(bank_id: UUID, *, basis: bool = False) -> int:
    """Take the next revision of a bank. Its lock orders commits, so no reader can skip a lower one.

    `basis`: what all texts are read by has changed (vocabulary, synonyms, weights), not one row.
    """
    Revision.objects.get_or_create(bank_id=bank_id)
    row = Revision.objects.select_for_update(of=("self",)).get(pk=bank_id)
    row.value += 1
    if basis:
        row.basis = row.value
    row.save(update_fields=["value", "basis"])
    return row.value


def revision_current(bank_id: UUID) -> int:
    """Return the last committed revision of a bank, 0 before the first."""
    return Revision.objects.filter(pk=bank_id).values_list("value", flat=True).first() or 0


def revision_basis(bank_id: UUID) -> int:
    """Return the revision at which vocabulary, synonyms or weights changed last; 0 where they never did."""
    return Revision.objects.filter(pk=bank_id).values_list("basis", flat=True).first() or 0

"""The change revision: writers bump it in their own transaction, the ranking store pulls what changed."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from talentbank.core.models import Revision

BUMP = """
INSERT INTO core_revision (bank_id, value, basis) VALUES (%s, 1, %s)
ON CONFLICT (bank_id) DO UPDATE SET
    value = core_revision.value + 1,
    basis = CASE WHEN excluded.basis = 1 THEN core_revision.value + 1 ELSE core_revision.basis END
RETURNING value
"""
"""One statement: every step of a match bumps once or twice."""


def revision_bump(bank_id: UUID, *, basis: bool = False) -> int:
    """Take the next revision of a bank. The row's lock orders commits, so no reader can skip a lower one.

    `basis`: what all texts are read by has changed (vocabulary, synonyms, weights), not one row.
    """
    key = Revision._meta.pk.get_db_prep_value(bank_id, connection)
    with connection.cursor() as cursor:
        cursor.execute(BUMP, [key, int(basis)])
        return int(cursor.fetchone()[0])


def revision_current(bank_id: UUID) -> int:
    """Return the last committed revision of a bank, 0 before the first."""
    return Revision.objects.filter(pk=bank_id).values_list("value", flat=True).first() or 0


def revision_basis(bank_id: UUID) -> int:
    """Return the revision at which vocabulary, synonyms or weights changed last; 0 where they never did."""
    return Revision.objects.filter(pk=bank_id).values_list("basis", flat=True).first() or 0

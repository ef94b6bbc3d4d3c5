"""Reading consents and disclosures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from talentbank.banks.selectors import text_numbers_current
from talentbank.core.audit import Subject
from talentbank.privacy.models import Consent, Disclosure


def consents_running(subject: Subject) -> QuerySet[Consent]:
    return Consent.objects.filter(subject_kind=subject.kind, subject_id=subject.id, withdrawn_at__isnull=True)


def consents_missing(subject: Subject, kinds: Iterable[str], at: datetime) -> list[str]:
    """Kinds among `kinds` without a running consent to the version that holds at `at`."""
    current = text_numbers_current(subject.bank_id, at)
    held = dict(consents_running(subject).values_list("text_kind", "text_number"))
    return [kind for kind in kinds if kind not in held or held[kind] != current.get(kind)]


def consenting_to(subject_kind: str, text_kind: str, **where: Any) -> set[UUID]:
    """Ids of subjects (`subject_id`, or all `bank_id__in`) whose consent to a kind of text runs, in whatever version.

    A newer text is asked for at the next action; until then the older consent still allows what it allowed.
    """
    running = Consent.objects.filter(subject_kind=subject_kind, text_kind=text_kind, withdrawn_at__isnull=True)
    return set(running.filter(**where).values_list("subject_id", flat=True))


def subjects_consenting(bank_id: UUID, subject_kind: str, text_kind: str, at: datetime) -> QuerySet[Consent, UUID]:
    """Ids of the subjects with a running consent to the version that holds at `at`."""
    number = text_numbers_current(bank_id, at).get(text_kind, 0)
    rows = Consent.objects.filter(bank_id=bank_id, subject_kind=subject_kind, text_kind=text_kind)
    return rows.filter(text_number=number, withdrawn_at__isnull=True).values_list("subject_id", flat=True)


def disclosures_of(subject_ids: Iterable[UUID]) -> QuerySet[Disclosure]:
    """Reads of the contacts of these subjects, newest first."""
    return Disclosure.objects.filter(subject_id__in=list(subject_ids)).order_by("-created_at", "-id")

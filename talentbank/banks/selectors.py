"""Reading banks and the texts that hold now."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from talentbank.banks.models import Bank, BankClosure, BankText
from talentbank.core.errors import NotFound


def banks() -> QuerySet[Bank]:
    return Bank.objects.order_by("slug")


def bank_get(id_or_slug: str | UUID) -> Bank:
    """:raises NotFound: no such bank."""
    if "\x00" in str(id_or_slug):  # PostgreSQL refuses NUL in a text outright
        raise NotFound()
    try:
        where = Q(pk=UUID(str(id_or_slug)))
    except ValueError:
        where = Q(slug=str(id_or_slug))
    bank = Bank.objects.filter(where).first()
    if bank is None:
        raise NotFound()
    return bank


def bank_default() -> Bank:
    """The bank that answers when none is named: TALENTBANK_DEFAULT_BANK, else the first opened.

    :raises NotFound: the installation has no bank yet.
    """
    if settings.DEFAULT_BANK:
        return bank_get(settings.DEFAULT_BANK)
    bank = Bank.objects.order_by("opened_on", "slug").first()
    if bank is None:
        raise NotFound()
    return bank


def bank_named(id_or_slug: str | None) -> Bank:
    """The bank with this id or slug; the default one where none is named.

    :raises NotFound: no such bank.
    """
    return bank_get(id_or_slug) if id_or_slug else bank_default()


def closures(bank_id: UUID) -> QuerySet[BankClosure]:
    """Days on which a bank's office is closed beside weekends and public holidays."""
    return BankClosure.objects.filter(bank_id=bank_id).order_by("day", "id")


def closure_get(bank_id: UUID, id: UUID) -> BankClosure:
    """:raises NotFound: no such closure in this bank."""
    closure = closures(bank_id).filter(pk=id).first()
    if closure is None:
        raise NotFound()
    return closure


def texts_current(bank_id: UUID, at: datetime) -> QuerySet[BankText]:
    """Texts of a bank valid at `at`, one version a kind, all languages."""
    rows = BankText.objects.filter(bank_id=bank_id, valid_from__lte=at)
    return rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=at)).order_by("kind", "-number", "language")


def text_numbers_current(bank_id: UUID, at: datetime) -> dict[str, int]:
    """Return kind → number of the version that holds at `at`."""
    numbers: dict[str, int] = {}
    for kind, number in texts_current(bank_id, at).values_list("kind", "number"):
        numbers.setdefault(kind, number)
    return numbers

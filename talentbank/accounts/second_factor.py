"""The second factor of staff: how its secrets are kept, when it may go, what ends with the first one and the last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest

from talentbank.accounts.hats import FACTORS, roles_asking_for_second_factor
from talentbank.accounts.models import StaffMembership, User
from talentbank.accounts.selectors import memberships_holding
from talentbank.core.actors import SYSTEM
from talentbank.core.audit import Step, Subject, event_record
from talentbank.core.clock import day_of, now
from talentbank.core.models import lock
from talentbank.core.sealing import seal, unseal


class NoSecondFactor(LookupError):
    """The account has none that could be taken away."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth's, with sealed secrets and without a way out of a factor that somebody's role asks for."""

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of somebody whose role asks for one: a new one first, then the old one goes."""
        user_id = authenticator.user_id
        others = Authenticator.objects.filter(user_id=user_id, type__in=FACTORS).exclude(pk=authenticator.pk)
        return others.exists() or not roles_asking_for_second_factor(user_id, now())

    def _get_site_name(self) -> str:
        return str(settings.MFA_TOTP_ISSUER)


def factor_added(*, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """This function will end what one factor alone had opened, once an account has its first second factor.

    A receiver of allauth's signal `authenticator_added`, which every way of setting one up sends. The session in which
    it was set up goes on.
    """
    others = Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exclude(pk=authenticator.pk)
    if authenticator.type not in FACTORS or others.exists():
        return
    user.second_factor_set_at = now()
    user.save(update_fields=["second_factor_set_at"])
    update_session_auth_hash(request, user)


@transaction.atomic
def second_factor_reset(*, user: User, note: str, at: datetime) -> list[str]:
    """This function will take all authenticators and recovery codes from an account and end what they had opened.

    For whoever has lost them: they set up anew after signing in. Each staff role that holds has it on record. `note`
    says who asked, and how it was made sure.

    :return: the kinds that were deleted, one for each authenticator.
    :raises NoSecondFactor: the account has none.
    """
    row = lock(User, user.pk)
    authenticators = Authenticator.objects.filter(user_id=row.pk).order_by("pk")
    taken = list(authenticators.values_list("type", flat=True))
    if not taken:
        raise NoSecondFactor()
    authenticators.delete()
    row.second_factor_set_at = at
    row.save(update_fields=["second_factor_set_at"])
    for membership in memberships_holding(row.pk, day_of(at)):
        _reset_event(membership, taken, note, at)
    return taken


def _reset_event(membership: StaffMembership, taken: list[str], note: str, at: datetime) -> None:
    event_record(
        Subject("membership", membership.pk, membership.bank_id),
        Step(actor=SYSTEM, at=at, note=note),
        action="reset-second-factor",
        from_state=membership.role,
        to_state=membership.role,
        facts={"user_id": membership.user_id, "taken": taken},
    )

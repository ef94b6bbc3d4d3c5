"""The second factor of staff: how its secrets are kept, when it may go, what ends with the first one."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest

from talentbank.accounts.hats import FACTORS, roles_asking_for_second_factor
from talentbank.accounts.models import User
from talentbank.core.clock import now
from talentbank.core.sealing import seal, unseal


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

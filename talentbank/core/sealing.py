"""Sealing what the database keeps but must not show in clear, such as secrets that sign webhooks.

Fernet (AES-128-CBC with HMAC-SHA256) of `cryptography`, under keys derived by HKDF-SHA256 from `WEBHOOK_SECRET_KEYS`.
The first key seals; all of them open, so that a key is changed by putting the new one in front.
"""

from __future__ import annotations

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class SealBroken(ValueError):
    """Sealed under a key that is no longer among the settings, or altered."""


def seal(text: str) -> str:
    """Return the text sealed, as ASCII."""
    return _sealer(tuple(settings.WEBHOOK_SECRET_KEYS)).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return what `seal` was given.

    :raises SealBroken: no key of the settings fits.
    """
    try:
        return _sealer(tuple(settings.WEBHOOK_SECRET_KEYS)).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken("no key of WEBHOOK_SECRET_KEYS opens it") from error


@cache
def _sealer(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key))) for key in keys])


def _derived(key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"talentbank sealing").derive(key.encode())

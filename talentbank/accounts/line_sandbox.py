"""LINE in the sandbox: nobody asks LINE, a key of the installation stands in for LINE's."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

KEY_NAME = "sandbox"
ISSUER = "https://access.line.me"
LASTS_SECONDS = 3600


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    """The same in every worker: made from the installation's secret."""
    number = int.from_bytes(hashlib.sha512(f"line sandbox {settings.SECRET_KEY}".encode()).digest()[:31], "big")
    return ec.derive_private_key(number, ec.SECP256R1())


def sandbox_jwk() -> dict[str, Any]:
    """The public key, as LINE publishes its own."""
    told: dict[str, Any] = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(_key().public_key()))
    return {**told, "kid": KEY_NAME}


def id_token_make(*, channel_id: str, subject: str, name: str, email: str, nonce: str, at: datetime) -> str:
    """Return an ID token as LIFF would hand it out to a mini-app of that channel; empty claims are left out."""
    now = int(at.timestamp())
    claims = {"iss": ISSUER, "aud": channel_id, "sub": subject, "iat": now, "exp": now + LASTS_SECONDS}
    claims |= {key: value for key, value in {"name": name, "email": email, "nonce": nonce}.items() if value}
    return jwt.encode(claims, _key(), algorithm="ES256", headers={"kid": KEY_NAME})

"""Exported heads: the end of each bank's chain, signed, to be kept where the database's keeper cannot write.

Signature: Ed25519 (RFC 8032) over the canonical JSON of everything else in the line.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from talentbank.core.audit import canonical
from talentbank.core.models import AuditHead

SEED_BYTES = 32


class SigningKeyMissing(ValueError):
    """No usable key: AUDIT_SIGNING_KEY_B64 must be base64 of 32 bytes."""


class BrokenHead(ValueError):
    """A line of exported heads cannot be read, or its signature does not fit."""


@dataclass(frozen=True, slots=True)
class ExportedHead:
    """One bank's chain as of a moment. `hash` is that of the event numbered `sequence`; 0 and "" before the first."""

    bank: str
    sequence: int
    hash: str
    as_of: str
    key: str
    signature: str = ""

    @property
    def signed(self) -> bytes:
        return canonical({name: value for name, value in asdict(self).items() if name != "signature"}).encode()


def private_key(seed_b64: str) -> Ed25519PrivateKey:
    """Read a signing key.

    :raises SigningKeyMissing: absent, or not base64 of 32 bytes.
    """
    try:
        seed = base64.b64decode(seed_b64, validate=True)
    except binascii.Error:
        seed = b""
    if len(seed) != SEED_BYTES:
        raise SigningKeyMissing("AUDIT_SIGNING_KEY_B64 must be base64 of 32 bytes (python tasks.py setup makes one)")
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key_text(key: Ed25519PublicKey) -> str:
    """The public key as base64 of its 32 raw bytes; publish it apart from the heads."""
    return base64.b64encode(key.public_bytes_raw()).decode()


def key_id(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def heads_export(*, key: Ed25519PrivateKey, bank_ids: list[UUID], at: datetime) -> list[ExportedHead]:
    """Sign the end of the chain of each bank as it stands."""
    known = {row.bank_id: row for row in AuditHead.objects.filter(bank_id__in=bank_ids)}
    heads = []
    for bank_id in bank_ids:
        row = known.get(bank_id)
        sequence, last = (row.sequence, row.hash) if row else (0, "")
        head = ExportedHead(str(bank_id), sequence, last, at.isoformat(), key_id(key.public_key()))
        heads.append(ExportedHead(**{**asdict(head), "signature": base64.b64encode(key.sign(head.signed)).decode()}))
    return heads


def head_read(line: str, key: Ed25519PublicKey) -> ExportedHead:
    """Read one exported line and check its signature.

    :raises BrokenHead: it is no such line, of another key, or was changed.
    """
    try:
        head = ExportedHead(**json.loads(line))
        key.verify(base64.b64decode(head.signature), head.signed)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise BrokenHead(f"{type(error).__name__}: {line[:80]}") from error
    return head

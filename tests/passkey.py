"""A passkey without hardware: what a browser and an authenticator together answer a page that asks for one."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

FLAG = AuthenticatorData.FLAG


class Passkey:
    """One key pair on one site. `origin` is the page's, as the browser writes it into what is signed."""

    def __init__(self, origin: str) -> None:
        self.origin, self.id = origin, secrets.token_bytes(16)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.user_handle, self.count = b"", 0

    def create(self, options: dict[str, Any]) -> str:
        """Answer `navigator.credentials.create`."""
        asked = options["publicKey"]
        self.user_handle = asked["user"]["id"].encode()
        public = AttestedCredentialData.create(b"\0" * 16, self.id, ES256.from_cryptography_key(self.key.public_key()))
        known = self._data(asked["rp"]["id"], FLAG.AT, public)
        attested = AttestationObject.create("none", known, {})
        answer = {"attestationObject": websafe_encode(attested)}
        return self._credential(answer, CollectedClientData.TYPE.CREATE, asked["challenge"])[0]

    def get(self, options: dict[str, Any]) -> str:
        """Answer `navigator.credentials.get`."""
        asked = options["publicKey"]
        known = self._data(asked["rpId"])
        answer = {"authenticatorData": websafe_encode(known), "userHandle": self.user_handle.decode()}
        told, client = self._credential(answer, CollectedClientData.TYPE.GET, asked["challenge"])
        signature = self.key.sign(known + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        made = json.loads(told)
        made["response"]["signature"] = websafe_encode(signature)
        return json.dumps(made)

    def _data(self, site: str, more: int = 0, public: bytes = b"") -> AuthenticatorData:
        self.count += 1
        digest = hashlib.sha256(site.encode()).digest()
        return AuthenticatorData.create(digest, FLAG.UP | FLAG.UV | more, self.count, public)

    def _credential(self, answer: dict[str, str], kind: str, challenge: str) -> tuple[str, bytes]:
        client = CollectedClientData.create(kind, challenge, self.origin)
        made = {
            "id": websafe_encode(self.id),
            "rawId": websafe_encode(self.id),
            "type": "public-key",
            "response": {**answer, "clientDataJSON": client.b64},
            "clientExtensionResults": {"credProps": {"rk": True}},
        }
        return json.dumps(made), bytes(client)

"""A passkey in software: makes ES256 credentials and signs with them, as a security key would.

Source: W3C Web Authentication Level 2, sections 5.8, 6.1, 6.5 and 8.7 (attestation "none").
Refuses: nothing; it is a stand-in and keeps its private key in memory only.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor

PRESENT_AND_VERIFIED = 0x05
WITH_CREDENTIAL = 0x40


def _b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Passkey:
    """One discoverable credential for one origin."""

    def __init__(self, origin: str) -> None:
        """Take the origin (scheme, host, port) that the browser would show."""
        self.origin = origin
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._id = secrets.token_bytes(32)
        self._user = b""
        self._count = 0

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.create`; takes and returns the JSON forms of the standard."""
        public = options["publicKey"]
        self._user = _unb64(public["user"]["id"])
        numbers = self._key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        credential = bytes(16) + len(self._id).to_bytes(2, "big") + self._id + cbor.encode(cose)
        data = self._authenticator_data(public["rp"]["id"], WITH_CREDENTIAL) + credential
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client_data("webauthn.create", public["challenge"])
        return self._credential({"clientDataJSON": _b64(client), "attestationObject": _b64(attestation)})

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.get`; takes and returns the JSON forms of the standard."""
        public = options["publicKey"]
        data = self._authenticator_data(public["rpId"], 0)
        client = self._client_data("webauthn.get", public["challenge"])
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(
            {
                "clientDataJSON": _b64(client),
                "authenticatorData": _b64(data),
                "signature": _b64(signature),
                "userHandle": _b64(self._user),
            }
        )

    def _authenticator_data(self, rp_id: str, flags: int) -> bytes:
        self._count += 1
        return (
            hashlib.sha256(rp_id.encode()).digest()
            + bytes([PRESENT_AND_VERIFIED | flags])
            + self._count.to_bytes(4, "big")
        )

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        ).encode()

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        return {
            "id": _b64(self._id),
            "rawId": _b64(self._id),
            "type": "public-key",
            "response": response,
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {"credProps": {"rk": True}},
        }

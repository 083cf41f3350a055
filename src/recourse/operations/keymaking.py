"""Makes the key files of a new installation, each readable by its owner alone.

Refuses: to overwrite a key. A lost key is lost data; a replaced one is a decision for a person.
"""

from __future__ import annotations

import os
import secrets
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pyrage import x25519

from recourse.base.core.errors import MisconfiguredError

SPF, DMARC = "v=spf1 mx -all", "v=DMARC1; p=reject; adkim=s; aspf=s"
HEX_KEYS = {"vault.lookup": 32, "vault.salt": 16, "web.secret": 32, "ledger.key": 32, "reply.key": 32}
KEY_FILES = frozenset({*HEX_KEYS, "vault.identity", "vault.recipient", "dkim.pem"})


def make_keys(folder: Path) -> list[str]:
    """Make every key file in `folder`; returns their names.

    Raises:
        MisconfiguredError: one of them is there already.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    identity = x25519.Identity.generate()
    contents: dict[str, Callable[[], str]] = {
        "vault.identity": lambda: str(identity),
        "vault.recipient": lambda: str(identity.to_public()),
        "dkim.pem": _dkim_key,
    }
    for name, size in HEX_KEYS.items():
        contents[name] = lambda size=size: secrets.token_hex(size)  # type: ignore[misc]
    present = sorted(name for name in contents if (folder / name).exists())
    if present:
        raise MisconfiguredError(f"{folder / present[0]} exists already; keys are never overwritten")
    for name, content in contents.items():
        _write(folder / name, content(), mode=0o644 if name == "vault.recipient" else 0o600)
    return sorted(contents)


def _write(path: Path, content: str, *, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(content.rstrip("\n") + "\n")
        file.flush()
        os.fsync(file.fileno())


def _dkim_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode("ascii")


def dkim_record(pem: str) -> str:
    """Return the TXT record that publishes a DKIM key (RFC 6376, section 3.6.1)."""
    key = serialization.load_pem_private_key(pem.encode("ascii"), password=None)
    raw = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"v=DKIM1; k=rsa; p={b64encode(raw).decode('ascii')}"


def mail_records(*, domain: str, selector: str, pem: str) -> dict[str, str]:
    """Return the TXT records (by name) that let receivers trust mail of this installation."""
    return {
        domain: SPF,
        f"{selector}._domainkey.{domain}": dkim_record(pem),
        f"_dmarc.{domain}": DMARC,
    }

"""A home folder with throw-away keys, as `recourse init` would leave it; for tests and the processes they start."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pyrage
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def make(home: Path, **sections: dict[str, Any]) -> Path:
    """Write keys and `recourse.toml` into `home` and return the file's path; `sections` override or add keys."""
    (home / "data").mkdir(parents=True, exist_ok=True)
    keys = home / "keys"
    keys.mkdir(mode=0o700)
    identity = pyrage.x25519.Identity.generate()
    contents = {
        "vault.recipient": str(identity.to_public()),
        "vault.identity": str(identity),
        "vault.lookup": secrets.token_hex(32),
        "vault.salt": secrets.token_hex(16),
        "web.secret": secrets.token_hex(32),
        "ledger.key": secrets.token_hex(32),
        "reply.key": secrets.token_hex(32),
        "dkim.pem": dkim_key(),
    }
    for name, content in contents.items():
        path = keys / name
        path.write_text(content + "\n", encoding="ascii")
        path.chmod(0o600)
    file = home / "recourse.toml"
    file.write_text(toml({"agency": {"name": "Harbour Line"}, **sections}), encoding="utf-8")
    return file


@cache
def dkim_key() -> str:
    """Return an RSA key in PEM, the same for the whole run: making one takes a while."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode("ascii")


@contextmanager
def stranger() -> Iterator[None]:
    """Look at files as a user who owns none of them; whoever is not root takes rights away by `chmod` first."""
    if os.geteuid():
        yield
        return
    os.setresuid(65_534, 65_534, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def toml(sections: dict[str, dict[str, Any]], *, home: str = ".") -> str:
    """Write sections of plain values as TOML (whose strings, numbers and lists are JSON's)."""
    lines = [f"home = {json.dumps(home)}"]
    for section, values in sections.items():
        lines += ["", f"[{section}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"

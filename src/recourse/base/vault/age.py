"""The one typed door to `pyrage`: encrypting to an age recipient, opening with an age identity.

Refuses: passphrases and files; bytes in, bytes out.
"""

from __future__ import annotations

from typing import Any

import pyrage

from recourse.base.core.errors import MisconfiguredError
from recourse.base.vault.domain import SealBrokenError

_library: Any = pyrage  # it carries no types


def generate() -> tuple[str, str]:
    """Return a new (recipient, identity): the first may be told to anybody, the second opens."""
    identity = _library.x25519.Identity.generate()
    return str(identity.to_public()), str(identity)


def recipient_of(identity: str) -> str:
    """Return the recipient that belongs to `identity`.

    Raises:
        MisconfiguredError: not an age identity.
    """
    return str(_identity(identity).to_public())


def encrypt(recipient: str, data: bytes) -> bytes:
    """Encrypt `data` to `recipient`; about 200 bytes longer.

    Raises:
        MisconfiguredError: not an age recipient.
    """
    try:
        to = _library.x25519.Recipient.from_str(recipient.strip())
    except _library.RecipientError:
        raise MisconfiguredError("the age recipient cannot be read") from None
    return bytes(_library.encrypt(data, [to]))


def decrypt(identity: str, data: bytes) -> bytes:
    """Open what was encrypted to the recipient of `identity`.

    Raises:
        MisconfiguredError: not an age identity.
        SealBrokenError: encrypted to somebody else, or changed.
    """
    try:
        return bytes(_library.decrypt(data, [_identity(identity)]))
    except _library.DecryptError:
        raise SealBrokenError("age could not open it") from None


def _identity(text: str) -> Any:  # noqa: ANN401 - the library carries no types
    try:
        return _library.x25519.Identity.from_str(text.strip())
    except _library.IdentityError:
        # The text is a secret: neither it nor the library's message goes anywhere.
        raise MisconfiguredError("the age identity cannot be read") from None

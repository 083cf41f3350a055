"""What the vault needs from outside: somebody who wraps keys, and the installation's two secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

_LEAST_SALT = 16
_LOOKUP_KEY = 32


class KeyWrapper(Protocol):
    """Wraps data keys for storage. A process may be able to wrap and not to unwrap."""

    def wrap(self, secret: bytes) -> bytes:
        """Return `secret` so that only the holder of the identity can read it."""
        ...

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return what was wrapped.

        Raises:
            KeyNotHeldError: this process holds no identity.
            SealBrokenError: wrapped for another identity, or changed.
        """
        ...


@dataclass(frozen=True)
class VaultSecrets:
    """Secrets of the installation: a salt for codes and a key for look-ups. Both are in every process."""

    installation: bytes = field(repr=False)  # at least 16 bytes
    lookup_key: bytes = field(repr=False)  # 32 bytes

    def __post_init__(self) -> None:
        if len(self.installation) < _LEAST_SALT or len(self.lookup_key) != _LOOKUP_KEY:
            raise ValueError("the salt needs 16 bytes or more, the look-up key exactly 32")

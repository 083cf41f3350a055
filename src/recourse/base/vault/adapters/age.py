"""Wraps data keys with age: the recipient seals, only the identity opens."""

from __future__ import annotations

from recourse.base.vault import age
from recourse.base.vault.domain import KeyNotHeldError


class AgeKeyWrapper:
    """A `KeyWrapper` over one age key pair; without the identity it can only wrap."""

    def __init__(self, recipient: str, identity: str | None) -> None:
        self._recipient = recipient
        self._identity = identity

    def __repr__(self) -> str:
        held = "with identity" if self._identity else "recipient only"
        return f"AgeKeyWrapper({self._recipient}, {held})"

    @property
    def holds_identity(self) -> bool:
        """Whether this process can open keys; `doctor` says so."""
        return self._identity is not None

    def wrap(self, secret: bytes) -> bytes:
        """Return `secret` encrypted to the recipient."""
        return age.encrypt(self._recipient, secret)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return what was wrapped.

        Raises:
            KeyNotHeldError: this process holds no identity.
            SealBrokenError: wrapped for another identity, or changed.
        """
        if self._identity is None:
            raise KeyNotHeldError("this process seals only")
        return age.decrypt(self._identity, wrapped)

"""The ledger's key, held in memory. Refuses: to print or to pickle its secret."""

from __future__ import annotations

from typing import NoReturn

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recourse.base.core.errors import MisconfiguredError
from recourse.base.ledger.note import NoteError, check_name


class Ed25519LedgerKey:
    """Signs with an Ed25519 key made from a 32-byte seed; body of `ports.LedgerKey`."""

    def __init__(self, seed: bytes, origin: str) -> None:
        """Take the seed and the log's name.

        Raises:
            MisconfiguredError: the seed is not 32 bytes, or the origin cannot name a log.
        """
        try:
            self._private = Ed25519PrivateKey.from_private_bytes(seed)
            self._origin = check_name(origin)
        except NoteError as error:
            raise MisconfiguredError(f"ledger.origin: {error}") from error
        except ValueError as error:
            raise MisconfiguredError("the ledger key is 32 bytes") from error
        self._public = self._private.public_key().public_bytes_raw()

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._origin

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Return the signature over `message`."""
        return self._private.sign(message)

    def __repr__(self) -> str:
        return f"Ed25519LedgerKey({self._origin!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("the ledger key does not leave its process")

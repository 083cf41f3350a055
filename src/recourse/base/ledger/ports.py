"""What the ledger needs from outside: a key that signs, a folder to publish in, and how often and how padded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol


class LedgerKey(Protocol):
    """The log's signing key and name. Only the process that publishes holds one."""

    @property
    def origin(self) -> str:
        """The log's name: a URL prefix without scheme and trailing slash. It never changes."""
        ...

    @property
    def public(self) -> bytes:
        """The Ed25519 public key, 32 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature over `message`."""
        ...


@dataclass(frozen=True, slots=True)
class LedgerFolder:
    """Where the published log lies; a web server may serve it as it is."""

    path: Path


@dataclass(frozen=True, slots=True)
class LedgerPlan:
    """When and how padded to publish; used as it stands here when `config` binds no other.

    Attributes:
        every: Time between two checkpoints, counted from 1970 in UTC.
        pad_to: The number of leaves is always a multiple of this when a checkpoint is signed; 1 = no padding.
    """

    every: timedelta = timedelta(hours=24)
    pad_to: int = 16

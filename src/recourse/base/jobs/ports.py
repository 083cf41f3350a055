"""What the outbox needs from outside: transports by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Delivery:
    """That the other side took it, in its words, and when."""

    response: str
    at: datetime


class Transport(Protocol):
    """Hands a message to the outside world."""

    def deliver(self, *, outbox_id: UUID, envelope: Mapping[str, str], body: bytes) -> Delivery:
        """Send `body`, the very same bytes at every try; runs outside every transaction.

        Raises:
            UndeliverableError: refused for good.
            OutsideError: failed; tried again if `retryable`.
        """
        ...


class Transports(Protocol):
    """The transports of this installation."""

    def named(self, name: str) -> Transport:
        """Return one by its name.

        Raises:
            MisconfiguredError: there is none of this name.
        """
        ...

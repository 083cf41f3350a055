"""A registry of one's own for each test, handlers that record, and a vault to seal with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from recourse.base.core import wiring
from recourse.base.core.errors import OutsideError
from recourse.base.jobs import registry
from recourse.base.jobs.domain import JobContext
from recourse.base.vault import age
from recourse.base.vault.adapters.age import AgeKeyWrapper
from recourse.base.vault.ports import KeyWrapper, VaultSecrets


@dataclass
class Recorder:
    """A handler that remembers its calls and fails as often as it is told to."""

    calls: list[tuple[JobContext, dict[str, Any]]] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    ends: list[JobContext] = field(default_factory=list)

    def __call__(self, context: JobContext, args: Mapping[str, Any]) -> None:
        self.calls.append((context, dict(args)))
        if self.failures:
            raise self.failures.pop(0)

    def ended(self, context: JobContext, args: Mapping[str, Any]) -> None:  # noqa: ARG002 - a handler's signature
        self.ends.append(context)


@pytest.fixture(autouse=True)
def own_registry() -> Iterator[None]:
    with registry.scratch():
        yield


@pytest.fixture
def recorder(own_registry: None) -> Recorder:
    """Handles "test.work": three attempts, a lease of a minute."""
    made = Recorder()
    registry.handle("test.work", made, max_attempts=3, lease=timedelta(seconds=60), exhausted=made.ended)
    return made


@pytest.fixture
def real(now: datetime) -> datetime:
    """Real time, by which leases run; its value does not matter, only how far a test moves it."""
    return datetime.now(now.tzinfo)


@pytest.fixture(autouse=True)
def vault() -> Iterator[None]:
    secrets = VaultSecrets(installation=b"salt of this test", lookup_key=bytes(32))
    with (
        wiring.bound(KeyWrapper, AgeKeyWrapper(*age.generate())),
        wiring.bound(VaultSecrets, secrets),
    ):
        yield


def away() -> OutsideError:
    """The failure of a peer that is away."""
    return OutsideError("the text of an error may hold content", code="peer_away")

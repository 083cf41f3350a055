"""The vault of these tests: a fresh age pair, so that a test can also play the process that only seals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from recourse.base.core import wiring
from recourse.base.vault import age
from recourse.base.vault.adapters.age import AgeKeyWrapper
from recourse.base.vault.ports import KeyWrapper, VaultSecrets


@dataclass(frozen=True)
class Pair:
    recipient: str
    identity: str


@pytest.fixture
def pair() -> Pair:
    return Pair(*age.generate())


@pytest.fixture(autouse=True)
def vault(pair: Pair) -> Iterator[None]:
    secrets = VaultSecrets(installation=b"salt of this test", lookup_key=bytes(range(32)))
    with (
        wiring.bound(KeyWrapper, AgeKeyWrapper(pair.recipient, pair.identity)),
        wiring.bound(VaultSecrets, secrets),
    ):
        yield


@pytest.fixture
def web_process(pair: Pair, vault: None) -> Iterator[None]:
    """This process can seal and cannot open."""
    with wiring.bound(KeyWrapper, AgeKeyWrapper(pair.recipient, None)):
        yield

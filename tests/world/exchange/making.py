"""A case whose pictures are given to platforms, and a platform with its keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from recourse.base.core import ids
from recourse.base.vault import services as vault
from recourse.base.vault.domain import KeyScope
from recourse.world.exchange import selectors, services
from recourse.world.exchange.domain.keys import Admitted, Function, PrintedKeys
from recourse.world.matching import domain
from recourse.world.matching import selectors as bank
from recourse.world.matching import services as banking
from tests.world.matching.making import digits, image


@dataclass(frozen=True)
class Pictures:
    """A case's pictures at platforms."""

    case_id: UUID
    hashes: tuple[str, ...]

    def withdraw(self, now: datetime, which: int | None = None) -> None:
        """She takes all of them out, or one."""
        only = None
        if which is not None:
            ordered = [one.id for one in bank.fingerprints_of(self.case_id)]
            only = [ordered[which]]
        banking.withdraw_fingerprints(
            case_id=self.case_id, because=domain.Because.TAKEN_OUT, now=now, only=only
        )


def share(seeds: list[object], now: datetime) -> Pictures:
    """A case reports pictures, a person reviews them, she agrees, and they are shared."""
    return share_hashes(tuple(digits((seed, 0)) for seed in seeds), now)


def share_hashes(hashes: tuple[str, ...], now: datetime) -> Pictures:
    """The same, with the hashes themselves."""
    case_id = ids.new_id()
    key = vault.create_key(scope=KeyScope.CASE, now=now)
    told = [domain.read(f"image.0-90-{one}") for one in hashes]
    banking.add_fingerprints(case_id=case_id, key=key, fingerprints=told, now=now)
    every = [one.id for one in bank.fingerprints_of(case_id)]
    banking.agree(case_id=case_id, agreed=True, now=now)
    banking.review(case_id=case_id, only=every, now=now)
    banking.share(case_id=case_id, key=key, only=every, now=now)
    return Pictures(case_id, hashes)


def hold_back(seed: object, now: datetime) -> str:
    """A case reports a picture that nobody has reviewed; return its hash."""
    key = vault.create_key(scope=KeyScope.CASE, now=now)
    told = [domain.read(image(seed))]
    banking.add_fingerprints(case_id=ids.new_id(), key=key, fingerprints=told, now=now)
    return told[0].parts[0].hash


def platform(now: datetime, name: str = "murmur") -> PrintedKeys:
    """A platform gets its keys."""
    return services.make_keys(name=name, by=None, now=now)


def admitted(printed: PrintedKeys, function: Function) -> Admitted:
    """The platform asks for something."""
    return selectors.admit(
        subscription=printed.subscription, function_key=printed.functions[function], function=function
    )

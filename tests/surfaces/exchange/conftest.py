"""A platform's software: the two keys, the exchange's host, JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from recourse.base.core.clock import FixedClock
from recourse.world.exchange.domain.keys import Function, PrintedKeys
from tests import cast
from tests.world.exchange.making import platform


@dataclass(frozen=True)
class Software:
    """What a platform runs."""

    printed: PrintedKeys
    client: Client

    def headers(self, function: Function, **other: str) -> dict[str, str]:
        return {
            "HTTP_X_FUNCTIONS_KEY": self.printed.functions[function],
            "HTTP_OCP_APIM_SUBSCRIPTION_KEY": self.printed.subscription,
            **other,
        }

    def fetch(self, status: int = 200, **query: Any) -> dict[str, Any]:
        answer = self.client.get(
            "/exchange/v1/FetchHashes", query or {"startTimestamp": 10}, **self.headers(Function.FETCH)
        )
        assert answer.status_code == status, answer.content
        return dict(answer.json())

    def send(self, function: Function, body: Any, status: int = 200, **headers: str) -> dict[str, Any]:
        answer = self.client.post(
            f"/exchange/v1/{function}",
            body,
            content_type="application/json",
            **self.headers(function, **headers),
        )
        assert answer.status_code == status, (answer.status_code, answer.content)
        return dict(answer.json())


def software(printed: PrintedKeys) -> Software:
    """Give keys to a program."""
    return Software(printed, Client(HTTP_HOST=cast.EXCHANGE))


@pytest.fixture
def murmur(clock: FixedClock) -> Software:
    """A platform with keys."""
    return software(platform(clock.at))


@pytest.fixture
def kanal(clock: FixedClock) -> Software:
    """Another."""
    return software(platform(clock.at, "kanal"))

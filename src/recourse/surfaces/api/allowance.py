"""How often one address may ask the open data. Counted in memory, so that asking writes nothing and leaves no trace.

Refuses: to limit anybody else. Nobody who reports, reads a page or comes back with a code is ever counted here.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock
from typing import ClassVar

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_noop

from recourse.base.core.errors import RecourseError

REQUESTS = 600  # a minute: all that is published can be had in one or two
MOST_ADDRESSES = 100_000  # at once, some 10 MB; whoever comes beyond them in the same minute is let in
_MINUTE = 60.0
_NETWORK = 64  # bits: within them one IPv6 customer chooses addresses freely


class AskedTooOftenError(RecourseError):
    """One address asks the open data more often than it may."""

    code: ClassVar[str] = "asked_too_often"
    status: ClassVar[int] = HTTPStatus.TOO_MANY_REQUESTS
    exit_status: ClassVar[int] = 75
    retryable: ClassVar[bool] = True
    sentence = gettext_noop(
        "This address has asked as often as it may in a minute. Wait as long as Retry-After says, and keep what you "
        "were given: it changes once a day."
    )


class Allowance:
    """Counts requests by address and minute, within this process alone."""

    def __init__(self, requests: int = REQUESTS, seconds: Callable[[], float] = time.monotonic) -> None:
        self.requests = requests
        self._seconds = seconds
        self._lock = Lock()
        self._minute = -1
        self._asked: dict[str, int] = {}

    def spend(self, address: str) -> int:
        """Count a request; return in how many seconds the address may ask again, 0 if it may now."""
        now = self._seconds()
        minute = int(now // _MINUTE)
        with self._lock:
            if minute != self._minute:
                self._minute, self._asked = minute, {}
            asked = self._asked.get(address, 0)
            if asked >= self.requests:
                return math.ceil((minute + 1) * _MINUTE - now)
            if asked or len(self._asked) < MOST_ADDRESSES:
                self._asked[address] = asked + 1
            return 0


def asker_of(request: HttpRequest) -> str:
    """Return who asks: an IPv4 address or an IPv6 network; empty if that is not known, and then nobody is counted.

    Behind https a proxy of ours stands before us, and the last address in `X-Forwarded-For` is the one that it saw.
    """
    told = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        address = ip_address(told)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    if address.is_loopback:
        return ""
    if isinstance(address, IPv6Address):
        address = ip_network((int(address), _NETWORK), strict=False).network_address
    return str(address)


allowance = Allowance()

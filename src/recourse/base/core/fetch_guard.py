"""Which machines we may connect to, and the dialler that decides it at connect time.

A name is resolved once; unless *every* address it has is public, nothing is dialled; what is dialled is one
of the literals that were checked, so a second answer from the name server (rebinding) never matters.

Refuses: private, loopback, link-local, shared, metadata, documentation, benchmark, multicast and reserved
addresses; IPv6 addresses that carry an IPv4 one inside; this machine's own addresses; numbers in odd
spellings; names of local scope. `ipaddress.is_global` alone is not enough: it differs between Python
versions and calls NAT64, 6to4 and site-local addresses global.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from queue import Empty, SimpleQueue
from typing import Final, Protocol

import httpcore

from recourse.base.core.fetch_errors import (
    AddressRefusedError,
    NoSuchNameError,
    NotResolvedError,
    TooSlowError,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Sequence[str]]

# IANA special-purpose registry, plus addresses that look public and are a cloud's inside.
DENIED_V4: Final = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network; reaches this host on Linux
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared (CGNAT); also a cloud's metadata, 100.100.100.200
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's host agent, on an address that is public by registry
        "169.254.0.0/16",  # link-local; metadata at 169.254.169.254
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; a cloud's metadata, 192.0.0.192
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relay
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# Everything outside 2000::/3 is refused (loopback, mapped, compatible, NAT64, unique local, link-local,
# site-local, multicast, SRv6); inside it:
UNICAST_V6: Final = IPv6Network("2000::/3")
DENIED_V6: Final = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID, AMT, drone ids
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
LOCAL_NAMES: Final = (
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "private",
    "home.arpa",
    "onion",
    "alt",
    "test",
    "invalid",
    "in-addr.arpa",
    "ip6.arpa",
)
MAX_ADDRESSES_TRIED: Final = 3
MAX_LOOKUPS_AT_ONCE: Final = 32
_NAME = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}\.?")
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\.?\Z")


class Dialler(Protocol):
    """Opens a connection to a host, or refuses. A vantage point is a dialler."""

    def connect(self, host: str, port: int, timeout: float | None) -> httpcore.NetworkStream:
        """Return a connected stream.

        Raises:
            FetchRefusedError: the dialler will not go there.
            OutsideError: the name or the machine does not answer.
        """
        ...


def is_public(literal: str, *, also_denied: Iterable[Network] = ()) -> bool:
    """Say whether an address literal is a public unicast address; text that is none is not public."""
    try:
        address: Address = ip_address(literal)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.scope_id is not None or address not in UNICAST_V6:
            return False
        denied: tuple[Network, ...] = DENIED_V6
    else:
        denied = DENIED_V4
    if any(address in network for network in denied):
        return False
    if any(address.version == network.version and address in network for network in also_denied):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def is_own(literal: str) -> bool:
    """Say whether this machine itself holds the address: only one's own address can be bound.

    Some load balancers are allowed to bind any address; there the question cannot be answered, and is not
    asked.
    """
    foreign = "2001:db8::1" if ":" in literal else "192.0.2.1"
    return _can_bind(literal) and not _can_bind(foreign)


def _can_bind(literal: str) -> bool:
    family = socket.AF_INET6 if ":" in literal else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((literal, 0))
    except OSError:
        return False
    return True


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def check_host(host: str) -> str:
    """Return the host in lower case if it is a public-looking name or a plain address literal.

    Raises:
        AddressRefusedError: local scope, one label, or a number in an odd spelling (0x7f000001, 127.1,
            0177.0.0.1).
    """
    host = host.lower()
    if _is_literal(host):
        return host
    name = host.removesuffix(".")
    if _NUMBER.match(name.rpartition(".")[2]) or not _NAME.fullmatch(host):
        raise AddressRefusedError("host is not a plain public name")
    if any(name == local or name.endswith("." + local) for local in LOCAL_NAMES):
        raise AddressRefusedError("host is of local scope")
    return host


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Resolve through the operating system; the final dot keeps search domains out of it."""
    absolute = host if host.endswith(".") else host + "."
    found = socket.getaddrinfo(absolute, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(sockaddr[0]) for *_, sockaddr in found]


class GuardedDialler:
    """Dials public machines only. Safe to share between threads.

    Args:
        resolver: (host, port) -> address literals; raises OSError.
        dial: (literal, port, timeout) -> stream; the tests' seam.
        also_denied: further networks of this installation, such as a NAT64 prefix of its own.
    """

    def __init__(
        self,
        *,
        resolver: Resolver = system_resolver,
        dial: Callable[[str, int, float | None], httpcore.NetworkStream] | None = None,
        also_denied: Iterable[str] = (),
    ) -> None:
        self._resolver = resolver
        self._dial = dial or httpcore.SyncBackend().connect_tcp
        self._also_denied = tuple(ip_network(text) for text in also_denied)
        self._lookups = threading.BoundedSemaphore(MAX_LOOKUPS_AT_ONCE)

    def connect(self, host: str, port: int, timeout: float | None) -> httpcore.NetworkStream:
        """Resolve once, check every address, dial a checked literal.

        Raises:
            AddressRefusedError: one of the addresses is not public.
            NoSuchNameError: the name system says that there is no such name.
            NotResolvedError: the name has no address, or nobody could say.
            TooSlowError: the name server or the machine took longer than `timeout` seconds.
        """
        ends_at = time.monotonic() + (timeout if timeout is not None else 30.0)
        host = check_host(host)
        addresses = [host] if _is_literal(host) else list(dict.fromkeys(self._look_up(host, port, ends_at)))
        if not addresses:
            raise NotResolvedError("no address")
        if not all(is_public(address, also_denied=self._also_denied) for address in addresses):
            raise AddressRefusedError("an address is not public")
        if any(is_own(address) for address in addresses):
            raise AddressRefusedError("an address is our own")
        return self._dial_first(addresses[:MAX_ADDRESSES_TRIED], port, ends_at)

    def _dial_first(self, addresses: list[str], port: int, ends_at: float) -> httpcore.NetworkStream:
        """Try the addresses in the resolver's order, each with an equal share of what time is left."""
        for place, address in enumerate(addresses):
            left = ends_at - time.monotonic()
            if left <= 0:
                raise TooSlowError("connect")
            try:
                return self._dial(address, port, left / (len(addresses) - place))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if place == len(addresses) - 1:
                    raise
        raise NotResolvedError("no address")

    def _look_up(self, host: str, port: int, ends_at: float) -> Sequence[str]:
        """Ask the resolver on a thread of its own, for getaddrinfo has no time-out."""
        if not self._lookups.acquire(timeout=max(0.0, ends_at - time.monotonic())):
            raise TooSlowError("resolver is busy")
        answers: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._resolver(host, port))
            except (OSError, UnicodeError) as error:
                answers.put(error)
            finally:
                self._lookups.release()

        threading.Thread(target=ask, name="resolver", daemon=True).start()
        try:
            answer = answers.get(timeout=max(0.0, ends_at - time.monotonic()))
        except Empty:
            raise TooSlowError("resolver") from None
        if isinstance(answer, socket.gaierror) and answer.errno == socket.EAI_NONAME:
            raise NoSuchNameError("no such name")
        if isinstance(answer, Exception):
            raise NotResolvedError(type(answer).__name__) from None
        return answer

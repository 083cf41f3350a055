"""The wiring of the demo: production's, in a world of stand-ins.

`RECOURSE_TOWN` names the town's description (JSON: hosts, ca, smtp, dns). Everything that would leave this
machine goes to the town instead, over TLS with its throw-away authority, and whatever the town has no stand-in
for is refused. The business clock is a row that can jump. Each start says so in the log, loudly.

Refuses: a public host name, and to start without a town. `TownDialler` is a type that production's wiring never
imports; only the settings `recourse.config.demo` name this module.
"""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpcore
import structlog

from recourse.base.core import wiring
from recourse.base.core.clock import Clock
from recourse.base.core.errors import MisconfiguredError
from recourse.base.core.fetch import AddressRefusedError, Fetcher
from recourse.base.jobs.adapters.clock import RowClock
from recourse.config import guard, keys, schema
from recourse.config.wiring import bind_ports, fetcher
from recourse.work.notices.adapters.names import NameTable
from recourse.work.notices.ports import DnsText, SmtpRelay
from recourse.world.checks.ports import Politeness
from recourse.world.rules.load import show_as

_log = structlog.get_logger(__name__)
# What platforms and recipients are called on the pages of the demo, so that no real company is shown doing what
# it did not do. Their addresses, rules and laws are the real ones.
INVENTED = {
    "telegram": "Kanal",
    "x": "Murmur",
    "facebook": "Lumo",
    "instagram": "Fotoly",
    "youtube": "Vidra",
    "kmcsc": "Deliberation office",
}


@dataclass(frozen=True, slots=True)
class Town:
    """The stand-ins of the outside world, as they describe themselves."""

    hosts: Mapping[tuple[str, int], int]
    ca: str
    smtp: tuple[str, int]
    dns: Mapping[str, str]

    @classmethod
    def read(cls, path: str) -> Town:
        """Read the description that the town wrote.

        Raises:
            MisconfiguredError: it is missing or is not one.
        """
        try:
            told: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
            hosts = {}
            for name, port in told["hosts"].items():
                host, _colon, at = name.rpartition(":")
                hosts[host, int(at)] = int(port)
            smtp_host, smtp_port = told["smtp"]
            return cls(hosts=hosts, ca=told["ca"], smtp=(smtp_host, int(smtp_port)), dns=dict(told["dns"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise MisconfiguredError(
                f"RECOURSE_TOWN names no description of a town ({type(error).__name__}): "
                "start `recourse-town serve` first, or run `recourse demo`"
            ) from error

    def tls(self) -> ssl.SSLContext:
        """Return a context that trusts the town's authority and no other."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.ca)
        return context


class TownDialler:
    """Connects to the stand-in of a host on this machine, and to nothing else."""

    def __init__(self, ports: Mapping[tuple[str, int], int], egress: str = "") -> None:
        self._ports = dict(ports)
        self._egress = egress or None  # the address that tells the town which country asks

    def connect(self, host: str, port: int, timeout: float | None) -> httpcore.NetworkStream:
        """Return a stream to the stand-in.

        Raises:
            AddressRefusedError: the town has none for this host and port.
        """
        local = self._ports.get((host.lower().rstrip("."), port))
        if local is None:
            raise AddressRefusedError("the town has no such host")
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", local, timeout, self._egress)


def bind_all(configuration: schema.Configuration) -> None:
    """Bind production's ports, then the town's in their place.

    Raises:
        MisconfiguredError: a public host name, or no town.
    """
    for host in configuration.surface_hosts:
        if not guard.is_local(host):
            raise MisconfiguredError(
                f"{host} is public and this is the demo: use localhost, desk.localhost and public.localhost"
            )
    guard.refuse_dangerous(configuration)
    town = Town.read(_named())
    bind_ports(configuration, keys.key_files(configuration))
    wiring.bind(Clock, RowClock)  # type: ignore[type-abstract]
    vantages = {name: TownDialler(town.hosts, at) for name, at in configuration.checks.vantages.items()}
    wiring.bind(Fetcher, lambda: fetcher(configuration, vantages, town.tls()))  # type: ignore[type-abstract]
    wiring.bind(Politeness, lambda: Politeness(timedelta(0)))  # the clock jumps, and nobody is bothered
    show_as(INVENTED)
    wiring.bind(
        SmtpRelay,
        lambda: SmtpRelay(host=town.smtp[0], port=town.smtp[1], hello=configuration.mail.sender_domain),
    )
    wiring.bind(DnsText, lambda: NameTable(town.dns))  # type: ignore[type-abstract]
    _log.warning("demo_world", hosts=len(town.hosts), note="nothing leaves this machine; the clock can jump")


def _named() -> str:
    """Return the path of the town's description."""
    path = os.environ.get("RECOURSE_TOWN")
    if not path:
        raise MisconfiguredError(
            "RECOURSE_TOWN is not set: the demo's settings need a town; run `recourse demo`"
        )
    return path

"""What the commands need to know of the installation; `config` binds it, since it alone reads the configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation, as its operator sees it. Folders are absolute."""

    home: Path
    keys: Path
    ledger: Path
    static: Path
    config_file: Path | None
    process: str
    database: Literal["sqlite", "postgresql"]
    survivor_url: str
    desk_url: str
    exchange_url: str
    port: int
    agency_name: str
    agency_mailbox: str
    sender_domain: str
    dkim_selector: str
    smtp: tuple[str, int]
    lmtp: tuple[str, int]
    ledger_origin: str
    vantages: tuple[str, ...]
    key_roles: Mapping[str, frozenset[str]]  # process -> names of the key files it may hold
    dangers: Callable[[], list[str]]

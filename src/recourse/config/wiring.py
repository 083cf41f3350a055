"""Which adapter stands behind which port, for every process. The only file that names both sides.

An adapter is made when it is first asked for, so a process without a key fails at the step that needs it, by
name, and not at start. What would be dangerous is refused before anything is bound (`guard`).
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from typing import TypeVar

import httpcore

from recourse.base.core import wiring
from recourse.base.core.clock import Clock, SystemClock
from recourse.base.core.errors import MisconfiguredError
from recourse.base.core.fetch import Dialler, Fetcher, GuardedDialler, SafeFetcher
from recourse.base.core.sandbox import Sandbox, ZygoteSandbox
from recourse.base.jobs.ports import Transport, Transports
from recourse.base.ledger.adapters.ed25519 import Ed25519LedgerKey
from recourse.base.ledger.ports import LedgerFolder, LedgerKey, LedgerPlan
from recourse.base.vault.adapters.age import AgeKeyWrapper
from recourse.base.vault.ports import KeyWrapper, VaultSecrets
from recourse.config import guard, keys
from recourse.config.schema import Configuration
from recourse.operations.ports import Installation
from recourse.work.hotline.adapters.quiet import QuietMail
from recourse.work.hotline.ports import QuietPost
from recourse.work.notices.adapters.names import NameSystem
from recourse.work.notices.adapters.smtp import SmtpTransport
from recourse.work.notices.ports import DkimKey, DnsText, ImapPlace, LmtpPlace, ReplyKey, Sender, SmtpRelay
from recourse.work.notices.services.composing import signature
from recourse.work.notices.services.sending import TRANSPORT
from recourse.world.checks.ports import Politeness

T = TypeVar("T")
HOME = "home"


class NamedTransports:
    """The ways out that this installation has, by name; each is made when first used."""

    def named(self, name: str) -> Transport:
        """Return one by its name.

        Raises:
            MisconfiguredError: there is none of this name.
        """
        if name == TRANSPORT:
            return SmtpTransport(wiring.resolve(SmtpRelay))
        raise MisconfiguredError(f"there is no transport named {name}")


def bind_all(configuration: Configuration) -> None:
    """Bind every port of this process.

    Raises:
        MisconfiguredError: a combination of settings that must not run.
    """
    guard.refuse_dangerous(configuration)
    bind_ports(configuration, keys.key_files(configuration))


def bind_ports(configuration: Configuration, held: keys.KeyFiles) -> None:
    """Bind every port; `held` gives the keys."""
    wiring.bind(Clock, SystemClock)  # type: ignore[type-abstract]
    wiring.bind(Fetcher, lambda: open_fetcher(configuration))  # type: ignore[type-abstract]
    wiring.bind(Sandbox, ZygoteSandbox)  # type: ignore[type-abstract]
    wiring.bind(Politeness, lambda: Politeness(timedelta(seconds=configuration.checks.seconds_between_looks)))
    _bind_vault(held)
    _bind_ledger(configuration, held)
    _bind_mail(configuration, held)
    wiring.bind(Installation, lambda: installation(configuration))


def _bind_vault(held: keys.KeyFiles) -> None:
    """Wrapping for everybody, unwrapping for whoever holds the identity."""

    def wrapper() -> AgeKeyWrapper:
        identity = held.text(keys.IDENTITY) if held.holds(keys.IDENTITY) else None
        return AgeKeyWrapper(held.text(keys.RECIPIENT), identity)

    wiring.bind(KeyWrapper, wrapper)  # type: ignore[type-abstract]
    wiring.bind(
        VaultSecrets, lambda: VaultSecrets(installation=held.raw(keys.SALT), lookup_key=held.raw(keys.LOOKUP))
    )


def _bind_ledger(configuration: Configuration, held: keys.KeyFiles) -> None:
    """The log's key, folder and rhythm."""
    ledger = configuration.ledger
    wiring.bind(LedgerKey, lambda: Ed25519LedgerKey(held.raw(keys.LEDGER), ledger.origin))  # type: ignore[type-abstract]
    wiring.bind(LedgerFolder, lambda: LedgerFolder(configuration.ledger_folder))
    wiring.bind(LedgerPlan, lambda: LedgerPlan(every=timedelta(hours=ledger.publish_every_hours)))


def _bind_mail(configuration: Configuration, held: keys.KeyFiles) -> None:
    """Who writes, with which keys, through which servers."""
    mail = configuration.mail
    wiring.bind(
        Sender,
        lambda: Sender(
            domain=mail.sender_domain,
            mailbox=configuration.agency.mailbox.partition("@")[0],
            agency=configuration.agency.name,
        ),
    )
    wiring.bind(ReplyKey, lambda: ReplyKey(held.raw(keys.REPLY)))
    wiring.bind(
        DkimKey, lambda: DkimKey(selector=mail.dkim_selector, pem=held.text(keys.DKIM).encode("ascii"))
    )
    wiring.bind(
        SmtpRelay,
        lambda: SmtpRelay(
            host=mail.smtp_host,
            port=mail.smtp_port,
            starttls=mail.smtp_starttls,
            user=mail.smtp_user,
            password=mail.smtp_password,
            hello=mail.sender_domain,
        ),
    )
    wiring.bind(QuietPost, lambda: quiet_mail(configuration))  # type: ignore[type-abstract]
    wiring.bind(DnsText, NameSystem)  # type: ignore[type-abstract]
    wiring.bind(Transports, NamedTransports)  # type: ignore[type-abstract]
    wiring.bind(LmtpPlace, lambda: LmtpPlace(host=mail.lmtp_host, port=mail.lmtp_port))
    wiring.bind(
        ImapPlace,
        lambda: ImapPlace(
            host=mail.imap_host,
            port=mail.imap_port,
            tls=mail.imap_tls,
            user=mail.imap_user,
            password=mail.imap_password,
            folder=mail.imap_folder,
        ),
    )


def quiet_mail(configuration: Configuration) -> QuietMail:
    """Return what makes quiet mails; signed where they come from the domain whose key we hold."""
    mail = configuration.mail
    address = mail.quiet_sender or f"notes@{mail.sender_domain}"
    ours = address.rpartition("@")[2] == mail.sender_domain

    def sign(raw: bytes) -> bytes:
        return signature(raw, mail.sender_domain, wiring.resolve(DkimKey)) if ours else b""

    return QuietMail(address, sign)


def diallers(configuration: Configuration) -> dict[str, Dialler]:
    """Return a guarded dialler for each vantage point; all but `home` leave from an address of their own."""
    made: dict[str, Dialler] = {}
    for name, egress in configuration.checks.vantages.items():
        dial = partial(_dial_from, egress) if egress else None
        made[name] = GuardedDialler(dial=dial)
    return made


def _dial_from(egress: str, literal: str, port: int, timeout: float | None) -> httpcore.NetworkStream:
    """Connect from one of this machine's addresses."""
    return httpcore.SyncBackend().connect_tcp(literal, port, timeout, local_address=egress)


def open_fetcher(configuration: Configuration) -> SafeFetcher:
    """Return the client for the real world, trusting the authorities that this machine trusts."""
    return fetcher(configuration, diallers(configuration), ssl.create_default_context())


def fetcher(configuration: Configuration, through: Mapping[str, Dialler], tls: ssl.SSLContext) -> SafeFetcher:
    """Return the one client; it says who asks and where to complain."""
    about = configuration.base_url(configuration.web.survivor_host)
    who = f"Recourse/{version('recourse')} (+{about}; {configuration.agency.mailbox})"
    return SafeFetcher(through, tls, who)


def installation(configuration: Configuration) -> Installation:
    """Return what the commands may know of this installation."""
    mail = configuration.mail
    return Installation(
        home=configuration.home_folder,
        keys=configuration.keys_folder,
        ledger=configuration.ledger_folder,
        static=configuration.static_folder,
        config_file=configuration.file,
        process=configuration.process,
        database="postgresql" if "postgresql" in configuration.django_database()["ENGINE"] else "sqlite",
        survivor_url=configuration.base_url(configuration.web.survivor_host),
        desk_url=configuration.base_url(configuration.web.desk_host),
        exchange_url=configuration.base_url(configuration.web.exchange_host),
        port=configuration.web.port,
        agency_name=configuration.agency.name,
        agency_mailbox=configuration.agency.mailbox,
        sender_domain=mail.sender_domain,
        dkim_selector=mail.dkim_selector,
        smtp=(mail.smtp_host, mail.smtp_port),
        lmtp=(mail.lmtp_host, mail.lmtp_port),
        ledger_origin=configuration.ledger.origin,
        vantages=tuple(configuration.checks.vantages),
        key_roles={process.value: held for process, held in keys.HELD_BY.items()},
        dangers=partial(guard.dangers, configuration),
    )

"""What must not run: combinations that are harmless alone and dangerous together, refused at start.

Each refusal names the key and the remedy. A `command` process is refused little: it is a person's tool, and
the remedy is often a command.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from recourse.base.core.errors import MisconfiguredError
from recourse.config import keys
from recourse.config.schema import Configuration, Process

NOT_SECRET = frozenset({keys.RECIPIENT})


def refuse_dangerous(configuration: Configuration) -> None:
    """Refuse to start when settings, keys and the role of this process do not belong together.

    Raises:
        MisconfiguredError: naming key and remedy.
    """
    for reason in (
        _worst(configuration) if configuration.process is Process.COMMAND else dangers(configuration)
    ):
        raise MisconfiguredError(reason)


def dangers(configuration: Configuration) -> list[str]:
    """Return a sentence for each thing that must not run, worst first; `doctor` shows them all."""
    found = [*_worst(configuration), *_plain_http(configuration), *_foreign_mailbox(configuration)]
    if configuration.process is Process.COMMAND:
        return [*found, *_no_static_files(configuration)]
    return [
        *found,
        *_identity_beside_web(configuration),
        *_readable_by_all(configuration.keys_folder),
        *_missing_keys(configuration),
        *_no_static_files(configuration),
    ]


def _worst(configuration: Configuration) -> list[str]:
    return [*_public_debug(configuration), *_same_host(configuration)]


def is_local(host: str) -> bool:
    """Tell whether a host name never leaves this machine."""
    return host in {"localhost", "127.0.0.1"} or host.endswith(".localhost")


def _public_debug(configuration: Configuration) -> list[str]:
    public = [h for h in configuration.surface_hosts if not is_local(h)]
    if not (configuration.web.debug and public):
        return []
    return [
        f"web.debug is on and {public[0]} is public, and a debug page shows what people wrote: switch it off"
    ]


def _same_host(configuration: Configuration) -> list[str]:
    if len(set(configuration.surface_hosts)) == len(configuration.surface_hosts):
        return []
    keys_of = ("survivor_host", "desk_host", "public_host", "exchange_host")
    same = [
        f"web.{key}"
        for key, host in zip(keys_of, configuration.surface_hosts, strict=True)
        if configuration.surface_hosts.count(host) > 1
    ]
    return [f"{' and '.join(same)} are the same: give each surface a host name of its own"]


def _plain_http(configuration: Configuration) -> list[str]:
    public = [h for h in configuration.surface_hosts if not is_local(h)]
    if configuration.web.scheme == "https" or not public:
        return []
    return [f'web.scheme is http and {public[0]} is public: put TLS before it and set web.scheme = "https"']


def _foreign_mailbox(configuration: Configuration) -> list[str]:
    _local, _at, domain = configuration.agency.mailbox.rpartition("@")
    if domain == configuration.mail.sender_domain:
        return []
    return [
        "agency.mailbox is not at mail.sender_domain, so answers would go elsewhere: make the two domains equal"
    ]


def _identity_beside_web(configuration: Configuration) -> list[str]:
    identity = configuration.keys_folder / keys.IDENTITY
    if configuration.process is not Process.WEB or not os.access(identity, os.R_OK):
        return []
    reason = f"{identity} is readable by the web process, and whoever breaks in there could open every case"
    return [
        f"{reason}: chmod 600 it for the users of worker and desk, or accept one process for both, RECOURSE_PROCESS=all"
    ]


def _readable_by_all(folder: Path) -> list[str]:
    found = []
    for name in sorted(keys.EVERY_KEY - NOT_SECRET):
        path = folder / name
        if os.access(path, os.R_OK) and path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
            found.append(
                f"{path} is readable by every user of this machine: chmod 600 it, and replace the key"
            )
    return found


def _missing_keys(configuration: Configuration) -> list[str]:
    folder = configuration.keys_folder
    needed = keys.HELD_BY[configuration.process]
    return [
        f"{folder / name} is missing, or closed to the user of this process, and a {configuration.process} process "
        "needs it: give it to that user, run `recourse init`, or restore the key from its copy"
        for name in sorted(needed)
        if not os.access(folder / name, os.R_OK)
    ]


def _no_static_files(configuration: Configuration) -> list[str]:
    manifest = configuration.static_folder / "staticfiles.json"
    if (
        configuration.process in {Process.WORKER, Process.MAIL, Process.EXCHANGE}
        or configuration.web.debug
        or os.access(manifest, os.R_OK)
    ):
        return []
    return [
        f"{manifest} is missing or cannot be read, every page would fail: run `recourse collectstatic --noinput`"
    ]

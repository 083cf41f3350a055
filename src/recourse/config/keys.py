"""The key files of an installation, and which process may hold which.

A process loads only the keys its role needs, each when first asked for. Refuses: a key outside the role, a
missing or malformed file, each by a sentence that names the file and what to do. Never logs a key.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import MappingProxyType

from recourse.base.core.errors import MisconfiguredError
from recourse.config.schema import Configuration, Process

RECIPIENT = "vault.recipient"  # text, `age1...`; public
IDENTITY = "vault.identity"  # text, an age identity; opens everything
LOOKUP = "vault.lookup"  # 32 bytes in hex
SALT = "vault.salt"  # 16 bytes or more in hex
WEB_SECRET = "web.secret"  # noqa: S105 - a file's name; 32 bytes in hex
LEDGER = "ledger.key"  # 32 bytes in hex: the Ed25519 seed
DKIM = "dkim.pem"  # text, PEM
REPLY = "reply.key"  # 32 bytes in hex

EVERY_KEY = frozenset({RECIPIENT, IDENTITY, LOOKUP, SALT, WEB_SECRET, LEDGER, DKIM, REPLY})
_SEALING = frozenset({RECIPIENT, LOOKUP, SALT})
HELD_BY = MappingProxyType(
    {
        Process.WEB: _SEALING | {WEB_SECRET},
        Process.DESK: _SEALING | {WEB_SECRET, IDENTITY},
        Process.EXCHANGE: _SEALING | {IDENTITY},
        Process.WORKER: _SEALING | {IDENTITY, LEDGER, DKIM, REPLY},
        Process.MAIL: _SEALING | {REPLY},
        Process.ALL: EVERY_KEY,
        Process.COMMAND: EVERY_KEY,  # a person with the files at hand; read one by one, on need
    }
)
_LEAST_BYTES = MappingProxyType({LOOKUP: 32, SALT: 16, WEB_SECRET: 32, LEDGER: 32, REPLY: 32})


class KeyFiles:
    """Reads the key files that the role of this process allows."""

    def __init__(self, folder: Path, process: Process) -> None:
        self.folder = folder
        self.process = process

    def holds(self, name: str) -> bool:
        """Tell whether this process may and can read the key."""
        return name in HELD_BY[self.process] and os.access(self.folder / name, os.R_OK)

    def text(self, name: str) -> str:
        """Return the key file's text, stripped.

        Raises:
            MisconfiguredError: not a key of this role, missing, unreadable or empty.
        """
        if name not in HELD_BY[self.process]:
            raise MisconfiguredError(
                f"{name} is not a key of a {self.process} process: run this step in a process that holds it"
            )
        path = self.folder / name
        try:
            text = path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise MisconfiguredError(f"{path} is missing: run `recourse init`, or restore the key") from None
        except (OSError, UnicodeDecodeError) as error:
            raise MisconfiguredError(
                f"{path} cannot be read ({type(error).__name__}): give it to the user of this process"
            ) from None
        if not text:
            raise MisconfiguredError(f"{path} is empty: restore the key from its backup")
        return text

    def raw(self, name: str) -> bytes:
        """Return the bytes that the file holds in hex.

        Raises:
            MisconfiguredError: as `text`, and when it is not hex or too short.
        """
        try:
            raw = bytes.fromhex(self.text(name))
        except ValueError:
            raise MisconfiguredError(f"{self.folder / name} is not hex: restore the key") from None
        if len(raw) < _LEAST_BYTES[name]:
            found = f"{len(raw)} bytes, {_LEAST_BYTES[name]} needed"
            raise MisconfiguredError(f"{self.folder / name} is too short ({found}): restore the key")
        return raw


def key_files(configuration: Configuration) -> KeyFiles:
    """Return the reader of this process's keys."""
    return KeyFiles(configuration.keys_folder, configuration.process)

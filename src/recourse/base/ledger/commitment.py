"""Salted commitments: what a leaf promises without saying it, and how a chosen field is opened later.

    c_f  = HMAC-SHA256(salt_f, "recourse/commit/v1" || 0 || entry_id "/" f || 0 || JCS(value))     one salt a field
    root = SHA-256("recourse/record/v1" || 0 || for each name in order: len(name) || name || c_f)
    leaf = 0x01 || SHA-256(root)                                                                    33 bytes, always

Each salt is 32 random bytes of its own, derived from nothing: deleting salts and values leaves random-looking
bytes in the tree. Fields that are withheld show their name and commitment only. The root is hashed once more so
that nobody can place chosen bytes in the tree. Pure. Refuses: values that are not text, or not Unicode.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from recourse.base.core.errors import BadInputError, TooLongError

LEAF_VERSION = 0x01
LEAF_BYTES = 33
SALT_BYTES = 32
MAX_FIELDS = 40
MAX_VALUE_CHARS = 500
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Opening:
    """What somebody is shown of a record: some fields with value and salt, of the others the commitment.

    Attributes:
        entry_id: The record's id.
        shown: Name to (value, 32-byte salt).
        withheld: Name to 32-byte commitment.
    """

    entry_id: UUID
    shown: Mapping[str, tuple[str, bytes]]
    withheld: Mapping[str, bytes]

    @property
    def leaf(self) -> bytes:
        """The leaf that this opening belongs to, recomputed from it."""
        commitments = {name: commit(self.entry_id, name, *pair) for name, pair in self.shown.items()}
        if commitments.keys() & self.withheld.keys():
            raise BadInputError("a field is both shown and withheld")
        return leaf_of(commitments | dict(self.withheld))

    def to_json(self) -> str:
        """Return it as JSON, salts and commitments in hexadecimal; `opening_from_json` reads it back."""
        return json.dumps(
            {
                "format": "recourse/opening/v1",
                "entry": str(self.entry_id),
                "shown": {name: [value, salt.hex()] for name, (value, salt) in sorted(self.shown.items())},
                "withheld": {name: commitment.hex() for name, commitment in sorted(self.withheld.items())},
            },
            ensure_ascii=False,
            indent=2,
        )


def opening_from_json(text: str) -> Opening:
    """Read what `Opening.to_json` wrote.

    Raises:
        BadInputError: malformed.
    """
    try:
        data = json.loads(text)
        if data["format"] != "recourse/opening/v1":
            raise BadInputError("not an opening")
        shown = {
            str(name): (str(value), bytes.fromhex(salt)) for name, (value, salt) in data["shown"].items()
        }
        withheld = {str(name): bytes.fromhex(value) for name, value in data["withheld"].items()}
        return Opening(UUID(data["entry"]), shown, withheld)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInputError("not an opening") from error


def new_salts(names: Collection[str]) -> dict[str, bytes]:
    """Return a fresh random salt for each name."""
    return {name: secrets.token_bytes(SALT_BYTES) for name in names}


def check_facts(facts: Mapping[str, str]) -> None:
    """Refuse facts that cannot be committed to.

    Raises:
        BadInputError: too many fields, a name that is not lower case letters, digits and underscores, or a value
            that is not Unicode text.
        TooLongError: a value has more than 500 characters.
    """
    if len(facts) > MAX_FIELDS:
        raise BadInputError(f"a record has at most {MAX_FIELDS} fields")
    for name, value in facts.items():
        if not _NAME.fullmatch(name):
            raise BadInputError("a field's name is lower case letters, digits and underscores, 40 at most")
        if not isinstance(value, str):
            raise BadInputError("a field's value is text")
        if len(value) > MAX_VALUE_CHARS:
            raise TooLongError(f"a field has at most {MAX_VALUE_CHARS} characters")
        canonical(value)


def canonical(value: str) -> bytes:
    """Return the canonical JSON (RFC 8785) of a string.

    Raises:
        BadInputError: it has a lone surrogate.
    """
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise BadInputError("a value is not Unicode text") from error


def commit(entry_id: UUID, name: str, value: str, salt: bytes) -> bytes:
    """Return the 32-byte commitment to one field."""
    message = b"recourse/commit/v1\x00" + f"{entry_id}/{name}".encode() + b"\x00" + canonical(value)
    return hmac.digest(salt, message, "sha256")


def leaf_of(commitments: Mapping[str, bytes]) -> bytes:
    """Return the 33-byte leaf over a record's commitments."""
    parts = [b"recourse/record/v1\x00"]
    for name in sorted(commitments):
        encoded = name.encode()
        if len(encoded) > 255 or len(commitments[name]) != hashlib.sha256().digest_size:  # noqa: PLR2004 - one byte of length
            raise BadInputError("a commitment or its name has the wrong length")
        parts += [bytes([len(encoded)]), encoded, commitments[name]]
    root = hashlib.sha256(b"".join(parts)).digest()
    return bytes([LEAF_VERSION]) + hashlib.sha256(root).digest()


def leaf_for(entry_id: UUID, facts: Mapping[str, str], salts: Mapping[str, bytes]) -> bytes:
    """Return the leaf of a record whose every fact and salt is known."""
    return leaf_of({name: commit(entry_id, name, value, salts[name]) for name, value in facts.items()})


def open_fields(
    entry_id: UUID, facts: Mapping[str, str], salts: Mapping[str, bytes], names: Collection[str]
) -> Opening:
    """Return an opening that shows `names` and withholds every other field.

    Raises:
        BadInputError: a name that the record does not have.
    """
    if unknown := set(names) - facts.keys():
        raise BadInputError(f"the record has no field {min(unknown)}")
    return Opening(
        entry_id,
        {name: (facts[name], salts[name]) for name in facts if name in names},
        {name: commit(entry_id, name, facts[name], salts[name]) for name in facts if name not in names},
    )

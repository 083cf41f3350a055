"""Signed notes, verifier keys and checkpoints, as C2SP writes them.

Pure: signing is a function handed in. Refuses: control characters, base64 that is not canonical, numbers with
leading zeros, a note without a signature of a known key, and a whole note if a known key's signature is wrong.
Only Ed25519 (type 0x01); signatures of other keys are kept and ignored. Sources: c2sp.org/signed-note,
c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from recourse.base.ledger import tree

ED25519 = 0x01
MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 64
_MARK = "\u2014 "
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")


class NoteError(ValueError):
    """A note, key or checkpoint is not what it says; the text says why, without repeating content."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under a name; written `name+hex(id)+base64(type || key)`."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that stand before each of its signatures."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([ED25519]) + self.public).digest()[:4]

    def __str__(self) -> str:
        encoded = base64.b64encode(bytes([ED25519]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    def accepts(self, text: str, signature: bytes) -> bool:
        """Tell whether `signature` (64 bytes) is this key's over the text of a note."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class TreeHead:
    """What a checkpoint says: the log's origin, number of leaves, and root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def check_name(name: str) -> str:
    """Return `name` if it can name a key and a log.

    Raises:
        NoteError: it is empty, too long, or has a space, a plus sign or a control character.
    """
    if not _NAME.fullmatch(name):
        raise NoteError("a key's name may not be empty and has no spaces, plus signs or control characters")
    return name


def parse_vkey(text: str) -> VerifierKey:
    """Read a verifier key.

    Raises:
        NoteError: malformed, of another type than Ed25519, or its id does not belong to it.
    """
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    raw = decode_base64(encoded)
    if len(raw) != 33 or raw[0] != ED25519:  # noqa: PLR2004 - a type byte and 32 bytes of key
        raise NoteError("the verifier key is not an Ed25519 key of the form name+id+key")
    key = VerifierKey(check_name(name), raw[1:])
    if key.key_id.hex() != key_id:
        raise NoteError("the verifier key's id does not belong to its name and key")
    return key


def sign(text: str, key: VerifierKey, signature_of: Callable[[bytes], bytes]) -> str:
    """Return the note: `text` (ending in a newline), a blank line, and one signature line by `key`.

    Raises:
        NoteError: the text cannot be signed as a note.
    """
    _check_text(text)
    signature = base64.b64encode(key.key_id + signature_of(text.encode())).decode()
    return f"{text}\n{_MARK}{key.name} {signature}\n"


def open_note(note: str, key: VerifierKey) -> str:
    """Return the text of `note` if `key` signed it.

    Raises:
        NoteError: malformed, not signed by `key`, or a signature in its name does not fit.
    """
    text, signatures = split(note)
    good = False
    for name, raw in signatures:
        if name == key.name and raw[:4] == key.key_id:
            if not key.accepts(text, raw[4:]):
                raise NoteError("the signature does not belong to the text")
            good = True
    if not good:
        raise NoteError("the key did not sign this")
    return text


def split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Cut a note into its text and its signatures (name, key id || signature), without checking any.

    Raises:
        NoteError: malformed.
    """
    if len(note) > MAX_NOTE_BYTES:
        raise NoteError("the note is too large")
    body, blank, tail = note.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise NoteError("the note has no signatures, or ends within a line")
    text = body + "\n"
    _check_text(text)
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError("the note has too many signatures")
    return text, [_signature(line) for line in lines]


def parse_head(text: str) -> TreeHead:
    """Read the text of a checkpoint; extension lines are allowed and ignored.

    Raises:
        NoteError: malformed.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1]:  # noqa: PLR2004 - three lines, and nothing after the last newline
        raise NoteError("the checkpoint does not have three lines")
    origin, size, root = lines[:3]
    if "" in lines[:-1]:
        raise NoteError("the checkpoint has an empty line")
    raw = decode_base64(root)
    if len(raw) != tree.HASH_BYTES:
        raise NoteError("the checkpoint's root is not a SHA-256 hash")
    return TreeHead(origin, parse_decimal(size), raw)


def open_checkpoint(note: str, key: VerifierKey) -> TreeHead:
    """Return what a checkpoint says if `key` signed it and its origin is the key's name.

    Raises:
        NoteError: malformed, not signed by `key`, or of another log.
    """
    head = parse_head(open_note(note, key))
    if head.origin != key.name:
        raise NoteError("the checkpoint is of another log than the key")
    return head


def parse_decimal(text: str) -> int:
    """Read a number as C2SP writes it: ASCII digits, no sign, no leading zero, below 2^63.

    Raises:
        NoteError: anything else.
    """
    if not _DECIMAL.fullmatch(text) or (number := int(text)) >= 1 << 63:
        raise NoteError("a number is not written as plain digits")
    return number


def decode_base64(text: str) -> bytes:
    """Read standard base64, refusing every spelling but the one an encoder writes.

    Raises:
        NoteError: not base64, or not canonical.
    """
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise NoteError("a value is not base64") from error
    if base64.b64encode(raw).decode() != text:
        raise NoteError("a value is not canonical base64")
    return raw


def _signature(line: str) -> tuple[str, bytes]:
    name, space, encoded = line.removeprefix(_MARK).partition(" ")
    if not line.startswith(_MARK) or not space:
        raise NoteError("a line below the blank line is not a signature")
    raw = decode_base64(encoded)
    if len(raw) < 5:  # noqa: PLR2004 - four bytes of key id and at least one more
        raise NoteError("a signature is too short")
    return check_name(name), raw


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any(char < " " and char != "\n" for char in text):
        raise NoteError("the text does not end with a newline, or has control characters")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NoteError("the text is not Unicode") from error

"""What a key is, what a case code is, and how either can fail. Pure.

A case code is 120 random bits in Crockford's base 32: six groups of four, hyphens between them. It opens the
survivor's own case and exists nowhere but with her.

Refuses: codes that a person or a program could choose; every code comes from the operating system's random.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from recourse.base.core import ids
from recourse.base.core.errors import BadInputError, MisconfiguredError, NotFoundError, RecourseError
from recourse.base.core.marking import gettext_noop

SECRET_BYTES = 32
CODE_BITS = 120
CODE_CHARACTERS = 24
GROUP = 4
LONGEST_TYPED_CODE = 200  # characters; a typed code with any sane punctuation is far below it

# Tables whose rows are left out of every data backup, and the file they travel in instead: the key backup.
# PostgreSQL: `--exclude-table-data`; SQLite: delete the rows in the copy, then VACUUM the copy.
WITHHELD_FROM_DATA_BACKUP: tuple[str, ...] = ("vault_wrappedkey",)
KEY_BACKUP_DAYS = 7

_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


class KeyScope(StrEnum):
    """What a key protects; erasing that thing destroys the key."""

    CASE = "case"
    PLACE = "place"
    HOST = "host"
    NOTICE = "notice"
    MAIL = "mail"
    DRAFT = "draft"
    LISTING = "listing"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class DataKey:
    """An opened key: 32 secret bytes and the id of its row. Lives in memory only."""

    id: UUID
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Imported:
    """What reading a key backup did, in numbers of keys."""

    restored: int  # a wrapped key was put back
    kept: int  # already there
    erased: int  # not put back: the key is on a list of erasures
    unknown: int  # in the key backup, not in the data: made after the data backup
    missing: int  # in the data, not destroyed, still without a wrapped key: these rows cannot be opened


class BadCaseCodeError(BadInputError):
    """This cannot be a case code."""

    code = "bad_case_code"
    sentence = gettext_noop(
        "A code has 24 letters and digits in six groups. Please check it and type it again."
    )


class WrongCodeError(NotFoundError):
    """The code does not open this key."""

    code = "wrong_code"
    sentence = gettext_noop("No case opens with this code. Please check it and type it again.")


class SealBrokenError(RecourseError):
    """What was sealed was changed, moved to another row, or sealed under another key."""

    code = "seal_broken"


class KeyNotHeldError(MisconfiguredError):
    """This process may seal but holds no identity to open with."""

    code = "key_not_held"


class KeyDestroyedError(NotFoundError):
    """The key was destroyed by an erasure; nothing opens what it sealed."""

    code = "key_destroyed"
    sentence = gettext_noop("This was erased.")


class KeyMissingError(MisconfiguredError):
    """The key's row is there and its wrapped secret is not: a restore still needs the key backup."""

    code = "key_missing"


class KeyBackupBrokenError(BadInputError):
    """A key backup cannot be read: another identity, or a damaged file."""

    code = "key_backup_broken"
    sentence = gettext_noop(
        "This key backup cannot be opened. Use the identity it was made for, or an older file."
    )


def new_case_code() -> str:
    """Return a fresh code, "XXXX-XXXX-XXXX-XXXX-XXXX-XXXX", 120 random bits."""
    return _grouped(ids.to_base32(ids.random_bytes(CODE_BITS)))


def normalise_case_code(text: str) -> str:
    """Return the one spelling of what a person typed, as `new_case_code` writes it.

    Case, spaces and every kind of dash, dot or underscore do not matter; full-width forms are read;
    O reads as 0, I and L as 1.

    Raises:
        BadCaseCodeError: what is left is not 24 characters of the alphabet.
    """
    if len(text) > LONGEST_TYPED_CODE:
        raise BadCaseCodeError(f"{len(text)} characters")
    folded = unicodedata.normalize("NFKC", text).upper()
    digits = "".join(c for c in folded if not _is_spacing(c)).translate(_READ_AS)
    if len(digits) != CODE_CHARACTERS or any(c not in ids.ALPHABET for c in digits):
        raise BadCaseCodeError(f"{len(digits)} characters")
    return _grouped(digits)


def _is_spacing(character: str) -> bool:
    """Dashes, spaces, dots, underscores and invisible format characters carry nothing in a code."""
    return character in "._" or unicodedata.category(character) in {"Pd", "Zs", "Zl", "Zp", "Cc", "Cf"}


def _grouped(digits: str) -> str:
    return "-".join(digits[start : start + GROUP] for start in range(0, CODE_CHARACTERS, GROUP))

"""The library's errors. Each has a stable code and a sentence that says what to do.

    FingerprintError
    ├── BadHashesError      bad_hashes       an argument is not what the docstring asks for
    ├── TooManyHashesError  too_many_hashes  more than an index can number
    └── DamagedIndexError   damaged_index    a file is not an index, or not as it was written
        └── ForeignIndexError  foreign_index  a whole file, written for another version or machine

The library stands on its own, so this tree is beside `recourse.base.core.errors` and not in it; who shows
these errors to people maps them by `code`. No message holds a hash: a hash can be turned into a blurred picture.
"""

from __future__ import annotations

from typing import ClassVar


class FingerprintError(Exception):
    """Root of the tree; never raised itself."""

    code: ClassVar[str] = "fingerprints"


class BadHashesError(FingerprintError, ValueError):
    """An argument has another shape, type or range than the docstring asks for."""

    code = "bad_hashes"


class TooManyHashesError(FingerprintError, ValueError):
    """More hashes than one index can number."""

    code = "too_many_hashes"


class DamagedIndexError(FingerprintError):
    """A file is not an index, or is not as it was written. Write it anew from its source."""

    code = "damaged_index"


class ForeignIndexError(DamagedIndexError):
    """The file may be whole, but was written for another version of the format or another kind of machine."""

    code = "foreign_index"

"""The library's errors. Each has a stable code and a sentence that says what to do.

    FingerprintError
    ├── BadHashesError      bad_hashes       an argument is not what the docstring asks for
    ├── TooManyHashesError  too_many_hashes  more than an index can number
    ├── DamagedIndexError   damaged_index    a file is not an index, or not as it was written
    │   └── ForeignIndexError  foreign_index  a whole file, written for another version or machine
    ├── BadPixelsError      bad_pixels       as bad_hashes, of pixels
    └── UnreadableFileError                  a file cannot be hashed; `sentence` is for whoever named it
        ├── UnknownFormatError  unknown_format
        ├── BrokenFileError     broken_file
        ├── TooLargeError       too_large
        └── DecoderMissingError decoder_missing

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


class BadPixelsError(FingerprintError, ValueError):
    """Pixels in memory have another shape or type than the docstring asks for."""

    code = "bad_pixels"


class UnreadableFileError(FingerprintError):
    """A file cannot be hashed. `sentence` says why, for the person who named it."""

    code = "unreadable_file"
    sentence: ClassVar[str] = "This file cannot be hashed."

    def __init__(self) -> None:
        super().__init__(self.sentence)


class UnknownFormatError(UnreadableFileError):
    """The bytes are of no picture or video format that is read here."""

    code = "unknown_format"
    sentence = (
        "This is no picture or video of a format that can be read. Convert it to JPEG, PNG or MP4 first."
    )


class BrokenFileError(UnreadableFileError):
    """The bytes begin like a picture or video, and then are not."""

    code = "broken_file"
    sentence = "This file is cut off or broken. Fetch it again from where it came from."


class TooLargeError(UnreadableFileError):
    """The file promises more pixels than are decoded, or is longer than any picture."""

    code = "too_large"
    sentence = "This file has more pixels or bytes than are read here. Make it smaller first."


class DecoderMissingError(UnreadableFileError):
    """The package that reads this kind of file is not installed."""

    code = "decoder_missing"
    sentence = "What reads this kind of file is not installed: see docs/explanation/fingerprints.md."

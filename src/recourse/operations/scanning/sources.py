"""What is to be scanned: a folder with all below it, a list of names, or a part of an object store.

Listed as it goes, in no order: a million names are never held at once. In a folder only plain files count. Links are
not followed, so nothing is scanned twice and no loop is entered; pipes, sockets and devices are passed over. A folder
that cannot be read is a line of the report.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from recourse.operations import hashing
from recourse.operations.scanning import store
from recourse.operations.scanning.errors import BadSourceError

STANDARD_INPUT: Final = "-"
LONGEST_NAME: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Named:
    """Something to scan, by its name; `refused` where it is known already that it cannot be."""

    path: str
    refused: dict[str, Any] | None = None


class Source(Protocol):
    """What can be listed."""

    @property
    def again(self) -> bool:
        """Whether a second listing gives the same, so that it can be counted ahead."""
        ...

    def names(self) -> Iterator[Named]:
        """List it."""
        ...


def source_of(told: str, *, report: str, zeros: bool = False) -> Source:
    """Return what is meant: a folder, `s3://bucket/prefix`, or the file of a list, `-` for standard input.

    Raises:
        BadSourceError: there is no such thing.
        MissingExtraError: `recourse[s3]` is not installed.
    """
    if told.startswith(store.SCHEME):
        return Bucket(told)
    if told == STANDARD_INPUT:
        return Listed(told, zeros=zeros)
    try:
        mode = Path(told).stat().st_mode
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", "") or "is no name of a file"
        raise BadSourceError(f"{hashing.visible(told)}: {reason}") from error
    if stat.S_ISDIR(mode):
        return Folder(told, report)
    return Listed(told, zeros=zeros)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder and all below it, but not the report itself."""

    path: str
    report: str
    again: bool = True

    def names(self) -> Iterator[Named]:
        """List plain files, a folder at a time."""
        folders = [self.path]
        while folders:
            folder = folders.pop()
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        if entry.is_dir(follow_symlinks=False):
                            folders.append(entry.path)
                        elif entry.is_file(follow_symlinks=False) and not self._is_report(entry):
                            yield Named(entry.path)
            except OSError as error:
                yield Named(folder, hashing.refused("folder", error.strerror or "cannot be listed"))

    def _is_report(self, entry: os.DirEntry[str]) -> bool:
        name = Path(self.report).name
        return entry.name == name and Path(entry.path).absolute() == Path(self.report).absolute()


@dataclass(frozen=True, slots=True)
class Listed:
    """Names in a file, one a line, or with a zero byte after each; `-` is standard input, which is read once."""

    path: str
    zeros: bool = False

    @property
    def again(self) -> bool:
        """Whether it can be read a second time."""
        return self.path != STANDARD_INPUT

    def names(self) -> Iterator[Named]:
        """Read the names as they come.

        Raises:
            BadSourceError: it cannot be read, or holds no names: a picture, say.
        """
        if not self.again:
            yield from self._read(sys.stdin.buffer)
            return
        try:
            with Path(self.path).open("rb") as file:
                yield from self._read(file)
        except OSError as error:
            raise BadSourceError(f"{hashing.visible(self.path)}: {error.strerror}") from error

    def _read(self, file: BinaryIO) -> Iterator[Named]:
        for name in _split(file) if self.zeros else file:
            if len(name) > LONGEST_NAME or (b"\0" in name):
                raise BadSourceError(
                    f"{hashing.visible(self.path)} is no list of names, one a line. "
                    "For a picture: `recourse hash`. For names that end with a zero byte: --zeros."
                )
            if plain := name.removesuffix(b"\n"):
                yield Named(os.fsdecode(plain))


def _split(file: BinaryIO) -> Iterator[bytes]:
    """Yield what stands between zero bytes."""
    rest = b""
    while chunk := file.read(1 << 16):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole
        if len(rest) > LONGEST_NAME:
            break
    yield rest


@dataclass(frozen=True, slots=True)
class Bucket:
    """The objects of a store whose names begin as told."""

    address: str
    again: bool = True

    def names(self) -> Iterator[Named]:
        """List them."""
        return (Named(name) for name in store.Store().names(self.address))

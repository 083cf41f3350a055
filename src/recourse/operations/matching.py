"""`recourse match`: files compared with a list of hashes; a line for each match, and for what cannot be compared.

Like `recourse hash` it decodes in the sandbox and needs no installation, no database and no Django. A match is a
lead for a person, never a verdict.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from recourse.base.core.errors import BadInputError
from recourse.base.core.sandbox import ZygoteSandbox
from recourse.fingerprints import lists
from recourse.fingerprints.comparing import Against
from recourse.fingerprints.errors import BadHashesError, DamagedIndexError
from recourse.fingerprints.search import Index
from recourse.fingerprints.search.arguments import LARGEST_RADIUS
from recourse.fingerprints.search.files import MAGIC
from recourse.operations import hashing

FOUND: Final = 10  # not 1: a program that breaks ends with 1, and must not be taken for an answer
ABOUT: Final = (
    "Compare pictures and videos with a list of hashes and print the matches; nothing is stored or sent."
)


class BadListError(BadInputError):
    """A list of hashes cannot be used."""

    code = "bad_list"


@dataclass(frozen=True, slots=True)
class Bank:
    """A list in memory: what to compare with, how near, the SHA-256 of its file, and what to say about it."""

    against: Against
    radius: int
    sha256: str
    notes: tuple[str, ...] = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the arguments."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="picture or video")
    add_list_arguments(parser, required=True)
    add_whole_argument(parser)
    parser.add_argument(
        "--json",
        dest="as_json",
        action="store_true",
        help="print a JSON object for each file: what `hash --json` has, and matches",
    )
    parser.add_argument(
        "--seconds",
        type=int,
        default=hashing.SECONDS,
        help="give a file up that takes longer than this many seconds",
    )


def add_list_arguments(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """Name the list and the radius."""
    parser.add_argument(
        "--against",
        metavar="HASHES",
        required=required,
        help="the list: hashes as `recourse hash` prints them, a hash a line, CSV, StopNCII's JSON, or an index file",
    )
    parser.add_argument(
        "--radius",
        type=_radius,
        default=LARGEST_RADIUS,
        help="bits of 256 in which two hashes may differ, 0 to 31; the radius itself counts",
    )


def add_whole_argument(parser: argparse.ArgumentParser) -> None:
    """Name the switch between more copies found and fewer wrong ones, with what was measured of both."""
    parser.add_argument(
        "--whole",
        action="store_true",
        help="compare pictures and frames only as they are; otherwise also without their uniform borders, which in our "
        "test of pictures found 33 instead of 1 in 100 framed copies, and 2.6 instead of 1.2 wrong pictures for each "
        "100 that were compared with a million",
    )


def _radius(text: str) -> int:
    if not text.isdecimal() or int(text) > LARGEST_RADIUS:
        raise argparse.ArgumentTypeError(
            f"from 0 to {LARGEST_RADIUS}: search is exact there and nowhere else"
        )
    return int(text)


def main(arguments: Sequence[str]) -> int:
    """Compare what the arguments name; return the exit status."""
    parser = argparse.ArgumentParser(prog="recourse match", description=ABOUT)
    add_arguments(parser)
    options = parser.parse_args(arguments)
    return hashing.command(lambda: run(**vars(options), out=sys.stdout))


def run(
    *,
    files: Sequence[str],
    against: str,
    radius: int,
    as_json: bool,
    seconds: int,
    out: TextIO,
    whole: bool = False,
) -> int:
    """Print each file's lines; return 0: nothing matches, 10: something does, 65: a file could not be compared."""
    sandbox = ZygoteSandbox(hashing.KIT)
    matched = failed = False
    try:
        sandbox.start()
        bank = load(against, radius)
        for note in bank.notes:
            print(f"recourse: {note}", file=sys.stderr)
        for path in files:
            found = {
                "path": path,
                **hashing.fingerprints(sandbox, path, seconds, "hash" if whole else "query"),
            }
            found = compared(found, bank)
            matched = matched or bool(found.get("matches"))
            failed = failed or not found.get("compared")
            for line in [json.dumps(found)] if as_json else plain(found):
                print(line, file=out, flush=True)
    finally:
        sandbox.close()
    if failed:
        return hashing.SOME_FAILED
    return FOUND if matched else 0


def load(path: str, radius: int) -> Bank:
    """Read a list, whichever kind it is.

    Raises:
        BadListError: it cannot be read, is damaged, or holds no hash.
    """
    try:
        data = Path(path)
        with data.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            if file.read(len(MAGIC)) == MAGIC:
                return Bank(Against.of_index(Index.open(data)), radius, digest)
        listed = lists.read(data.read_text("utf-8", errors="surrogateescape"))
    except OSError as error:
        raise BadListError(f"{hashing.visible(path)}: {error.strerror}") from error
    except (BadHashesError, DamagedIndexError) as error:
        raise BadListError(f"{hashing.visible(path)}: {error}") from error
    return Bank(Against.of_list(listed), radius, digest, tuple(_notes(path, listed)))


def _notes(path: str, listed: lists.HashList) -> Iterator[str]:
    name = hashing.visible(path)
    if listed.left_out:
        yield (
            f"{name}: {listed.left_out} entries are no PDQ hash and were left out; "
            f"the first is entry {listed.first_left_out}"
        )
    if listed.flat:
        yield f"{name}: {listed.flat} hashes have a quality below 50 and were left out: flat pictures look alike"
    if not len(listed.hashes):
        yield f"{name}: no hash is left to compare with"


def compared(found: dict[str, Any], bank: Bank) -> dict[str, Any]:
    """Return a file's line with what it matches: `compared` says how many of its hashes were good enough to compare."""
    if "error" in found:
        return found
    said = bank.against.compare(found, bank.radius)
    matches = [asdict(match) for match in said.matches]
    for match in matches:
        for share in ("of_file", "of_item"):
            match[share] = None if match[share] is None else round(match[share], 1)
    overflow = {"overflow": True} if said.overflow else {}
    return {**found, "compared": said.frames, "matches": matches, **overflow}


def plain(found: dict[str, Any]) -> Iterator[str]:
    """Yield `distance<TAB>share of the file<TAB>share of the item<TAB>item<TAB>path` for each match, nearest first.

    What could not be compared is `error<TAB>code<TAB>path`; where more matches than are listed, `more` stands there.
    """
    path = hashing.visible(found["path"])
    if not found.get("compared"):
        yield f"error\t{found.get('error', 'low_quality')}\t{path}"
    for match in found.get("matches", ()):
        shares = "\t".join("-" if match[one] is None else str(match[one]) for one in ("of_file", "of_item"))
        yield f"{match['distance']}\t{shares}\t{hashing.visible(match['item'])}\t{path}"
    if found.get("overflow"):
        yield f"more\t\t{path}"

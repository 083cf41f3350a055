"""`recourse hash`: the fingerprints of files, a line each; what cannot be hashed is a line too.

Files are decoded in the sandbox. Needs no installation, no database and no Django, and starts without them: a
file is hashed within a second and a half of the key being pressed.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TextIO

from recourse.base.core.errors import RecourseError
from recourse.base.core.problems import INTERRUPTED
from recourse.base.core.sandbox import SandboxError, SandboxUnavailableError, ZygoteSandbox
from recourse.fingerprints import answers, errors

KIT: Final = "recourse.fingerprints.tasks"
SECONDS: Final = 3600
SOME_FAILED: Final = 65  # EX_DATAERR of sysexits.h
ABOUT: Final = "Print the fingerprints of pictures and videos, a line each; nothing is stored or sent."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the arguments."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="picture or video")
    parser.add_argument(
        "--json",
        action="store_true",
        help="print JSON Lines: path, kind, sha256, size, format, width, height, and pdq and quality, of a video "
        "for each hashed frame",
    )
    parser.add_argument(
        "--seconds", type=int, default=SECONDS, help="give a file up that takes longer than this many seconds"
    )


def main(arguments: Sequence[str]) -> int:
    """Hash what the arguments name; return the exit status."""
    parser = argparse.ArgumentParser(prog="recourse hash", description=ABOUT)
    add_arguments(parser)
    options = parser.parse_args(arguments)
    return command(lambda: run(options.files, as_json=options.json, seconds=options.seconds, out=sys.stdout))


def run(files: Sequence[str], *, as_json: bool, seconds: int, out: TextIO) -> int:
    """Print each file's lines; return 0, or 65 when one of the files could not be hashed."""
    sandbox = ZygoteSandbox(KIT)
    failed = False
    try:
        sandbox.start()
        for path in files:
            found = {"path": path, **fingerprints(sandbox, path, seconds)}
            failed = failed or "error" in found
            for line in [json.dumps(found)] if as_json else plain(found):
                print(line, file=out, flush=True)
    finally:
        sandbox.close()
    return SOME_FAILED if failed else 0


def fingerprints(sandbox: ZygoteSandbox, path: str, seconds: int, task: str = "hash") -> dict[str, Any]:
    """Return what the sandbox says about a file, or `{"error": code, "sentence": what to do}`.

    The task is `hash`, or `query`, which also looks inside borders.
    """
    return of_path(path, lambda descriptor: opened(sandbox, descriptor, seconds, task))


def of_path(path: str, about: Callable[[int], dict[str, Any]]) -> dict[str, Any]:
    """Return what there is to say about a file that is open for reading, or why it cannot be opened."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe must not make us wait
    except OSError as error:
        return refused("file", error.strerror or "cannot be opened")
    except ValueError:  # a zero byte in a name, as only a list of names can have
        return refused("file", "This is no name of a file.")
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return refused("file", "This is no file. Name the files in it one by one.")
        return about(descriptor)
    finally:
        os.close(descriptor)


def opened(sandbox: ZygoteSandbox, descriptor: int, seconds: int, task: str = "hash") -> dict[str, Any]:
    """Do as `fingerprints` for a file that is open for reading."""
    return answered(lambda: sandbox.run_file(task, descriptor, seconds=seconds))


def answered(ask: Callable[[], bytes]) -> dict[str, Any]:
    """Return the sandbox's answer, or why there is none. Raises SandboxUnavailableError."""
    try:
        found = answers.read(ask())
    except SandboxUnavailableError:
        raise
    except SandboxError as error:
        return refused(error.code, error.sentence)
    except ValueError:
        return refused(SandboxError.code, SandboxError.sentence)
    return refused(found["error"], SENTENCES[found["error"]]) if "error" in found else found


def plain(found: dict[str, Any]) -> Iterator[str]:
    """Yield `pdq<TAB>quality<TAB>path` for a picture and for each hashed frame; `error<TAB>code<TAB>path` otherwise."""
    path = visible(found["path"])
    if "error" in found:
        yield f"error\t{found['error']}\t{path}"
    for hashed in found.get("frames", [found] if "pdq" in found else []):
        yield f"{hashed['pdq']}\t{hashed['quality']}\t{path}"


def refused(code: str, sentence: str) -> dict[str, Any]:
    """Return what stands in the place of fingerprints where there are none."""
    return {"error": code, "sentence": sentence}


def visible(text: str) -> str:
    """Return a name so that a line break or a tab in it is not taken for another line or column."""
    return text.translate(_VISIBLE)


def command(run: Callable[[], int]) -> int:
    """Run a command that knows no Django: an error becomes one sentence with its code and its exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="surrogateescape")  # a file's name need not be text
    try:
        return run()
    except RecourseError as error:
        print(f"recourse: {error.detail or error.sentence} [{error.code}]", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("recourse: interrupted [interrupted]", file=sys.stderr)
        return INTERRUPTED


SENTENCES: Final = {kind.code: kind.sentence for kind in errors.UnreadableFileError.__subclasses__()}
_VISIBLE: Final = {number: f"\\x{number:02x}" for number in (*range(32), 127)}

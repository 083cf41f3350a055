"""Who hashes: threads of this process, each waiting for a sandboxed child of its own. See also `cluster`."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from recourse.base.core.sandbox import SandboxError, ZygoteSandbox
from recourse.base.core.sandbox_series import Series
from recourse.fingerprints.errors import BrokenFileError
from recourse.operations import hashing
from recourse.operations.scanning.errors import StoreError
from recourse.operations.scanning.store import SCHEME, Store

AHEAD: Final = 3  # files a worker that are named and not done: enough that none waits, few enough to forget
TOGETHER: Final = 64  # files that one process sees: forking it then costs each a seventh of a millisecond
# What may come of the files before in the same process: memory or processor time that they took, or worse.
PERHAPS_THE_OTHERS: Final = {BrokenFileError.code, SandboxError.code}

Hashed = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Way:
    """How files are hashed: the time for each, the task (`hashing.fingerprints`), and how many a process may see."""

    seconds: int
    task: str = "hash"
    together: int = TOGETHER


class Hasher:
    """Hashes files by name in a sandbox; may be shared by threads.

    Files share processes. Whatever a shared process fails at is done again in a process of its own, as if it had never
    been shared: that a file cannot be hashed is never said for another file's sake.
    """

    def __init__(self, way: Way) -> None:
        self._way, self._sandbox = way, ZygoteSandbox(hashing.KIT)
        shared = Series(self._sandbox, way.task, seconds=way.seconds, most=way.together)
        self._series = shared if way.together > 1 else None

    def start(self) -> None:
        """Start the sandbox. Raises SandboxUnavailableError."""
        self._sandbox.start()

    def close(self) -> None:
        """End it; whoever waits for it gets an answer at once."""
        if self._series:
            self._series.close()
        self._sandbox.close()

    def __call__(self, path: str) -> dict[str, Any]:
        """Return what there is to say about a file, or an object of a store."""
        if not path.startswith(SCHEME):
            return hashing.of_path(path, self._opened)
        try:
            with Store().fetch(path) as file:
                return self._opened(file.fileno())
        except StoreError as error:
            return hashing.refused("store", f"The store does not give it: {error.detail}.")
        except OSError as error:
            return hashing.refused("file", error.strerror or "cannot be fetched")

    def _opened(self, descriptor: int) -> dict[str, Any]:
        if series := self._series:
            found = hashing.answered(lambda: series.run(descriptor))
            if found.get("error") not in PERHAPS_THE_OTHERS:
                return found
        return hashing.opened(self._sandbox, descriptor, self._way.seconds, self._way.task)


def in_threads(hasher: Hasher, paths: Iterator[str], workers: int) -> Generator[Hashed, None, None]:
    """Yield each file's answer as soon as it is there; never more than a few files ahead of what is taken."""
    pool = ThreadPoolExecutor(workers, thread_name_prefix="hashing")
    pending: dict[Future[dict[str, Any]], str] = {}
    try:
        hasher.start()
        while True:
            for path in islice(paths, AHEAD * workers - len(pending)):
                pending[pool.submit(hasher, path)] = path
            if not pending:
                return
            for answer in wait(pending, return_when=FIRST_COMPLETED).done:
                yield pending.pop(answer), answer.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        hasher.close()

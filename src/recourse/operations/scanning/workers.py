"""Who hashes: threads of this process, each waiting for a sandboxed child of its own. See also `cluster`."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Any, Final

from recourse.base.core.sandbox import ZygoteSandbox
from recourse.operations import hashing
from recourse.operations.scanning.errors import StoreError
from recourse.operations.scanning.store import SCHEME, Store

AHEAD: Final = 3  # files a worker that are named and not done: enough that none waits, few enough to forget

Hashed = tuple[str, dict[str, Any]]


class Hasher:
    """Hashes files by name in a sandbox; may be shared by threads. `task` as in `hashing.fingerprints`."""

    def __init__(self, seconds: int, task: str) -> None:
        self._seconds, self._task = seconds, task
        self._sandbox = ZygoteSandbox(hashing.KIT)

    def start(self) -> None:
        """Start the sandbox. Raises SandboxUnavailableError."""
        self._sandbox.start()

    def close(self) -> None:
        """End it; whoever waits for it gets an answer at once."""
        self._sandbox.close()

    def __call__(self, path: str) -> dict[str, Any]:
        """Return what there is to say about a file, or an object of a store."""
        if not path.startswith(SCHEME):
            return hashing.fingerprints(self._sandbox, path, self._seconds, self._task)
        try:
            with Store().fetch(path) as file:
                return hashing.opened(self._sandbox, file.fileno(), self._seconds, self._task)
        except StoreError as error:
            return hashing.refused("store", f"The store does not give it: {error.detail}.")
        except OSError as error:
            return hashing.refused("file", error.strerror or "cannot be fetched")


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

"""Who hashes, on many machines: Ray, through `recourse[ray]`. The one adapter; nothing else here is distributed.

Machines only hash: the list of hashes and the report stay where the scan was started. A task does a few files and
changes nothing, so Ray may do it again elsewhere as often as machines die. Every machine needs the same recourse and
must see the files under the same names.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Generator, Iterator
from importlib import import_module
from itertools import islice
from typing import Any, Final

from recourse.base.core.errors import UnavailableError
from recourse.operations.scanning.errors import MissingExtraError
from recourse.operations.scanning.store import SCHEME
from recourse.operations.scanning.workers import AHEAD, Hashed, Hasher, Way

FILES_A_TASK: Final = 4
FOR_EVER: Final = -1


class ClusterError(UnavailableError):
    """The cluster is not there, or has gone."""

    code = "cluster"


def in_cluster(address: str, way: Way, paths: Iterator[str]) -> Generator[Hashed, None, None]:
    """Yield each file's answer as soon as it is there; what a dying machine had is done again elsewhere.

    Raises:
        MissingExtraError: Ray is not installed.
        ClusterError: there is no cluster at that address, or it went away.
    """
    ray = _ray()
    try:
        ray.init(address=address, log_to_driver=False, logging_level="error", include_dashboard=False)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise ClusterError(f"There is no Ray cluster to be reached at {address}.") from error
    remote = ray.remote(num_cpus=1, max_retries=FOR_EVER)(hash_some)
    pending: dict[Any, list[str]] = {}
    try:
        while True:
            room = max(1, int(ray.cluster_resources().get("CPU", 1))) * AHEAD - len(pending)
            while room > 0 and (some := list(islice(paths, FILES_A_TASK))):
                pending[remote.remote(way, [absolute(path) for path in some])] = some
                room -= 1
            if not pending:
                return
            ready, _ = ray.wait(list(pending), num_returns=1)
            for answer in ready:
                yield from zip(pending.pop(answer), ray.get(answer), strict=True)
    except ray.exceptions.RayError as error:
        raise ClusterError(
            f"The Ray cluster failed ({type(error).__name__}). Scan again to go on."
        ) from error
    finally:
        ray.shutdown()


def absolute(path: str) -> str:
    """Return a name that means the same in another folder: Ray's processes are not where we are."""
    return path if path.startswith(SCHEME) else os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH118 - as it is


def hash_some(way: Way, paths: list[str]) -> list[dict[str, Any]]:
    """Hash a few files, on whichever machine this runs."""
    hasher = _hasher(way)
    return [hasher(path) for path in paths]


@functools.cache
def _hasher(way: Way) -> Hasher:
    """Return this process's sandbox; it ends with the process."""
    return Hasher(way)


def _ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would tell its makers of each start
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # silences a notice about graphics cards
    try:
        return import_module("ray")
    except ImportError as error:
        raise MissingExtraError("Ray is not installed: install recourse[ray].") from error

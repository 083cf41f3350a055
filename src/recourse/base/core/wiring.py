"""Which adapter stands behind which port. `config` binds, everybody else resolves.

Refuses: to guess. A port that nobody bound is an error that names the port.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any, TypeVar

T = TypeVar("T")

_makers: dict[type[Any], Callable[[], Any]] = {}
_made: dict[type[Any], Any] = {}
_lock = RLock()


class UnboundPortError(LookupError):
    """Nobody bound this port in this process."""


def bind(port: type[T], make: Callable[[], T]) -> None:
    """Say how to make the adapter of `port`; it is made once per process, when first asked for."""
    with _lock:
        _makers[port] = make
        _made.pop(port, None)


def resolve(port: type[T]) -> T:
    """Return the adapter behind `port`.

    Raises:
        UnboundPortError: nobody bound it.
    """
    with _lock:
        if port not in _made:
            if port not in _makers:
                raise UnboundPortError(f"{port.__module__}.{port.__qualname__} is not bound to an adapter")
            _made[port] = _makers[port]()
        adapter: T = _made[port]
        return adapter


@contextmanager
def bound(port: type[T], adapter: T) -> Iterator[T]:
    """Put `adapter` behind `port` for the time of a test."""
    with _lock:
        before = _makers.get(port), _made.get(port)
        _makers[port], _made[port] = lambda: adapter, adapter
    try:
        yield adapter
    finally:
        with _lock:
            _makers.pop(port), _made.pop(port)
            if before[0] is not None:
                _makers[port] = before[0]
            if before[1] is not None:
                _made[port] = before[1]

"""Runs the processes of an installation: the web server, the worker, the mail receiver.

Every process ends within seconds of a SIGTERM, finishing what it holds; none outlives its parent. A process
that is killed loses nothing: what it held is leased, and the lease runs out.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

from granian.constants import Interfaces
from granian.server import Server

WSGI = "recourse.config.wsgi:application"  # a name, not an import: config stands above us
WORKERS = 2
THREADS = 4


def stop_on_signal() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def serve_web(*, port: int, address: str, workers: int, children: list[str]) -> None:
    """Serve the pages until SIGTERM, with `children` (names of our commands) beside.

    Returns when all have ended. The address is a literal to listen on.
    """
    started: list[subprocess.Popen[bytes]] = []
    server = Server(
        WSGI,
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        backlog=2048,
        backpressure=256,
        respawn_failed_workers=True,
        workers_kill_timeout=15,
        log_access=False,
    )
    server.on_startup(lambda: started.extend(start_child(name) for name in children))
    server.on_shutdown(lambda: end_children(started))
    server.serve()


def start_child(command: str) -> subprocess.Popen[bytes]:
    """Start one of our commands as a child that ends when we end."""
    return subprocess.Popen(
        [sys.executable, "-m", "recourse", command, "--parent", str(os.getpid())], start_new_session=True
    )


def end_children(children: list[subprocess.Popen[bytes]]) -> None:
    """Ask the children to end, give them the time of one job, then insist."""
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def end_with_parent(parent: int | None, stop: threading.Event) -> None:
    """Set `stop` once the parent process is gone; a poll, since the kernel's signal needs Linux.

    On Linux the signal comes at once (prctl), and the poll covers the race at start.
    """
    if parent is None:
        return

    def watch() -> None:
        while not stop.wait(1.0):
            if os.getppid() != parent:
                stop.set()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def run_until_stopped(start: Callable[[threading.Event], None], *, parent: int | None) -> None:
    """Run a loop that takes a stop event, until a signal or the parent's end sets it."""
    stop = stop_on_signal()
    end_with_parent(parent, stop)
    start(stop)

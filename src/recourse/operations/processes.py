"""Runs the processes of an installation: the web server, the worker, the mail receiver.

Every process ends within seconds of a SIGTERM, finishing what it holds; none outlives its parent. A process
that is killed loses nothing: what it held is leased, and the lease runs out.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import structlog
from granian.constants import Interfaces
from granian.server import Server

from recourse.base.core.errors import MisconfiguredError

WSGI = "recourse.config.wsgi:application"  # a name, not an import: config stands above us
WORKERS = 2
RESTART_SECONDS = 0.5  # between looks; a child that cannot start is tried again at this pace
PARENT_SECONDS = 0.5  # between looks at whether the parent is there
PORT_SECONDS = 5.0  # the workers of a server that was killed a moment ago end within these
THREADS = 4
_log = structlog.get_logger(__name__)


def stop_on_signal() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def refuse_used(port: int, address: str = "127.0.0.1", *, seconds: float = 0.0) -> None:
    """Complain when something listens on the port; it is given `seconds` to end first.

    The server would not complain itself: it shares its port between its own workers, and so with a stranger.

    Raises:
        MisconfiguredError: something does.
    """
    at = "127.0.0.1" if address == "0.0.0.0" else address  # noqa: S104 - compared, not bound
    until = time.monotonic() + seconds
    while True:
        with socket.socket(socket.AF_INET6 if ":" in at else socket.AF_INET) as probe:
            if probe.connect_ex((at, port)):
                return
        if time.monotonic() >= until:
            raise MisconfiguredError(f"something listens on port {port} already: stop it, or choose another")
        time.sleep(0.1)


def serve_web(*, port: int, address: str, workers: int, children: list[str]) -> None:
    """Serve the pages until SIGTERM, with `children` (names of our commands) beside.

    Returns when all have ended. The address is a literal to listen on.

    Raises:
        MisconfiguredError: something else listens there.
    """
    refuse_used(port, address, seconds=PORT_SECONDS)
    os.environ["RECOURSE_PARENT"] = str(os.getpid())  # the workers end with us (config.wsgi)
    beside = Children(children)
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
        respawn_interval=0.2,
        workers_kill_timeout=15,
        log_access=False,
    )
    server.on_startup(beside.start)
    server.on_shutdown(beside.stop)
    server.serve()


class Children:
    """Our commands run as children: started together, started again when one dies, ended together."""

    def __init__(self, commands: list[str]) -> None:
        self._commands = commands
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._keep, name="children", daemon=True)

    def start(self) -> None:
        """Start them, and the watch that keeps them."""
        for command in self._commands:
            self._running[command] = start_child(command)
        self._watch.start()

    def stop(self) -> None:
        """Ask them to end, give them the time of one job, then insist."""
        self._stop.set()
        self._watch.join()
        for child in self._running.values():
            child.terminate()
        for child in self._running.values():
            try:
                child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _keep(self) -> None:
        while not self._stop.wait(RESTART_SECONDS):
            for command, child in self._running.items():
                if child.poll() is not None:
                    _log.warning("child_restarted", command=command, status=child.returncode)
                    self._running[command] = start_child(command)


def start_child(command: str) -> subprocess.Popen[bytes]:
    """Start one of our commands, with its options, as a child that ends when we end."""
    name, *options = command.split()
    # Each child in its own role: the mail receiver needs no key that opens a case.
    environment = {**os.environ, "RECOURSE_PROCESS": name}
    return subprocess.Popen(
        [sys.executable, "-m", "recourse", name, *options, "--parent", str(os.getpid())],
        env=environment,
        start_new_session=True,
    )


def end_with_parent(parent: int | None, stop: threading.Event) -> None:
    """Set `stop` once the parent process is gone.

    A poll twice a second, not the kernel's signal for it: that one comes when the parent's *thread* ends, and it
    is lost when the parent dies while we start.
    """
    if parent is None:
        return

    def watch() -> None:
        while not stop.wait(PARENT_SECONDS):
            if os.getppid() != parent:
                stop.set()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def run_until_stopped(start: Callable[[threading.Event], None], *, parent: int | None) -> None:
    """Run a loop that takes a stop event, until a signal or the parent's end sets it."""
    stop = stop_on_signal()
    end_with_parent(parent, stop)
    start(stop)

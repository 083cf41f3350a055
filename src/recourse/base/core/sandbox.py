"""Where hostile bytes are read: in a child that holds nothing and can reach nothing.

`ZygoteSandbox` keeps one warm process (`sandbox_child`) and has it fork a confined child per task. Safe to
share between threads: tasks run side by side, a task that hangs delays nobody. When the zygote dies it is
started again. For many small files see `sandbox_series`.

Refuses: to run a task in this process when the sandbox is not there. No answer is better than a key in reach.
"""

from __future__ import annotations

import array
import contextlib
import json
import select
import socket
import subprocess
import sys
import threading
import time
from typing import Any, Final, Protocol

from recourse.base.core.errors import OutsideError, UnavailableError
from recourse.base.core.marking import gettext_noop

START_SECONDS: Final = 30.0
GRACE_SECONDS: Final = 2.0
MAX_ANSWER: Final = 16_000_001
DONE: Final = b"0"


class SandboxError(OutsideError):
    """What came from outside could not be read in the sandbox."""

    code = "sandbox_refused"
    sentence = gettext_noop("We could not read what the other side sent.")


class SandboxRefusedError(SandboxError):
    """The task failed on these bytes, and will again."""

    retryable = False


class SandboxTimeoutError(SandboxError):
    """The task took longer than its time and was killed."""

    code = "sandbox_timeout"
    retryable = False


class SandboxUnavailableError(UnavailableError):
    """The sandbox does not start on this machine."""

    code = "sandbox_unavailable"


class Sandbox(Protocol):
    """Port: does a named task on hostile bytes, out of reach of everything."""

    def run(self, task: str, data: bytes, *, seconds: float = 5.0) -> bytes:
        """Return the task's answer: "text", "match", "mail", "picture" (see `sandbox_child.TASKS`).

        Raises:
            SandboxRefusedError: the bytes are not what the task reads, or too much of it (sandbox_refused).
            SandboxTimeoutError: the time is over (sandbox_timeout).
            SandboxUnavailableError: there is no sandbox at the moment.
        """
        ...


class ZygoteSandbox:
    """The real `Sandbox`. The zygote starts with the first task, or with `start`.

    `kit` names the module whose tasks it does (`sandbox_child.Kit`); those of `Sandbox.run`, if none is named.
    """

    def __init__(self, kit: str = "") -> None:
        self._kit = (kit,) if kit else ()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._layers: dict[str, Any] = {}
        self._closed = False

    @property
    def layers(self) -> dict[str, Any]:
        """Which layers hold: calls ("allowlist"), network_namespace, other_user. Starts the zygote."""
        self.start()
        return dict(self._layers)

    def start(self) -> None:
        """Start the zygote unless it runs; call it before keys are loaded.

        Raises:
            SandboxUnavailableError: it does not come up, or was closed.
        """
        with self._lock:
            if self._closed:
                raise SandboxUnavailableError("the sandbox is closed")
            if self._process is None or self._process.poll() is not None:
                self._start()

    def close(self) -> None:
        """End the zygote and its children, for good; whoever waits for an answer has one at once."""
        with self._lock:
            self._closed = True
            self._stop()

    def run(self, task: str, data: bytes, *, seconds: float = 5.0) -> bytes:
        """Do one task; see `Sandbox.run`."""
        return self._run(task, data, (), seconds)

    def run_file(self, task: str, file: int, *, seconds: float) -> bytes:
        """Do one task on a file, given as a descriptor that is open for reading; errors as in `Sandbox.run`."""
        return self._run(task, b"", (file,), seconds)

    def _run(self, task: str, data: bytes, files: tuple[int, ...], seconds: float) -> bytes:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with ours:
            with theirs:
                began = time.monotonic()
                self.hand_over({"task": task, "seconds": seconds}, (theirs.fileno(), *files))
            answer = _exchange(ours, data, began + seconds + GRACE_SECONDS)
        if answer[:1] == DONE:
            return answer[1:]
        if not answer and time.monotonic() - began >= seconds:
            raise SandboxTimeoutError(task)
        raise SandboxRefusedError(f"{task}: {answer[1:80].decode('ascii', 'replace') or 'died'}")

    def hand_over(self, head: dict[str, Any], descriptors: tuple[int, ...]) -> None:
        """Tell the zygote something (`sandbox_child`) with open descriptors, which stay ours too.

        Raises:
            SandboxUnavailableError: there is no zygote, and none comes up.
        """
        message = json.dumps(head).encode("ascii")
        for _ in range(2):
            self.start()
            control = self._control
            try:
                if control is not None:
                    control.sendmsg([message], [attached(*descriptors)] if descriptors else [])
                    return
            except OSError:
                with self._lock:
                    self._stop()
        raise SandboxUnavailableError("the zygote does not stay up")

    def _start(self) -> None:
        self._stop()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - the kit is named in the code
                    [sys.executable, "-I", "-m", "recourse.base.core.sandbox_child", *self._kit],
                    env={},
                    cwd="/",
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            except (
                OSError
            ) as error:  # a Python that this user may not execute, no memory, one process too many
                ours.close()
                raise SandboxUnavailableError(error.strerror or type(error).__name__) from error
        self._control = ours
        ours.settimeout(START_SECONDS)
        try:
            ready = ours.recv(4096)
        except OSError:
            ready = b""
        if not ready:
            self._stop()
            raise SandboxUnavailableError("the zygote does not start")
        ours.settimeout(GRACE_SECONDS)
        self._layers = json.loads(ready)

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def attached(*descriptors: int) -> tuple[int, int, bytes]:
    """Return what sends open descriptors along with a message."""
    return socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors).tobytes()


def _exchange(ours: socket.socket, data: bytes, ends_at: float) -> bytes:
    """Send the data and take the answer at the same time; return b"" if none came before the end."""
    ours.setblocking(False)  # noqa: FBT003 - the socket's own signature
    rest, answer = memoryview(data), bytearray()
    if not rest:
        ours.shutdown(socket.SHUT_WR)
    while (left := ends_at - time.monotonic()) > 0:
        readable, writable, _ = select.select([ours], [ours] if rest else [], [], left)
        try:
            if readable:
                chunk = ours.recv(1 << 18)
                answer += chunk
                if not chunk or len(answer) > MAX_ANSWER:
                    return bytes(answer)
            if writable:
                rest = rest[ours.send(rest[: 1 << 18]) :]
                if not rest:
                    ours.shutdown(socket.SHUT_WR)
        except BlockingIOError:
            continue
        except OSError:  # the child is gone; what it said before may still be there to read
            rest = memoryview(b"")
            with contextlib.suppress(OSError):
                answer += ours.recv(1 << 18)
            return bytes(answer)
    return b""

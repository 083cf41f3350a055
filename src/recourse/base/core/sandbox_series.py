"""One confined process for a series of files: a twentieth of the fork that a small picture would cost alone.

The walls are those of `sandbox`: no key, network, name or other file is in reach. What is given up is the wall between
the files of one series. One that takes its process over can falsify the answers for those that are handed to it after,
and can send them nowhere. So a series is short, and ends with the first file that does not go well; a caller who needs
every refusal to be a file's own asks again with `ZygoteSandbox.run_file` (docs/decisions/0047).

Refuses: to let a process keep its own clock. A file's time is counted here, and whoever is late is killed.
"""

from __future__ import annotations

import contextlib
import socket
import time
from typing import Final

from recourse.base.core.sandbox import (
    DONE,
    MAX_ANSWER,
    START_SECONDS,
    SandboxRefusedError,
    SandboxTimeoutError,
    SandboxUnavailableError,
    ZygoteSandbox,
    attached,
)

_LENGTH_BYTES: Final = 4


class Series:
    """Does one task on files, each in one of as many processes as there are threads that ask; may be shared by them."""

    def __init__(self, sandbox: ZygoteSandbox, task: str, *, seconds: float, most: int) -> None:
        """Take a sandbox whose kit has the task, the time for each file, and how many files a process may see."""
        self._sandbox, self._task, self._seconds, self._most = sandbox, task, seconds, most
        self._waiting: list[_Child] = []
        self._closed = False

    def run(self, file: int) -> bytes:
        """Do the task on a file that is open for reading; errors as in `Sandbox.run`.

        A process has the processor time of one file for all of its files: it may be refused for the others' sake.
        """
        try:
            child = self._waiting.pop()
        except IndexError:
            child = _Child(self._sandbox, self._task, self._seconds)
        try:
            answer = child.run(file)
        except BaseException:
            child.end()
            raise
        if child.files < self._most and not self._closed:
            self._waiting.append(child)
        else:
            child.end()
        return answer

    def close(self) -> None:
        """End the processes that wait; those that are at work end with their file, or with the sandbox."""
        self._closed = True
        while self._waiting:
            self._waiting.pop().end()


class _Child:
    """A process of a series; `files` counts those that it has been handed."""

    def __init__(self, sandbox: ZygoteSandbox, task: str, seconds: float) -> None:
        self._sandbox, self._task, self._seconds = sandbox, task, seconds
        self.files = 0
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with theirs:
                sandbox.hand_over({"task": task, "seconds": seconds, "series": True}, (theirs.fileno(),))
            self._pid = int.from_bytes(self._read(_LENGTH_BYTES, time.monotonic() + START_SECONDS))
        except SandboxTimeoutError as error:
            self._socket.close()
            raise SandboxUnavailableError("the zygote does not fork") from error
        except BaseException:
            self._socket.close()
            raise

    def run(self, file: int) -> bytes:
        """Do the task on one file."""
        self.files += 1
        ends_at = time.monotonic() + self._seconds
        with contextlib.suppress(OSError):  # it has died; that is found when its answer is read
            self._socket.sendmsg([b"f"], [attached(file)])
        length = int.from_bytes(self._read(_LENGTH_BYTES, ends_at))
        if not 0 < length <= MAX_ANSWER:
            raise SandboxRefusedError(f"{self._task}: no answer")
        answer = self._read(length, ends_at)
        if answer[:1] == DONE:
            return answer[1:]
        raise SandboxRefusedError(f"{self._task}: {answer[1:80].decode('ascii', 'replace')}")

    def end(self) -> None:
        """End the process. A zygote that is gone took it along."""
        self._socket.close()
        with contextlib.suppress(SandboxUnavailableError):
            self._sandbox.hand_over({"end": self._pid}, ())

    def _read(self, count: int, ends_at: float) -> bytes:
        read = bytearray()
        while len(read) < count:
            left = ends_at - time.monotonic()
            try:
                self._socket.settimeout(max(left, 1e-3))
                chunk = self._socket.recv(min(count - len(read), 1 << 18)) if left > 0 else None
            except TimeoutError:
                continue
            except OSError:
                chunk = b""
            if chunk is None:
                raise SandboxTimeoutError(self._task)
            if not chunk:
                raise SandboxRefusedError(f"{self._task}: died")
            read += chunk
        return bytes(read)

"""The process behind the sandbox: a warm zygote that forks a confined child for a task, or for a series of files.

Started as `python -I -m recourse.base.core.sandbox_child [KIT]` with an empty environment, before its parent
holds keys; it imports and warms everything up, then waits on its standard input, a SOCK_SEQPACKET socket,
for messages: a JSON head {"task", "seconds"} with one stream socket attached, and a file open for reading where
the task takes one. The child reads its data from the socket to the end, or the file, writes one answer to the
socket (a status byte, then the bytes) and ends. The zygote itself never reads the data.

With "series" in the head the child first writes its process id (four bytes), then does the task on each file that it
is handed over the socket, and writes how long the answer is (four bytes) before each. It lives until `control` says
{"end": process id}: whoever handed the files over keeps the clock (`sandbox_series`).

A kit is a module with tasks; without one, the tasks are those below.
Refuses: tasks that are not in the kit. A task sees bytes, or one file, and returns bytes; it has no keys, no
Django, no other files.
"""

from __future__ import annotations

import array
import contextlib
import encodings
import errno
import fcntl
import gc
import importlib
import io
import json
import math
import os
import pkgutil
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any, BinaryIO, Final, NoReturn, Protocol, cast

from PIL import Image

from recourse.base.core import mailparse, markup, sandbox_limits

Task = Callable[[bytes], bytes]
FileTask = Callable[[BinaryIO], bytes]


class Kit(Protocol):
    """What a zygote can do: tasks on bytes, tasks on a file, and the room that one task may take."""

    TASKS: dict[str, Task]
    FILE_TASKS: dict[str, FileTask]
    MEMORY_BYTES: int

    def warm_up(self) -> None:
        """Import and touch all that a task needs: after the fork no file can be opened."""


MAX_DATA: Final = 96_000_000
MAX_ANSWER: Final = 16_000_000
MEMORY_BYTES: Final = 500_000_000
MAX_PIXELS: Final = 40_000_000
PICTURE_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
DONE: Final = b"0"
REFUSED: Final = b"1"
HEAD_BYTES: Final = 4096

# Touches every branch that imports lazily: header, charset, base64, quoted-printable, HTML, addresses.
_SAMPLE_MAIL: Final = (
    b"From: =?utf-8?q?a?= <a@b\xc3\xbccher.example>\nContent-Type: multipart/mixed; boundary=x\n\n"
    b"--x\nContent-Type: text/plain; charset=euc-kr\nContent-Transfer-Encoding: base64\n\nYQ==\n"
    b"--x\nContent-Type: text/html; charset*=utf-8''utf-8\nContent-Transfer-Encoding: quoted-printable\n\n<p>a=\n"
    b"--x--\n"
)


def text(data: bytes) -> bytes:
    """HTML -> JSON of `markup.page_text`."""
    return _json(markup.page_text(data))


def picture(data: bytes) -> bytes:
    """JPEG, PNG, WebP or GIF -> JSON {format, width, height}; the first frame is decoded, then forgotten.

    Raises:
        ValueError: no such picture, or more than 40 million pixels.
    """
    with Image.open(io.BytesIO(data), formats=PICTURE_FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise ValueError("too many pixels")
        image.load()
        return _json({"format": image.format, "width": image.width, "height": image.height})


def drill(data: bytes) -> bytes:
    """Try what a taken-over child would try, and say how it ended.

    `doctor` and the tests hold the walls with it.
    """
    how = data.decode("ascii")
    if how == "process":
        return _json(os.getpid())
    if how == "environment":
        return _json(dict(os.environ))
    if how == "memory":
        return _json(len(bytearray(2_000_000_000)))
    while how == "loop":
        pass
    attempts: dict[str, Callable[[], object]] = {
        "network": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "unix": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
        "open": lambda: os.open("/etc/passwd", os.O_RDONLY),
        "write": lambda: os.open("/tmp/sandbox", os.O_CREAT | os.O_WRONLY),  # noqa: S108 - it must fail
        "fork": os.fork,
        "exec": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606 - it must fail
        "kill": lambda: os.kill(1, 0),
        "stat": lambda: os.stat("/etc/passwd"),  # noqa: PTH116 - the call itself is tried
    }
    try:
        attempts[how]()
    except OSError as error:
        return _json(errno.errorcode.get(error.errno or 0, "?"))
    return _json("done")


TASKS: Final[dict[str, Task]] = {
    "text": text,
    "match": markup.match_answer,
    "mail": mailparse.mail_answer,
    "picture": picture,
    "drill": drill,
}
FILE_TASKS: Final[dict[str, FileTask]] = {"drill": lambda file: drill(file.read())}


def _json(value: Any) -> bytes:  # noqa: ANN401 - whatever JSON takes
    return json.dumps(value).encode("ascii")


def warm_up() -> None:
    """Import every codec and decode one picture of each format."""
    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in {"mbcs", "oem"}:  # Windows only
            importlib.import_module(f"encodings.{module.name}")
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    Image.preinit()
    Image.init()
    for kind in PICTURE_FORMATS:
        packed = io.BytesIO()
        Image.new("RGB", (8, 8), "white").save(packed, kind)
        picture(packed.getvalue())
    text(b"<title>a</title><p>b")
    mailparse.mail_answer(_SAMPLE_MAIL)


class Zygote:
    """Takes tasks of a warm kit from `control` and forks a child for each, until `control` closes."""

    def __init__(self, control: socket.socket, kit: Kit) -> None:
        self._control, self._kit = control, kit
        self._memory = sandbox_limits.mapped_bytes() + kit.MEMORY_BYTES
        self._pid = os.getpid()
        self._children: dict[int, float] = {}  # process id -> when it must be over
        self.layers, self._calls = sandbox_limits.prepare()

    def serve(self) -> None:
        """Serve until the parent is gone; then end every child."""
        while True:
            ready, _, _ = select.select([self._control], [], [], self._wait())
            self._reap()
            if ready and not self._take():
                break
        for pid in self._children:
            _kill(pid)

    def _wait(self) -> float | None:
        if not self._children:
            return None
        return max(0.0, min(0.25, min(self._children.values()) - time.monotonic()))

    def _reap(self) -> None:
        now = time.monotonic()
        for pid, ends_at in list(self._children.items()):
            if now >= ends_at:
                _kill(pid)
            if os.waitpid(pid, 0 if now >= ends_at else os.WNOHANG)[0]:
                del self._children[pid]

    def _take(self) -> bool:
        """Take one message; return False at the end."""
        room = socket.CMSG_SPACE(2 * array.array("i").itemsize)
        message, ancillary, _, _ = self._control.recvmsg(HEAD_BYTES, room)
        if not message:
            return False
        given = array.array("i")
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                given.frombytes(data[: len(data) - len(data) % given.itemsize])
        head = json.loads(message)
        if "end" in head:
            self._end(head["end"])
            return True
        seconds, series = float(head["seconds"]), "series" in head
        pid = os.fork()
        if pid == 0:
            self._be_child(head["task"], seconds, given, series=series)
        for descriptor in given:
            os.close(descriptor)
        self._children[pid] = math.inf if series else time.monotonic() + seconds
        return True

    def _end(self, pid: int) -> None:
        """End a child of ours, if it still is one."""
        if pid in self._children:
            self._children[pid] = 0.0
            self._reap()

    def _be_child(self, task: str, seconds: float, given: array.array[int], *, series: bool) -> NoReturn:
        """Confine oneself, do the task, answer, end. Whatever goes wrong, nothing returns from here."""
        code = 1
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            _keep(given)
            file = open(_FILE, "rb", closefd=False) if len(given) > 1 else None  # noqa: SIM115 - a descriptor
            handed = socket.socket(fileno=_SOCKET)
            if series:
                handed.send(os.getpid().to_bytes(_LENGTH_BYTES))
            sandbox_limits.confine(self._calls, seconds, self._memory, self._pid)
            if series:
                _do_series(self._kit, task, handed)
            else:
                _answer(*_do(self._kit, task, file))
            code = 0
        finally:
            os._exit(code)


_SOCKET, _FILE = 3, 4
_LENGTH_BYTES: Final = 4


def _keep(given: array.array[int]) -> None:
    """Move what was given to 3 and 4, and close everything else."""
    moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, _FILE + 1) for descriptor in given]
    for place, descriptor in enumerate(moved, start=_SOCKET):
        os.dup2(descriptor, place)
    os.closerange(0, _SOCKET)
    os.closerange(_SOCKET + len(moved), 65_536)


def _do(kit: Kit, task: str, file: BinaryIO | None) -> tuple[bytes, bytes]:
    """Return the status byte and the answer; of an error only its class, for its text may quote the data."""
    try:
        answer = kit.TASKS[task](_read_all(_SOCKET)) if file is None else kit.FILE_TASKS[task](file)
    except BaseException as error:  # noqa: BLE001 - hostile data may raise anything; the child ends either way
        return REFUSED, type(error).__name__.encode("ascii", "replace")
    return (DONE, answer) if len(answer) <= MAX_ANSWER else (REFUSED, b"AnswerTooLong")


def _do_series(kit: Kit, task: str, handed: socket.socket) -> None:
    """Do the task on one file after the other, each handed over with a byte, to the end of the socket."""
    room = socket.CMSG_SPACE(array.array("i").itemsize)
    while True:
        message, ancillary, _, _ = handed.recvmsg(1, room)
        if not message:
            return
        descriptor = int.from_bytes(ancillary[0][2], sys.byteorder)
        with io.BufferedReader(io.FileIO(descriptor)) as file:
            status, body = _do(kit, task, file)
        _answer((len(status) + len(body)).to_bytes(_LENGTH_BYTES), status, body)


def _read_all(descriptor: int) -> bytes:
    """Read to the end.

    Raises:
        ValueError: more than `MAX_DATA` bytes.
    """
    data = bytearray()
    while chunk := os.read(descriptor, 1 << 20):
        data += chunk
        if len(data) > MAX_DATA:
            raise ValueError("too much data")
    return bytes(data)


def _answer(*parts: bytes) -> None:
    view = memoryview(b"".join(parts))
    while view:
        view = view[os.write(_SOCKET, view) :]


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def main() -> None:
    """Warm up, say that all is ready and which layers hold, and serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent; we end when it does
    control = socket.socket(fileno=os.dup(0))
    kit = cast("Kit", importlib.import_module(sys.argv[1]) if len(sys.argv) > 1 else sys.modules[__name__])
    kit.warm_up()
    zygote = Zygote(control, kit)
    gc.collect()
    gc.freeze()
    control.send(_json(zygote.layers.as_json()))
    zygote.serve()


if __name__ == "__main__":
    main()

"""What the sandbox's child may still do, set by itself before it reads a byte: nearly nothing.

Layers, each on its own: an empty environment and no descriptors (the zygote's doing), resource limits, no new
privileges, nobody's user id where we are root, a network namespace of its own where the kernel lets us, and
a list of system calls: everything that is not on it fails with EPERM. Linux only.

Refuses: to go on without the filter. `Layers` says which of the optional layers hold, for `doctor`.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pyseccomp

OPEN_FILES: Final = 16
NOBODY: Final = 65_534
# What a decoder in one thread needs once all is imported. No open, no socket, no exec, no fork, no kill.
ALLOWED_CALLS: Final = (
    "read",
    "recvmsg",
    "write",
    "close",
    "lseek",
    "poll",
    "ppoll",
    "mmap",
    "munmap",
    "mprotect",
    "mremap",
    "madvise",
    "brk",
    "futex",
    "sched_yield",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    "restart_syscall",
    "clock_gettime",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "gettimeofday",
    "time",
    "getrandom",
    "getpid",
    "gettid",
    "getcpu",
    "membarrier",
    "rseq",
    "exit",
    "exit_group",
)
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2
_BPF_INSTRUCTION_BYTES: Final = 8
_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Layers:
    """Which layers hold in this installation."""

    calls: str  # "allowlist"
    network_namespace: bool
    other_user: bool

    def as_json(self) -> dict[str, Any]:
        """Return them ready for JSON."""
        return asdict(self)


class Filter:
    """The list of system calls, compiled once; putting it up in a child is then one system call."""

    def __init__(self) -> None:
        calls = pyseccomp.SyscallFilter(defaction=pyseccomp.ERRNO(errno.EPERM))
        for name in ALLOWED_CALLS:
            calls.add_rule(pyseccomp.ALLOW, name)
        with os.fdopen(os.memfd_create("calls"), "w+b") as file:
            calls.export_bpf(file)
            file.seek(0)
            code = file.read()
        self._code = ctypes.create_string_buffer(code, len(code))
        self._program = _Program(len(code) // _BPF_INSTRUCTION_BYTES, ctypes.addressof(self._code))

    def load(self) -> None:
        """Put it up, for good."""
        _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(self._program))


class _Program(ctypes.Structure):
    """The kernel's `struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def prepare() -> tuple[Layers, Filter]:
    """Do once, in the zygote, what every child inherits; return the layers and the filter to load.

    Raises:
        OSError: the filter cannot be built on this machine.
    """
    as_root = os.geteuid() == 0
    flags = _CLONE_NEWNET if as_root else _CLONE_NEWUSER | _CLONE_NEWNET
    own_network = _libc.unshare(flags) == 0
    return Layers("allowlist", own_network, as_root), Filter()


def mapped_bytes() -> int:
    """Return how much address space this process has taken, of which its children begin with a copy."""
    pages = Path("/proc/self/statm").read_text("ascii").split()[0]
    return int(pages) * resource.getpagesize()


def confine(calls: Filter, seconds: float, memory: int, parent: int) -> None:
    """Give up, in the child and for good, everything but `memory` bytes of address space, time and descriptors.

    It dies with `parent`, which must still live: one that was killed before we asked would never be missed.

    Raises:
        OSError: a layer that is not optional could not be put up, or there is no parent; the child must end.
    """
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    processor = int(seconds) + 2
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # a change of user clears it
    if os.getppid() != parent:
        raise OSError(errno.ESRCH, "the zygote is gone")
    _prctl(_PR_SET_DUMPABLE, 0)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    calls.load()


def _prctl(option: int, value: int, pointer: int = 0) -> None:
    if _libc.prctl(
        option, ctypes.c_ulong(value), ctypes.c_ulong(pointer), ctypes.c_ulong(0), ctypes.c_ulong(0)
    ):
        raise OSError(ctypes.get_errno(), "prctl")

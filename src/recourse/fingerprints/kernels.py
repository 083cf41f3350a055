"""Functions in machine code: compiled once for this machine, loaded in milliseconds, without numba.

A kernel is written in a module that imports numba (`compiling.helper`) and that nobody else imports. Where it is
called it is declared by name and parameters:

    scan = Kernel("recourse.fingerprints.search.scanning", "scan", "u64[:,:] u32[:] i64")
    count = scan(hashes, found, 31)            # arrays and ints in, one int out

The first process compiles it and keeps the object code; every later one hands that to LLVM's loader. So a process
that searches starts in a quarter of a second and never holds numba's compiler in memory (import and set-up of
numba: a second and 100 MB). A kernel runs without the interpreter's lock, allocates nothing and raises nothing.

Object code lies in one folder named by everything it depends on (all sources of the library, numba, LLVM, Python,
processor), so it is never stale. The first of these places that is filled for this processor, or can be written:

1. `$NUMBA_CACHE_DIR`, where it is set;
2. `__pycache__` of this package: set-up fills it, every account of the machine reads it;
3. `$XDG_CACHE_HOME/recourse` or `~/.cache/recourse`, for a processor that set-up did not see.

If there is none, each process compiles for itself. Object code is trusted like the source beside it: no place is
used that others may write to by default, such as /tmp. `python -m recourse.fingerprints` compiles all.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import importlib
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import llvmlite.binding as llvm
import numpy as np
import numpy.typing as npt

Argument = npt.NDArray[Any] | int

# Modules that declare kernels; `prepare` compiles theirs.
DECLARING = ("recourse.fingerprints.pdq.hashing", "recourse.fingerprints.search")
PACKAGE = Path(__file__).parent
READY = "ready"
DIGEST = hashlib.sha256().digest_size


class Parameter(NamedTuple):
    """What a kernel takes in one place: an int (`ndim` 0, always i64) or a C-contiguous array."""

    dtype: np.dtype[Any]
    ndim: int

    @classmethod
    def parse(cls, text: str) -> Parameter:
        """Read `i64` or, for arrays, `u8[:]`, `u64[:,:]` and so on: kind and bits of the element, then dimensions."""
        element, bracket, dimensions = text.partition("[")
        dtype = np.dtype(f"{element[0]}{int(element[1:]) // 8}")
        return cls(dtype, dimensions.count(":") if bracket else 0)


class Frame:
    """The arguments of one call, in the form the machine code reads; keeps the arrays alive, can be used again.

    `frame[k] = argument` replaces the k-th. An array is refused (TypeError) unless it has the declared type and
    dimensions and is C-contiguous, since machine code would read past its end.
    """

    def __init__(self, parameters: tuple[Parameter, ...], arguments: tuple[Argument, ...]) -> None:
        """Check and take all arguments."""
        if len(parameters) != len(arguments):
            raise TypeError(f"the kernel takes {len(parameters)} arguments, not {len(arguments)}")
        self._parameters = parameters
        self._slots = [0]
        for parameter in parameters:
            self._slots.append(self._slots[-1] + 1 + parameter.ndim)
        self._values = (ctypes.c_int64 * self._slots[-1])()
        self._kept: list[Argument] = [0] * len(arguments)
        for k, argument in enumerate(arguments):
            self[k] = argument
        self.address = ctypes.addressof(self._values)

    def __setitem__(self, k: int, argument: Argument) -> None:
        slot, parameter = self._slots[k], self._parameters[k]
        if parameter.ndim == 0:
            self._values[slot] = int(argument)
            return
        if (
            not isinstance(argument, np.ndarray)
            or argument.dtype != parameter.dtype
            or argument.ndim != parameter.ndim
            or not argument.flags.c_contiguous
        ):
            raise TypeError(
                f"argument {k} must be a C-contiguous array of {parameter.ndim} x {parameter.dtype}"
            )
        self._kept[k] = argument
        self._values[slot] = argument.__array_interface__["data"][0]
        self._values[slot + 1 : slot + 1 + parameter.ndim] = list(argument.shape)


class Kernel:
    """A function in machine code. Loaded, or compiled, at its first call."""

    declared: ClassVar[list[Kernel]] = []

    def __init__(self, module: str, name: str, parameters: str) -> None:
        """Declare the function `name` of `module`; `parameters` are separated by spaces (`Parameter.parse`)."""
        self.module, self.name = module, name
        self.parameters = tuple(Parameter.parse(text) for text in parameters.split())
        self.symbol = f"{module}.{name}".replace(".", "_")
        self._lock = threading.Lock()
        self._function: Any = None
        self.declared.append(self)

    def __call__(self, *arguments: Argument) -> int:
        """Check the arguments, run, and return the kernel's int."""
        return self.run(self.frame(*arguments))

    def frame(self, *arguments: Argument) -> Frame:
        """Check the arguments once, for many runs."""
        return Frame(self.parameters, arguments)

    def run(self, frame: Frame) -> int:
        """Run with a frame made by `frame`."""
        function = self._function or self.load()
        result, error = ctypes.c_int64(), ctypes.c_void_p()
        function(ctypes.byref(result), ctypes.byref(error), frame.address)
        return result.value

    def load(self) -> Any:  # noqa: ANN401 - a ctypes function
        """Take the object code from the folder, or compile and keep it; return the C function."""
        with self._lock:
            if self._function is None:
                kept = folder()
                path = kept / f"{self.symbol}.o" if kept else None
                code = _read(path) if path else None
                if code is None:
                    code = self.compile()
                    if path:
                        _write(path, code)
                self._function = _link(self.symbol, code)
            return self._function

    def compile(self) -> bytes:
        """Object code for this processor. Takes seconds, and imports numba."""
        from recourse.fingerprints import compiling  # noqa: PLC0415 - numba is not loaded without need

        function = getattr(importlib.import_module(self.module), self.name)
        return compiling.object_code(function, self.parameters, self.symbol)


def prepare() -> Path | None:
    """Compile every kernel of the library for this processor; return the folder, None if none can be written."""
    for module in DECLARING:
        importlib.import_module(module)
    for kernel in Kernel.declared:
        kernel.load()
    chosen = folder()
    if chosen is not None and not (chosen / READY).exists():
        for older in chosen.parent.glob(f"{_target()}-*"):
            if older != chosen:
                shutil.rmtree(older, ignore_errors=True)
        (chosen / READY).touch()
    return chosen


@functools.cache
def folder() -> Path | None:
    """Where object code is kept; None where there is no such place."""
    for place in _places():
        chosen = place / _name()
        if (chosen / READY).exists() or _writable(chosen):
            return chosen
    return None


def _places() -> Iterator[Path]:
    if told := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(told)
    yield PACKAGE / "__pycache__"
    with suppress(RuntimeError):  # an account without a home
        yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "recourse"


def _name() -> str:
    digest = hashlib.sha256()
    for source in sorted(PACKAGE.rglob("*.py")):
        digest.update(f"{source.relative_to(PACKAGE)}\0".encode() + source.read_bytes() + b"\0")
    return f"{_target()}-{digest.hexdigest()[:16]}"


def processor() -> str:
    """Name the processor that code is compiled for, as LLVM calls it."""
    return os.environ.get("NUMBA_CPU_NAME") or str(llvm.get_host_cpu_name())


def _target() -> str:
    features = os.environ.get("NUMBA_CPU_FEATURES", llvm.get_host_cpu_features().flatten())
    versions = f"{version('numba')} {version('llvmlite')} {version('numpy')} {sys.implementation.cache_tag}"
    return f"kernels-{processor()}-" + hashlib.sha256(f"{versions} {features}".encode()).hexdigest()[:8]


def _writable(path: Path) -> bool:
    try:
        path.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path).close()
    except OSError:
        return False
    return True


def _read(path: Path) -> bytes | None:
    try:
        kept = path.read_bytes()
    except OSError:
        return None
    digest, code = kept[:DIGEST], kept[DIGEST:]
    return code if hashlib.sha256(code).digest() == digest else None  # a power cut may leave half a file


def _write(path: Path, code: bytes) -> None:
    with suppress(OSError):  # a place that can only be read, or is full: this process has the code
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(hashlib.sha256(code).digest() + code)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)


@functools.cache
def _engine() -> Any:  # noqa: ANN401 - llvmlite has no types
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)


_linking = threading.Lock()


def _link(symbol: str, code: bytes) -> Any:  # noqa: ANN401 - a ctypes function
    """Load the code. It returns a status (never an error), and its result through the first pointer."""
    with _linking:
        engine = _engine()
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        engine.finalize_object()
        address = engine.get_function_address(symbol)
    return ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(address)

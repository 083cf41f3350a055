"""From a Python function to object code that needs neither Python nor numba. Imports numba: see `kernels`.

numba translates the function; we leave out everything that would tie the result to a running interpreter: its
wrappers, and its reference counting (`_nrt`), so that a kernel which allocates is refused here and not found out
later. What remains is one C function `status f(int64 *result, void **error, int64 *frame)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numba
from numba import types
from numba.core import compiler
from numba.core.registry import cpu_target
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

from recourse.fingerprints.kernels import Parameter

P = ParamSpec("P")
R = TypeVar("R")

# What LLVM turns into instructions or into calls of the C library, which every process has.
HARMLESS = ("llvm.", "memcpy", "memset", "memmove")


def helper(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of a kernel module: a kernel itself, or what kernels call. It may not allocate or raise.

    Arrays cannot be returned, integer overflow wraps, and indices are not checked.
    """
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
    compiled: Callable[P, R] = numba.njit(**options)(function)
    return compiled


def object_code(function: Callable[..., int], parameters: tuple[Parameter, ...], symbol: str) -> bytes:
    """Object code of a helper, for this processor, exported as `symbol`.

    Raises numba's own errors for what it cannot compile, and TypeError for what needs an interpreter.
    """
    unpack = _unpacker(parameters)

    def entry(frame: Any) -> int:  # noqa: ANN401 - int64 *
        return function(*unpack(frame))

    flags: Any = compiler.Flags()
    flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
    flags.nrt = False
    flags.error_model = "numpy"
    cpu_target.target_context.refresh()
    cpu_target.typing_context.refresh()
    contexts = (cpu_target.typing_context, cpu_target.target_context)
    frame_type = types.CPointer(types.int64)
    compiled = compiler.compile_extra(*contexts, entry, (frame_type,), types.int64, flags, {})
    module = compiled.library._final_module  # noqa: SLF001 - numba offers no way to the code itself
    module.get_function(compiled.fndesc.mangled_name).name = symbol
    missing = [f.name for f in module.functions if f.is_declaration and not f.name.startswith(HARMLESS)]
    if missing:
        raise TypeError(f"{symbol} needs an interpreter: {', '.join(missing)}")
    code: bytes = compiled.library.codegen._tm.emit_object(module)  # noqa: SLF001 - same
    return code


def _unpacker(parameters: tuple[Parameter, ...]) -> Any:  # noqa: ANN401 - numba's intrinsic
    """Make the intrinsic that reads a `kernels.Frame`: per int its value, per array its address and its shape."""
    layout = tuple(_type(parameter) for parameter in parameters)

    @intrinsic
    def unpack(_: Any, frame: Any) -> Any:  # noqa: ANN401
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
            slots = iter(range(sum(1 + p.ndim for p in parameters)))

            def take() -> Any:  # noqa: ANN401
                slot = context.get_constant(types.intp, next(slots))
                return builder.load(builder.gep(arguments[0], [slot]))

            values = [
                _array(context, builder, kind, take) if isinstance(kind, types.Array) else take()
                for kind in layout
            ]
            return context.make_tuple(builder, signature.return_type, values)

        return types.Tuple(layout)(frame), generate

    return unpack


def _type(parameter: Parameter) -> Any:  # noqa: ANN401 - numba's type
    if parameter.ndim == 0:
        return types.int64
    return types.Array(numba.from_dtype(parameter.dtype), parameter.ndim, "C")


def _array(context: Any, builder: Any, kind: Any, take: Callable[[], Any]) -> Any:  # noqa: ANN401
    array = context.make_array(kind)(context, builder)
    element = context.get_data_type(kind.dtype)
    size = context.get_constant(types.intp, context.get_abi_sizeof(element))
    data = builder.inttoptr(take(), element.as_pointer())
    shape = [take() for _ in range(kind.ndim)]
    strides = [size]
    for length in shape[:0:-1]:
        strides.insert(0, builder.mul(strides[0], length))
    populate_array(array, data=data, shape=shape, strides=strides, itemsize=size, meminfo=None)
    return array._getvalue()  # noqa: SLF001 - as numba's own intrinsics do

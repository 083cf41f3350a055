"""Instructions that numba does not reach by itself, as LLVM's intermediate language. Imported by kernels only.

numba vectorises no loop that keeps positions. What is written here LLVM turns into the vector instructions of
the processor at hand: with AVX-512 (BITALG) a comparison of 32 values is `vpxord`, `vpopcntw`, `vpcmpuw`; with
AVX2 counting goes by byte shuffles, with NEON by `cnt`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 64  # values of 16 bits that are compared at once


def instruction(generator: Callable[..., Any]) -> Any:
    """Make an instruction of a function from numba's types to a signature and a generator of code."""
    return intrinsic(generator)


@instruction
def popcount(_: Any, x: Any) -> Any:
    """Count the bits that are set; the result has the type of `x`."""
    return x(x), lambda _context, builder, _signature, values: builder.ctpop(values[0])


@instruction
def lowest_bit(_: Any, x: Any) -> Any:
    """Position of the lowest bit that is set; of zero, anything."""
    zero_is_poison = ir.Constant(ir.IntType(1), 1)
    return x(x), lambda _context, builder, _signature, values: builder.cttz(values[0], zero_is_poison)


@instruction
def leading_zeros(_: Any, x: Any) -> Any:
    """Count the zeros before the highest bit that is set; of zero, anything."""
    zero_is_poison = ir.Constant(ir.IntType(1), 1)
    return x(x), lambda _context, builder, _signature, values: builder.ctlz(values[0], zero_is_poison)


@instruction
def prefetch(_: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line of `array.flat[index]`; any index is harmless."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        i32, byte = ir.IntType(32), ir.IntType(8).as_pointer()
        address = _address(context, builder, signature.args[0], *values)
        kind = ir.FunctionType(ir.VoidType(), [byte, i32, i32, i32])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        read, keep, data = (ir.Constant(i32, x) for x in (0, 3, 1))
        builder.call(function, [builder.bitcast(address, byte), read, keep, data])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


@instruction
def close_lanes(_: Any, array: Any, index: Any, value: Any, limit: Any) -> Any:
    """Return 64 bits: bit k says whether popcount(array[index + k] ^ value) <= limit. `array` is uint16[:]."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        address = _address(context, builder, signature.args[0], values[0], values[1])
        vector = ir.VectorType(ir.IntType(16), LANES)
        loaded = builder.load(builder.bitcast(address, vector.as_pointer()))
        loaded.align = 2
        kind = ir.FunctionType(vector, [vector])
        count = cgutils.get_or_insert_function(builder.module, kind, f"llvm.ctpop.v{LANES}i16")
        different = builder.call(count, [builder.xor(loaded, _spread(builder, values[2], vector))])
        close = builder.icmp_unsigned("<=", different, _spread(builder, values[3], vector))
        return builder.bitcast(close, ir.IntType(LANES))

    return types.uint64(array, types.int64, types.uint16, types.uint16), generate


def _address(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.gep(data, [index])


def _spread(builder: Any, value: Any, vector: Any) -> Any:
    none = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(none, value, ir.Constant(ir.IntType(32), 0))
    everywhere = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(first, none, everywhere)

"""Memory: calling for it before it is needed, and not counting who uses it."""

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

LINE = 64
"""Bytes that memory is fetched by."""
borrowing = njit(_nrt=False)  # type: ignore[call-overload]  # an option that numba keeps to itself
"""For functions that make no array: numba does not count there who uses one, which else takes a locked instruction or
two for each mention in a loop. What such a function gives back is a number."""


@intrinsic
def prefetch(_context: Any, array: Any, place: Any) -> Any:
    """Fetch array[place] into the cache without waiting for it; a place outside is nothing to fetch."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        of = context.make_array(signature.args[0])(context, builder, arguments[0])
        address = builder.bitcast(builder.gep(of.data, [arguments[1]]), cgutils.voidptr_t)
        kinds = [ir.IntType(32)] * 3
        function = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, *kinds])
        name = "llvm.prefetch.p0i8" if not getattr(cgutils.voidptr_t, "is_opaque", False) else "llvm.prefetch.p0"
        read, near, data = (ir.Constant(kind, number) for kind, number in zip(kinds, (0, 3, 1), strict=True))
        builder.call(cgutils.get_or_insert_function(builder.module, function, name), [address, read, near, data])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate

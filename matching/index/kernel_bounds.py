"""Bounds added to the sums of rows: half of a call at 100,000 profiles."""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from matching.index.kernel_memory import LINE, borrowing, prefetch

EIGHT = 8
"""Postings added together."""
AHEAD = 256
"""Postings of a run that are called for; from there on the processor has understood."""


@intrinsic
def _add_eight(_context: Any, local: Any, bounds: Any, place: Any, factor: Any, sums: Any) -> Any:
    """`_add`, of the EIGHT postings from this place on.

    Their products are one vector, which numba does not make of a loop whose sums may meet.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def data(argument: int) -> Any:
            of = context.make_array(signature.args[argument])(context, builder, arguments[argument])
            return of.data

        byte, short, word, long = (ir.IntType(bits) for bits in (8, 16, 32, 64))
        bytes_, shorts, words = (ir.VectorType(kind, EIGHT) for kind in (byte, short, word))
        rows, steps = (builder.gep(data(argument), [arguments[2]]) for argument in (0, 1))
        factors = ir.Constant(words, ir.Undefined)
        for x in range(EIGHT):
            factors = builder.insert_element(factors, arguments[3], word(x))
        found = builder.zext(builder.load(builder.bitcast(steps, bytes_.as_pointer()), align=1), words)
        found = builder.mul(found, factors)
        found = builder.trunc(builder.lshr(found, ir.Constant(words, [8] * EIGHT)), shorts)
        found = builder.add(found, ir.Constant(shorts, [1] * EIGHT))
        for x in range(EIGHT):
            row = builder.zext(builder.load(builder.gep(rows, [long(x)])), long)
            place = builder.gep(data(4), [row])
            builder.store(builder.add(builder.load(place), builder.extract_element(found, word(x))), place)
        return context.get_dummy_value()

    return types.void(local, bounds, types.int64, types.uint32, sums), generate


@borrowing
def _add(local, bounds, factor, sums):
    """factor * bound / 256, rounded up, to each row's sum."""
    n = len(local) // EIGHT * EIGHT
    for x in range(0, n, EIGHT):
        _add_eight(local, bounds, x, factor, sums)
    for x in range(n, len(local)):
        sums[local[x]] += np.uint16(((factor * np.uint32(bounds[x])) >> np.uint32(8)) + np.uint32(1))


@borrowing
def add_block(sums, factors, lists, runs):
    """Each run is called for while the one before it is added: else most of the time is waiting for memory."""
    for j in range(len(factors)):
        begin, end = runs.begins[j], runs.ends[j]
        if j + 1 < len(factors):
            after, last = runs.begins[j + 1], runs.ends[j + 1]
            for place in range(after, min(last, after + AHEAD), LINE):
                prefetch(lists.local, place)
                prefetch(lists.local, place + LINE // 2)
                prefetch(lists.bounds, place)
        _add(lists.local[begin:end], lists.bounds[begin:end], factors[j], sums)

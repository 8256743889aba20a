"""The first convolution and the max pool, in bands of rows that stay in the cache."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided

from macflops.reference.fast.buffers import Split
from macflops.reference.fast.fold import Folded
from macflops.reference.fast.kernels import Plan
from macflops.reference.plain import Array

BAND = 14  # rows of the pooled map; at 224 x 224 a band's patches take 350 kB


def stem(plan: Plan, conv: Folded, height: int, width: int, ceil_pool: bool) -> tuple[Array, Split]:
    """Add the stem to the plan. Return where an image (3, H, W) goes, and the pooled map.

    The convolution gathers patches of 27 numbers for a matrix product, even columns of its output before odd ones, so
    that the pool compares long rows. ReLU comes after the pool, where a quarter of the numbers is left.
    """
    channels = len(conv.shift)
    rows, columns = (height + 1) // 2, (width + 1) // 2  # of the convolution's output
    half, first = (columns + 1) // 2, 0 if ceil_pool else -1
    pooled = (rows // 2, columns // 2) if ceil_pool else ((rows + 1) // 2, half)
    image = np.zeros((3, 2 * rows + 1, 4 * half + 1), np.float32)
    out = Split(*pooled, channels)
    weight = np.ascontiguousarray(conv.weight.reshape(channels, 27).T)
    most = 2 * min(BAND, pooled[0]) + 1
    patches = np.empty(27 * most * 2 * half, np.float32)
    y = np.empty((most, 2, half, channels), np.float32)
    for top in range(0, pooled[0], BAND):
        count = min(BAND, pooled[0] - top)
        above = 2 * top + first  # the convolution's row that this band's first window begins with, perhaps outside
        start, stop = max(above, 0), min(above + 2 * count + 1, rows)
        band = y[: 2 * count + 1]
        inside = band[start - above : stop - above]
        _convolve(plan, image[:, 2 * start :], patches[: 27 * 2 * half * len(inside)], weight, inside)
        for outside in (band[: start - above], band[stop - above :]):
            if outside.size:
                plan.call(np.positive, np.broadcast_to(-conv.shift, outside.shape), outside)  # nothing, behind the ReLU
        y_pooled = _pool(plan, band, columns, pooled[1], first)
        plan.call(np.add, y_pooled, conv.shift, y_pooled)
        plan.relu(y_pooled, [(where, view[top : top + count]) for where, view in out.parts()])
    return image[:, 1 : height + 1, 1 : width + 1], out


def _convolve(plan: Plan, image: Array, patches: Array, weight: Array, y: Array) -> None:
    """Convolve the rows of a bordered image (3, H, W) that y (h, 2, w, C) begins with; weight is (27, C)."""
    plane, row, column = image.strides
    shape = (3, 3, 3, *y.shape[:3])
    seen = as_strided(image, shape, (plane, row, column, 2 * row, 2 * column, 4 * column))
    plan.call(np.positive, seen, patches.reshape(shape))
    plan.call(np.matmul, patches.reshape(27, -1).T, weight, y.reshape(-1, y.shape[-1]))


def _pool(plan: Plan, y: Array, columns: int, pooled: int, first: int) -> Array:
    """Take maxima over three rows and three columns of y (h, 2, w, C), the first at row 0 and column first.

    Returns them (h', w', C), in the memory of y.
    """
    rows = y[1::2]
    plan.call(np.maximum, rows, y[:-1:2], rows)
    plan.call(np.maximum, rows, y[2::2], rows)
    out = rows[:, 0, :pooled]
    for column in (-1, 1) if first else (2, 1):  # beside column 0; within its own plane first, while that is untouched
        parity, shift = column % 2, column // 2
        low, high = max(0, -shift), min(pooled, (columns + 1 - parity) // 2 - shift)
        plan.call(np.maximum, out[:, low:high], rows[:, parity, low + shift : high + shift], out[:, low:high])
    return out

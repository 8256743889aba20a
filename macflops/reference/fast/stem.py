"""The first convolution and the max pool, in bands of rows that stay in the cache."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided

from macflops.reference.fast.buffers import Split
from macflops.reference.fast.fold import Folded
from macflops.reference.fast.kernels import Plan
from macflops.reference.plain import Array

BAND = 14  # rows of the pooled map; at 224 x 224 a band's patches and products take half a megabyte


def stem(plan: Plan, conv: Folded, height: int, width: int, ceil_pool: bool, spare: int = 0) -> tuple[Array, Split]:
    """Add the stem to the plan. Return where an image (3, H, W) goes, and the pooled map, whose offset is the shift.

    The map has spare channels more, at the end. Even columns of the convolution lie before odd ones, so that the pool
    compares long rows. ReLU comes after the pool, where a quarter of the numbers is left.
    """
    rows, columns = (height + 1) // 2, (width + 1) // 2  # of the convolution's output
    half, first = (columns + 1) // 2, 0 if ceil_pool else -1
    pooled = (rows // 2, columns // 2) if ceil_pool else ((rows + 1) // 2, half)
    image = np.zeros((3, 2 * rows + 1, 4 * half + 1), np.float32)
    channels = len(conv.shift)
    out = Split(*pooled, channels + spare)
    out.surround(np.pad(-conv.shift, (0, spare)))
    most = 2 * min(BAND, pooled[0]) + 1
    patches = plan.room("wide", 2 * most + 1, 3, 3, 2, half)
    y = plan.room("made", most, 2, half, channels)
    pools = plan.room("between", min(BAND, pooled[0]), pooled[1], channels)
    for top in range(0, pooled[0], BAND):
        count = min(BAND, pooled[0] - top)
        above = 2 * top + first  # the convolution's row that this band's first window begins with, perhaps outside
        start, stop = max(above, 0), min(above + 2 * count + 1, rows)
        band = y[: 2 * count + 1]
        _convolve(plan, conv.weight, image[:, 2 * start : 2 * stop + 1], patches, band[start - above : stop - above])
        for outside in (band[: start - above], band[stop - above :]):
            if outside.size:
                plan.assign(outside, -conv.shift)
        z = pools[:count]
        _pool(plan, band, columns, z, first)
        plan.floor(z, -conv.shift)
        plan.copy(z, [(where, view[top : top + count]) for where, view in out.parts(slice(channels))])
    return image[:, 1 : height + 1, 1 : width + 1], out


def _convolve(plan: Plan, weight: Array, image: Array, patches: Array, y: Array) -> None:
    """Convolve a bordered image (3, 2h + 1, W) with weight (C, 3, 3, 3) into y (h, 2, w, C), one product for each row.

    For each row of the image, patches holds what each channel and each column of the kernel sees. What the three rows
    of the kernel see, one after the other, are the 27 rows of a matrix, and the next matrix begins two image rows on.
    """
    height, _, half, _ = y.shape
    plane, row, column = image.strides
    shape, strides = patches[: 2 * height + 1].shape, (row, plane, column, 2 * column, 4 * column)
    plan.assign(patches[: 2 * height + 1], as_strided(image, shape, strides))
    line = 2 * half * patches.itemsize
    matrices = as_strided(patches, (height, 2 * half, 27), (2 * 9 * line, patches.itemsize, line))
    plan.call(np.matmul, matrices, weight.transpose(2, 1, 3, 0).reshape(27, -1), y.reshape(height, 2 * half, -1))


def _pool(plan: Plan, y: Array, columns: int, z: Array, first: int) -> None:
    """Take maxima over three rows and three columns of y (h, 2, w, C), the first at row 0 and column first, into z."""
    rows, pooled = y[1::2], z.shape[1]
    plan.call(np.maximum, rows, y[:-1:2], rows)
    plan.call(np.maximum, rows, y[2::2], rows)
    even, odd = rows[:, 0], rows[:, 1]
    both = min(pooled, columns // 2)  # of an odd number of columns the last is even and alone
    plan.call(np.maximum, even[:, :both], odd[:, :both], z[:, :both])
    if both < pooled:
        plan.assign(z[:, both:], even[:, both:pooled])
    if first:
        plan.call(np.maximum, z[:, 1:], odd[:, : pooled - 1], z[:, 1:])
    else:
        behind = min(pooled, (columns + 1) // 2 - 1)
        plan.call(np.maximum, z[:, :behind], even[:, 1 : behind + 1], z[:, :behind])

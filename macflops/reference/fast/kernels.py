"""The fast primitives: each adds its NumPy calls to a plan, which makes them in that order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from macflops.reference.fast.buffers import Padded, Parts, Split
from macflops.reference.plain import Array

ZERO, ONE = np.float32(0), np.float32(1)
SMALL_PRODUCT, FEWEST_ROWS = 1_000_000, 48


class Plan:
    """A list of calls on fixed buffers. Maps are (H, W, C), or (P, C) where only the number of pixels matters."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], object]] = []
        self.rooms: dict[str, Array] = {}

    def room(self, name: str, *shape: int) -> Array:
        """Return memory of that shape: for the same name the same, so that one map takes the place of another."""
        size = prod(shape)
        if name not in self.rooms or self.rooms[name].size < size:
            self.rooms[name] = np.zeros(size, np.float32)
        return self.rooms[name][:size].reshape(shape)

    def run(self) -> None:
        """Make all calls."""
        for call in self.calls:
            call()

    def call(self, function: Callable[..., Any], *operands: Array | np.float32) -> None:
        """Add a call of a NumPy function whose last operand is its output."""
        *inputs, out = operands
        self.calls.append(partial(function, *inputs, out=out))

    def assign(self, out: Array, values: Array | np.float32) -> None:
        """Add an assignment of values, of a shape that broadcasts to that of out."""
        self.calls.append(partial(np.copyto, out, values))

    def pointwise(self, x: Array, weight: Array, y: Array, groups: int = 1) -> None:
        """Convolve x (P, C1) with weight (C2, C1/groups, 1, 1) into y (P, C2): a product for each group and block."""
        by_group = np.ascontiguousarray(weight.reshape(groups, 1, -1, weight.shape[1]).swapaxes(2, 3))
        blocks = blocks_of(len(x), by_group[0].size)
        self.call(np.matmul, in_blocks(x, groups, blocks), by_group, in_blocks(y, groups, blocks))

    def depthwise(self, x: Padded | Split, weight: Array, y: Array, spare: Array) -> None:
        """Convolve a bordered map with weight (C, 1, 3, 3) into y (H', W', C). For stride 2, spare is as large as y."""
        height, width, channels = y.shape
        kernel = np.tile(weight[:, 0].transpose(1, 2, 0), (1, 1, width))  # (3, 3, W'·C): along a row of y
        rows = [array.reshape(height, width * channels) for array in (y, spare)[: len(x.taps)]]
        for (columns, taps), out in zip(x.taps, rows, strict=True):
            part = np.ascontiguousarray(kernel[:, columns])
            self.calls.append(partial(np.einsum, "ijhc,ijc->hc", taps, part, out=out))
        if len(rows) > 1:
            self.call(np.add, rows[0], rows[1], rows[0])

    def shift(self, y: Array, shift: Array) -> None:
        """Add shift (C,) to y (H, W, C), where it is."""
        self._along_rows(np.add, y, shift)

    def floor(self, y: Array, low: Array) -> None:
        """Replace y (H, W, C) by max(y, low), low (C,). ReLU is the floor of zeros."""
        self._along_rows(np.maximum, y, low)

    def copy(self, y: Array, parts: Parts) -> None:
        """Write y (H, W, C) to the parts of a buffer. NumPy copies to short rows faster than it computes into them."""
        for columns, view in parts:
            self.assign(view, y[:, columns])

    def copy_shuffled(self, y: Array, parts: Parts, groups: int) -> None:
        """Write y (H, W, C) to the parts of a buffer, its channels shuffled in groups."""
        for columns, view in parts:
            by_group = y[:, columns].reshape(*view.shape[:2], groups, -1)
            row, column, channel = view.strides
            shuffled = as_strided(view, by_group.shape, (row, column, channel, channel * groups))
            self.call(np.multiply, by_group, ONE, shuffled)  # to places apart, NumPy multiplies faster than it copies

    def clear(self, views: Iterable[Array]) -> None:
        """Make the views zero."""
        for view in views:
            self.assign(view, ZERO)

    def _along_rows(self, function: np.ufunc, y: Array, channels: Array) -> None:
        """Apply function to y (H, W, C) and channels (C,) where y is: in long rows, whose pixels touch."""
        height, width, count = y.shape
        rows = as_strided(y, (height, width * count), y.strides[::2])
        self.call(function, rows, np.tile(channels, width), rows)


def blocks_of(rows: int, mult_adds: int) -> int:
    """Say into how many blocks to cut the rows of a product, given the mult-adds of one row.

    OpenBLAS multiplies up to a million mult-adds without copying the matrices first, which is faster, unless a block
    has few rows.
    """
    fitting = [k for k in range(1, rows // FEWEST_ROWS + 1) if rows % k == 0 and rows // k * mult_adds <= SMALL_PRODUCT]
    return fitting[0] if fitting else 1


def in_blocks(x: Array, groups: int, blocks: int) -> Array:
    """View x (P, C) as (groups, blocks, P/blocks, C/groups)."""
    return x.reshape(blocks, len(x) // blocks, groups, -1).transpose(2, 0, 1, 3)


def pixels(x: Array) -> Array:
    """View a map (H, W, C) as (H·W, C)."""
    return x.reshape(-1, x.shape[-1])

"""The fast primitives: each adds its NumPy calls to a plan, which makes them in that order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from macflops.reference.fast.buffers import Padded, Parts, Split
from macflops.reference.plain import Array

ZERO = np.zeros((), np.float32)


class Plan:
    """A list of calls on fixed buffers. Maps are (H, W, C), or (P, C) where only the number of pixels matters."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], object]] = []

    def run(self) -> None:
        """Make all calls."""
        for call in self.calls:
            call()

    def call(self, function: Callable[..., Any], *operands: Array) -> None:
        """Add a call of a NumPy function whose last operand is its output."""
        *inputs, out = operands
        self.calls.append(partial(function, *inputs, out=out))

    def assign(self, out: Array, values: Array) -> None:
        """Add an assignment of values, of a shape that broadcasts to that of out."""
        self.calls.append(partial(np.copyto, out, values))

    def pointwise(self, x: Array, weight: Array, y: Array, groups: int = 1) -> None:
        """Convolve x (P, C1) with weight (C2, C1/groups, 1, 1) into y (P, C2), a matrix product for each group."""
        by_group = weight.reshape(groups, -1, weight.shape[1]).transpose(0, 2, 1)
        if groups == 1:
            self.call(np.matmul, x, np.ascontiguousarray(by_group[0]), y)
        else:
            self.call(np.matmul, grouped(x, groups), np.ascontiguousarray(by_group), grouped(y, groups))

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
        self.call(np.add, *along_rows(y, shift, y))

    def floor(self, y: Array, low: Array, parts: Parts) -> None:
        """Write max(y, low) of y (H, W, C) and low (C,) to the parts of a buffer. ReLU is the floor of zeros."""
        for columns, view in parts:
            self.call(np.maximum, *along_rows(y[:, columns], low, view))

    def relu_shuffled(self, y: Array, parts: Parts, groups: int) -> None:
        """Write max(y, 0) of y (H, W, C) to the parts of a buffer, its channels shuffled in groups."""
        for columns, view in parts:
            by_group = y[:, columns].reshape(*view.shape[:2], groups, -1)
            row, column, channel = view.strides
            places = as_strided(view, by_group.shape, (row, column, channel, channel * groups))
            self.call(np.maximum, by_group, ZERO, places)

    def copy(self, y: Array, parts: Parts) -> None:
        """Write y (H, W, C) to the parts of a buffer."""
        for columns, view in parts:
            self.assign(view, y[:, columns])

    def clear(self, views: Iterable[Array]) -> None:
        """Make the views zero."""
        for view in views:
            self.assign(view, ZERO)


def grouped(x: Array, groups: int) -> Array:
    """View x (P, C) as (groups, P, C/groups)."""
    return x.reshape(len(x), groups, -1).transpose(1, 0, 2)


def along_rows(y: Array, channels: Array, out: Array) -> tuple[Array, Array, Array]:
    """Return y and out (H, W, C) and channels (C,) as (H, W·C) and (W·C,), where the pixels of a row touch."""
    height, width, count = y.shape
    if any(array.strides[1] != count * array.itemsize for array in (y, out)):
        return y, channels, out
    y, out = (as_strided(array, (height, width * count), array.strides[::2]) for array in (y, out))
    return y, np.tile(channels, width), out


def pixels(x: Array) -> Array:
    """View a map (H, W, C) as (H·W, C)."""
    return x.reshape(-1, x.shape[-1])

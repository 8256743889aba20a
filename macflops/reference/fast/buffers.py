"""Channels-last buffers, with a border in which every tap of a 3x3 kernel sees long contiguous rows.

For stride 1 a padded map (H + 2, W + 2, C) does that: tap (i, j) sees rows of W·C neighbours. For stride 2 the columns
that a tap sees are every second one, so even and odd columns lie apart: (rows, 2, columns, C).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import as_strided

from macflops.reference.plain import Array

Parts = list[tuple[slice, Array]]  # columns of a map (H, W, C), and the view (H, w, c) where they belong
Room = Callable[[int, int, int], Array]  # gives memory of a shape
ALL = slice(None)


def new(*shape: int) -> Array:
    """Return memory of that shape that nothing else uses."""
    return np.zeros(shape, np.float32)


class Flat:
    """A map (H, W, C) and nothing else; in the other kinds, what surrounds it is zero at first."""

    def __init__(self, height: int, width: int, channels: int, room: Room = new) -> None:
        self.size = (height, width)
        self.array = room(height, width, channels)

    def surround(self, values: Array) -> None:
        """Make what surrounds the map these values (C,), and the map too, until it is written."""
        self.array[...] = values

    def parts(self, channels: slice = ALL) -> Parts:
        """View some channels of the map."""
        return [(ALL, self.array[..., channels])]


class Padded(Flat):
    """A map (H, W, C) within a border one pixel wide, for a 3x3 depthwise convolution of stride 1."""

    def __init__(self, height: int, width: int, channels: int) -> None:
        super().__init__(height + 2, width + 2, channels)
        self.size = self.out = (height, width)
        row, column, channel = self.array.strides
        taps = as_strided(self.array, (3, 3, height, width * channels), (row, column, row, channel))
        self.taps = [(ALL, taps)]

    def parts(self, channels: slice = ALL) -> Parts:
        """View some channels of the map."""
        return [(ALL, self.array[1:-1, 1:-1, channels])]


class Split(Flat):
    """A map (H, W, C) within a border, even and odd columns apart, for 3x3 windows of stride 2.

    Column x of the map is column x + 1 of the bordered one; even columns of that are planes[:, 0], odd planes[:, 1].
    """

    def __init__(self, height: int, width: int, channels: int, room: Room = new) -> None:
        h, w = self.out = ((height + 1) // 2, (width + 1) // 2)
        super().__init__(2 * h + 1, 2 * (w + 1), channels, room)
        self.size = (height, width)
        self.planes = self.array.reshape(2 * h + 1, 2, w + 1, channels)
        row, parity, column, channel = self.planes.strides
        outer = as_strided(self.planes, (3, 2, h, w * channels), (row, column, 2 * row, channel))
        inner = as_strided(self.planes[:, 1], (3, 1, h, w * channels), (row, parity, 2 * row, channel))
        self.taps = [(slice(0, 3, 2), outer), (slice(1, 2), inner)]  # columns 0 and 2 of the kernel, and column 1

    def parts(self, channels: slice = ALL) -> Parts:
        """View some channels of the even columns of the map, then of the odd ones."""
        height, width = self.size
        rows = self.planes[1 : height + 1, ..., channels]
        even, odd = (width + 1) // 2, width // 2
        return [(slice(0, None, 2), rows[:, 1, :even]), (slice(1, None, 2), rows[:, 0, 1 : odd + 1])]

    def borders(self) -> list[Array]:
        """View the border alone: what a product over the whole array overwrites."""
        height, width = self.size
        views = [self.planes[0], self.planes[height + 1 :], self.planes[:, 0, 0]]
        views += [self.planes[:, 0, -1]] if width % 2 else []
        return [view for view in views if view.size]


def as_map(buffer: Flat) -> Array:
    """Copy a buffer's map (H, W, C) out of it."""
    z = np.empty((*buffer.size, buffer.array.shape[-1]), np.float32)
    for columns, view in buffer.parts():
        z[:, columns] = view
    return z

"""A small executor of single operators on NumPy arrays that note which of their elements are read and written.

It was written from the operators' definitions and shares no code with `macflops.ops`: it walks over windows, taps and
axes, where a formula multiplies sides. It computes real values too, where a test compares them with PyTorch's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from math import ceil, floor
from typing import Any, NamedTuple

import numpy as np

Fields = dict[str, Any]
Sides = tuple[int, ...]


class Operand:
    """A tensor handed to an operator: its elements, which of them were touched, and whether they are parameters."""

    def __init__(self, values: Any, learnable: bool = False) -> None:
        self.values = np.asarray(values, dtype=float)
        self.touched = np.zeros(self.values.shape, dtype=bool)
        self.learnable = learnable
        self.looked_up: int | None = None  # of a table: elements of the rows read, one after the other

    @property
    def handed(self) -> int:
        """The elements handed over: all, but of a table the rows that are read."""
        return int(self.values.size) if self.looked_up is None else self.looked_up

    @property
    def shape(self) -> Sides:
        """Its dimensions."""
        return self.values.shape

    def read(self, at: Any = ...) -> Any:
        """Return the elements at a place, noting them."""
        self.touched[at] = True
        return self.values[at]

    def write(self, values: Any, at: Any = ...) -> None:
        """Write elements at a place, noting them."""
        self.touched[at] = True
        self.values[at] = values


class Ran(NamedTuple):
    """What running an operator touched, and how many numbers it multiplied and accumulated."""

    inputs: list[Operand]
    weights: list[Operand]
    output: Operand
    mult_adds: int = 0
    covered: bool = True  # whether its windows cover the input


def empty(*shape: int) -> Operand:
    """Return a tensor to write to."""
    return Operand(np.zeros(shape))


def windows(side: int, k: int, s: int, d: int, before: int, after: int, overhang: bool = False) -> list[list[int]]:
    """Return the places that each window along a side covers; those outside of it lie in the padding."""
    found = []
    start, end = -before, side + after
    while start + d * (k - 1) < end:
        found.append([start + d * tap for tap in range(k)])
        start += s
    if overhang and start < side and start + d * (k - 1) - (end - 1) < s:
        found.append([start + d * tap for tap in range(k)])
    return found


def windows_of(fields: Fields, sides: Sides) -> list[list[list[int]]]:
    """Return the windows along each side."""
    count = len(sides)
    stride = fields.get("stride") or fields["kernel"]
    before, after = fields["padding"][:count], fields["padding"][count:]
    along = zip(sides, fields["kernel"], stride, fields["dilation"], before, after, strict=True)
    return [windows(i, k, s, d, b, a, fields.get("ceil_mode", False)) for i, k, s, d, b, a in along]


def covers(found: list[list[list[int]]], sides: Sides) -> bool:
    """Tell whether the windows along each side leave no place out."""
    return all(
        {*range(side)} <= {place for window in along for place in window}
        for side, along in zip(sides, found, strict=True)
    )


def walk(found: list[list[list[int]]]) -> Iterator[tuple[Sides, list[Sides]]]:
    """Yield the place of each output pixel, and the places that its window covers."""
    for at in product(*(range(len(along)) for along in found)):
        yield at, list(product(*(along[i] for along, i in zip(found, at, strict=True))))


def inside(place: Sides, sides: Sides) -> bool:
    """Tell whether a place is none of the padding."""
    return all(0 <= i < side for i, side in zip(place, sides, strict=True))


def conv(fields: Fields, inputs: list[Operand], weights: list[Any] | None = None) -> Ran:
    (x,) = inputs
    n, c, *rest = x.shape
    sides, groups, out, kernel = tuple(rest), fields["groups"], fields["out"], fields["kernel"]
    own = [np.ones((out, c // groups, *kernel)), np.ones(out)] if weights is None else weights
    weight, *bias = (Operand(w, True) for w in own[: 1 + fields["bias"]])
    found = windows_of(fields, sides)
    y = empty(n, out, *map(len, found))
    mult_adds = 0
    for at, places in walk(found):
        for group in range(groups):
            ins = slice(group * (c // groups), (group + 1) * (c // groups))
            outs = slice(group * (out // groups), (group + 1) * (out // groups))
            total = np.zeros((n, out // groups))
            for place, tap in zip(places, product(*map(range, kernel)), strict=True):
                pixel = x.read((slice(None), ins, *place)) if inside(place, sides) else np.zeros((n, c // groups))
                products = pixel[:, None, :] * weight.read((outs, slice(None), *tap))
                mult_adds += products.size
                total += products.sum(axis=-1)
            y.write(total + (bias[0].read(outs) if bias else 0), (slice(None), outs, *at))
    return Ran(inputs, [weight, *bias], y, mult_adds, covers(found, sides))


def conv_transpose(fields: Fields, inputs: list[Operand], weights: list[Any] | None = None) -> Ran:
    (x,) = inputs
    n, c, *sides = x.shape
    groups, out, kernel = fields["groups"], fields["out"], fields["kernel"]
    own = [np.ones((c, out // groups, *kernel)), np.ones(out)] if weights is None else weights
    weight, *bias = (Operand(w, True) for w in own[: 1 + fields["bias"]])
    before, after = fields["padding"][: len(sides)], fields["padding"][len(sides) :]
    spread = [
        [[i * s + d * tap - b for tap in range(k)] for i in range(side)]
        for side, k, s, d, b in zip(sides, kernel, fields["stride"], fields["dilation"], before, strict=True)
    ]
    most = [max(max(places) for places in along) for along in spread]
    far = [m + 1 - a + more for m, a, more in zip(most, after, fields["output_padding"], strict=True)]
    y = empty(n, out, *far)
    y.write(bias[0].read().reshape(1, -1, *(1,) * len(sides)) if bias else 0)
    mult_adds = 0
    for at, places in walk(spread):
        for group in range(groups):
            ins = slice(group * (c // groups), (group + 1) * (c // groups))
            outs = slice(group * (out // groups), (group + 1) * (out // groups))
            pixel = x.read((slice(None), ins, *at))
            for place, tap in zip(places, product(*map(range, kernel)), strict=True):
                products = pixel[:, :, None] * weight.read((ins, slice(None), *tap))
                mult_adds += products.size
                target: Any = (slice(None), outs, *place)
                if inside(place, tuple(far)):
                    y.write(y.values[target] + products.sum(axis=1), target)
    return Ran(inputs, [weight, *bias], y, mult_adds)


def linear(fields: Fields, inputs: list[Operand], weights: list[Any] | None = None) -> Ran:
    (x,) = inputs
    own = [np.ones((fields["out"], x.shape[-1])), np.ones(fields["out"])] if weights is None else weights
    weight, *bias = (Operand(w, True) for w in own[: 1 + fields["bias"]])
    y = empty(*x.shape[:-1], fields["out"])
    mult_adds = 0
    for row in np.ndindex(x.shape[:-1]):
        products = x.read(row) * weight.read()
        mult_adds += products.size
        y.write(products.sum(axis=-1) + (bias[0].read() if bias else 0), row)
    return Ran(inputs, [weight, *bias], y, mult_adds)


def matmul(fields: Fields, inputs: list[Operand]) -> Ran:
    a, b = inputs
    rows, columns = a.shape[-2], b.shape[-2] if fields["transpose_b"] else b.shape[-1]
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    y = empty(*batch, rows, columns)
    mult_adds = 0
    for at in np.ndindex(batch):
        first: tuple[Any, ...]
        second: tuple[Any, ...]
        first, second = (
            tuple(
                i if side > 1 else 0 for i, side in zip(at[len(at) - (len(t.shape) - 2) :], t.shape[:-2], strict=True)
            )
            for t in inputs
        )
        for row, column in product(range(rows), range(columns)):
            vector = b.read((*second, column)) if fields["transpose_b"] else b.read((*second, slice(None), column))
            products = a.read((*first, row)) * vector
            mult_adds += products.size
            y.write(products.sum(), (*at, row, column))
    return Ran(inputs, [], y, mult_adds)


def pool(fold: Callable[[Any], Any]) -> Callable[[Fields, list[Operand]], Ran]:
    def execute(fields: Fields, inputs: list[Operand]) -> Ran:
        (x,) = inputs
        sides = x.shape[2:]
        if "kernel" in fields:
            found = windows_of(fields, sides)
        else:
            outs = fields.get("out", (1,) * len(sides))
            found = [
                [list(range(floor(i * side / out), ceil((i + 1) * side / out))) for i in range(out)]
                for side, out in zip(sides, outs, strict=True)
            ]
        y = empty(*x.shape[:2], *map(len, found))
        for at, places in walk(found):
            read = [x.read((slice(None), slice(None), *place)) for place in places if inside(place, sides)]
            y.write(fold(np.stack(read)) if read else 0, (slice(None), slice(None), *at))
        return Ran(inputs, [], y, covered=covers(found, sides))

    return execute

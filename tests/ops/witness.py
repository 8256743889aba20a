"""A small executor of single operators on NumPy arrays that note which of their elements are read and written.

It was written from the operators' definitions and shares no code with `macflops.ops`: it walks over windows, taps and
axes, where a formula multiplies sides. It computes real values too, where a test compares them with PyTorch's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from math import ceil, floor, prod
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


def run(name: str, fields: Fields, inputs: list[Operand], weights: list[Any] | None = None) -> Ran:
    """Run the operator of this name. Convolutions and linear layers take weights, else they are ones."""
    if name not in EXECUTORS:
        raise LookupError(f"{name} has no executor in tests/ops/witness.py: add one, as a witness of its memory access")
    if weights is not None:
        return EXECUTORS[name](fields, inputs, weights)
    return EXECUTORS[name](fields, inputs)


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


def elementwise(fields: Fields, inputs: list[Operand], *weights: Operand) -> Ran:
    """Anything that makes one element from one element, or a few, at any place."""
    (x,) = inputs
    y = empty(*x.shape)
    for weight in weights:
        weight.read()
    for place in np.ndindex(x.shape):
        y.write(x.read(place), place)
    return Ran(inputs, list(weights), y)


def affine(*names: str, statistics: int = 0, by_element: bool = False) -> Callable[[Fields, list[Operand]], Ran]:
    """A norm: a weight for each of the names that its fields do not deny, and running statistics beside them."""

    def execute(fields: Fields, inputs: list[Operand]) -> Ran:
        x = inputs[0].shape
        wide: Sides = (fields["normalized_shape"] or x[-1:]) if by_element else x[1:2]
        wanted = fields["affine"] if "affine" in fields else fields["elementwise_affine"]
        scales = [Operand(np.ones(wide), True) for name in names if wanted and fields.get(name, True)]
        return elementwise(fields, inputs, *scales, *(Operand(np.ones(wide)) for _ in range(statistics)))

    return execute


def prelu(fields: Fields, inputs: list[Operand]) -> Ran:
    slopes = inputs[0].shape[1] if fields["num_parameters"] is None else fields["num_parameters"]
    return elementwise(fields, inputs, Operand(np.ones(slopes), True))


def glu(fields: Fields, inputs: list[Operand]) -> Ran:
    (x,) = inputs
    first, second = np.split(np.arange(x.values.size).reshape(x.shape), 2, axis=fields["dim"])
    y = empty(*first.shape)
    for place in np.ndindex(first.shape):
        a, b = (x.read(np.unravel_index(half[place], x.shape)) for half in (first, second))
        y.write(a / (1 + np.exp(-b)), place)
    return Ran(inputs, [], y)


def arithmetic(function: Callable[[Any, Any], Any]) -> Callable[[Fields, list[Operand]], Ran]:
    def execute(fields: Fields, inputs: list[Operand]) -> Ran:
        own = [] if fields["constant"] is None else [Operand(np.ones(fields["constant"]), fields["learnable"])]
        operands = [*inputs, *own]
        y = empty(*np.broadcast_shapes(*(o.shape for o in operands)))
        for place in np.ndindex(y.shape):
            numbers = [
                o.read(tuple(i if side > 1 else 0 for i, side in zip(place[len(place) - len(o.shape) :], o.shape)))  # noqa: B905
                for o in operands
            ]
            result = numbers[0]
            for number in numbers[1:]:
                result = function(result, number)
            y.write(result, place)
        return Ran(inputs, own, y)

    return execute


def reduction(fold: Callable[[Any], Any]) -> Callable[[Fields, list[Operand]], Ran]:
    def execute(fields: Fields, inputs: list[Operand]) -> Ran:
        (x,) = inputs
        rank = len(x.shape)
        folded = {*range(rank)} if fields["dim"] is None else {dim % rank for dim in fields["dim"]}
        places: dict[Sides, list[Any]] = {}
        for place in np.ndindex(x.shape):
            kept = tuple(0 if i in folded else at for i, at in enumerate(place) if fields["keepdim"] or i not in folded)
            places.setdefault(kept, []).append(x.read(place))
        y = empty(*(max(at) + 1 for at in zip(*places, strict=True)))
        for place, numbers in places.items():
            y.write(fold(np.array(numbers)), place)
        return Ran(inputs, [], y)

    return execute


def copy(moved: Callable[..., Any]) -> Callable[[Fields, list[Operand]], Ran]:
    """Data movement: the output holds the places of the input's elements, −1 where it holds none of them."""

    def execute(fields: Fields, inputs: list[Operand]) -> Ran:
        numbered, first = [], 0
        for x in inputs:
            numbered.append(np.arange(first, first + x.values.size).reshape(x.shape))
            first += x.values.size
        sources = moved(fields, *numbered)
        everything = [(x, place) for x in inputs for place in np.ndindex(x.shape)]
        y = empty(*sources.shape)
        for place in np.ndindex(sources.shape):
            x, source = everything[sources[place]]
            y.write(x.read(source) if sources[place] >= 0 else 0, place)
        return Ran(inputs, [], y, covered=len({*sources.flat} - {-1}) == first)

    return execute


def shuffled(fields: Fields, x: Any) -> Any:
    each = x.shape[1] // fields["groups"]
    return x[:, [(channel % fields["groups"]) * each + channel // fields["groups"] for channel in range(x.shape[1])]]


def padded(fields: Fields, x: Any) -> Any:
    count = len(fields["padding"]) // 2
    pairs = list(zip(fields["padding"][:count], fields["padding"][count:], strict=True))
    pairs = [(0, 0)] * (x.ndim - count) + pairs
    return np.pad(x, pairs, constant_values=-1) if fields["mode"] == "constant" else np.pad(x, pairs, mode="reflect")


def upsampled(fields: Fields, x: Any) -> Any:
    """By nearest neighbours; interpolation reads no more of the input than all."""
    for axis in range(2, x.ndim):
        old = x.shape[axis]
        new = old * fields["scale_factor"][axis - 2] if fields["size"] is None else fields["size"][axis - 2]
        x = x.take([i * old // new for i in range(new)], axis=axis)
    return x


def pixels_shuffled(fields: Fields, x: Any) -> Any:
    n, c, h, w = x.shape
    r = fields["upscale_factor"]
    y = np.empty((n, c // r**2, h * r, w * r), dtype=int)
    for channel, i, j in np.ndindex(c, h, w):
        y[:, channel // r**2, i * r + channel % r**2 // r, j * r + channel % r] = x[:, channel, i, j]
    return y


def pixels_unshuffled(fields: Fields, x: Any) -> Any:
    n, c, h, w = x.shape
    r = fields["downscale_factor"]
    y = np.empty((n, c * r**2, h // r, w // r), dtype=int)
    for channel, i, j in np.ndindex(c, h, w):
        y[:, channel * r**2 + i % r * r + j % r, i // r, j // r] = x[:, channel, i, j]
    return y


def looked_up(table: Operand, indices: Operand, axis: int) -> Operand:
    """Return the rows that the indices name, each read by itself. The indices go through the table, over and over."""
    before, after = table.shape[:axis], table.shape[axis + 1 :]
    y = empty(*before, *indices.shape, *after)
    table.looked_up = 0
    for number, place in enumerate(np.ndindex(indices.shape)):
        indices.read(place)
        row = table.read((*(slice(None),) * axis, number % table.shape[axis]))
        table.looked_up += row.size
        y.write(row, (*(slice(None),) * axis, *place))
    return y


def embedding(fields: Fields, inputs: list[Operand]) -> Ran:
    (indices,) = inputs
    table = Operand(np.ones((fields["num_embeddings"], fields["embedding_dim"])), True)
    y = looked_up(table, indices, 0)
    return Ran(inputs, [table], y, covered=prod(indices.shape) <= fields["num_embeddings"])


def gather(fields: Fields, inputs: list[Operand]) -> Ran:
    table, indices = inputs
    axis = fields["dim"] % len(table.shape)
    y = looked_up(table, indices, axis)
    return Ran(inputs, [], y, covered=prod(indices.shape) <= table.shape[axis])


PLAIN = (
    *("abs", "celu", "clamp", "elu", "erf", "exp", "gelu", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "log"),
    *("log_softmax", "logsigmoid", "lrn", "mish", "neg", "relu", "relu6", "selu", "sigmoid", "silu", "softmax"),
    *("softplus", "softsign", "sqrt", "tanh"),
)
EXECUTORS: dict[str, Callable[..., Ran]] = {
    **dict.fromkeys(PLAIN, elementwise),
    **dict.fromkeys(("maxpool", "adaptive_maxpool", "global_maxpool"), pool(lambda read: read.max(axis=0))),
    **dict.fromkeys(("avgpool", "lppool", "adaptive_avgpool", "global_avgpool"), pool(lambda read: read.mean(axis=0))),
    "add": arithmetic(np.add),
    "amax": reduction(np.max),
    "amin": reduction(np.min),
    "bn": affine("scale", "shift", statistics=2),
    "concat": copy(lambda fields, *xs: np.concatenate(xs, axis=fields["dim"])),
    "conv": conv,
    "conv_transpose": conv_transpose,
    "div": arithmetic(np.divide),
    "embedding": embedding,
    "gather": gather,
    "glu": glu,
    "group_norm": affine("scale", "shift"),
    "instance_norm": affine("scale", "shift"),
    "layer_norm": affine("scale", "bias", by_element=True),
    "linear": linear,
    "matmul": matmul,
    "maximum": arithmetic(np.maximum),
    "mean": reduction(np.mean),
    "minimum": arithmetic(np.minimum),
    "mul": arithmetic(np.multiply),
    "pad": copy(padded),
    "pixel_shuffle": copy(pixels_shuffled),
    "pixel_unshuffle": copy(pixels_unshuffled),
    "pow": arithmetic(np.power),
    "prelu": prelu,
    "rms_norm": affine("scale", by_element=True),
    "shuffle": copy(shuffled),
    "sub": arithmetic(np.subtract),
    "sum": reduction(np.sum),
    "tile": copy(lambda fields, x: np.tile(x, fields["dims"])),
    "transpose": copy(lambda fields, x: x.transpose(fields["dims"])),
    "upsample": copy(upsampled),
}

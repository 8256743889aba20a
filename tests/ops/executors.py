"""An executor for every operator that moves anything, by name: those without windows, and the table of all."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from tests.ops.witness import Fields, Operand, Ran, Sides, conv, conv_transpose, empty, linear, matmul, pool


def run(name: str, fields: Fields, inputs: list[Operand], weights: list[Any] | None = None) -> Ran:
    """Run the operator of this name. Convolutions and linear layers take weights, else they are ones."""
    if name not in EXECUTORS:
        raise LookupError(
            f"{name} has no executor in tests/ops/executors.py: add one, as a witness of its memory access"
        )
    if weights is not None:
        return EXECUTORS[name](fields, inputs, weights)
    return EXECUTORS[name](fields, inputs)


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


def recurrent(gates: int) -> Callable[[Fields, list[Operand]], Ran]:
    """A layer that multiplies each step's input, and the state before it, with the weights of its gates."""

    def execute(fields: Fields, inputs: list[Operand]) -> Ran:
        x, *states = inputs
        examples, steps = x.shape[:2] if fields["batch_first"] else x.shape[1::-1]
        hidden, width = fields["hidden_size"], x.shape[2]
        directions = 2 if fields["bidirectional"] else 1
        projected = fields.get("proj_size") or 0
        wide = projected or hidden
        y, mult_adds = empty(*x.shape[:2], directions * wide), 0
        own: list[Operand] = []
        for direction in range(directions):
            w, r = (Operand(np.ones((gates * hidden, side)), True) for side in (width, wide))
            biases = [Operand(np.ones(gates * hidden), True) for _ in range(2 * fields["bias"])]
            peepholes = [Operand(np.ones(3 * hidden), True)] if fields.get("peephole") else []
            projections = [Operand(np.ones((projected, hidden)), True)] if projected else []
            own += [w, r, *biases, *peepholes, *projections]
            for example in range(examples):
                state = states[0].read((direction, example)) if states else np.zeros(wide)
                for other in states[1:]:
                    other.read((direction, example))
                for step in range(steps):
                    at = (example, step) if fields["batch_first"] else (step, example)
                    products = [w.read() * x.read(at), r.read() * state]
                    mult_adds += sum(product.size for product in products)
                    total = sum(product.sum(axis=1) for product in products) + sum(one.read() for one in biases)
                    state = np.tanh(
                        total.reshape(gates, hidden).sum(axis=0) + sum(one.read()[:hidden] for one in peepholes)
                    )
                    for matrix in projections:
                        product = matrix.read() * state
                        mult_adds += product.size
                        state = product.sum(axis=1)
                    y.write(state, (*at, slice(direction * wide, (direction + 1) * wide)))
        return Ran(inputs, own, y, mult_adds)

    return execute


PLAIN = (
    *("abs", "celu", "clamp", "elu", "erf", "exp", "gelu", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "log"),
    *("log_softmax", "logsigmoid", "lrn", "mish", "neg", "relu", "relu6", "selu", "sigmoid", "silu", "softmax"),
    *("softplus", "softsign", "sqrt", "tanh", "cos", "sin"),
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
    "lstm": recurrent(4),
    "gru": recurrent(3),
    "rnn": recurrent(1),
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

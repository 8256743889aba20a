"""What is written as several operators and is one: read as one, on the built layers.

A channel shuffle is a view, a transposition and a view; a product with a transposed operand transposes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from macflops.arithmetic import Dim
from macflops.errors import Location
from macflops.network import Layer, Network
from macflops.ops import Operator, find
from macflops.ops._stated import Repeated
from macflops.readers._turned import straightened

if TYPE_CHECKING:
    from macflops.readers.torch.build import Build

OnlyReader: TypeAlias = "Callable[[int], int | None]"


def tidied(build: Build, outputs: list[int], warnings: tuple[tuple[Location, str], ...]) -> Network:
    """Return the network that has been built, its patterns read as what they are."""
    builder = build.builder
    outputs = straightened(builder, outputs)
    layers = builder.layers
    used: dict[int, list[int]] = {}
    maker: dict[int, int] = {}
    for index, layer in enumerate(layers):
        for tensor in layer.inputs:
            used.setdefault(tensor, []).append(index)
        for tensor in layer.outputs:
            maker[tensor] = index
    ends = set(outputs)

    def only_reader(tensor: int) -> int | None:
        readers = used.get(tensor, [])
        return readers[0] if len(readers) == 1 and tensor not in ends else None

    gone: set[int] = set()
    for index, layer in enumerate(layers):
        name = layer.operator.name
        if name == "transpose" and index not in gone:
            if not shuffled(build, layers, maker, only_reader, index, gone):
                turned(layers, only_reader, index, gone)
        elif name in GATES:
            gated(layers, only_reader, index, gone)
    if gone:
        builder.layers[:] = [layer for index, layer in enumerate(layers) if index not in gone]
    return builder.network(outputs, build.unsupported_list(), warnings)


GATES = {"sigmoid": "silu", "hardsigmoid": "hardswish"}


def shuffled(
    build: Build, layers: list[Layer], maker: dict[int, int], only_reader: OnlyReader, index: int, gone: set[int]
) -> bool:
    """Read (N, c, …) as (N, g, c/g, …), its two inner dimensions exchanged and joined again, as a channel shuffle."""
    middle, builder = layers[index], build.builder
    before = maker.get(middle.inputs[0])
    after = only_reader(middle.outputs[0])
    if before is None or after is None or only_reader(middle.inputs[0]) != index:
        return False
    first, last = layers[before], layers[after]
    if first.operator.name not in VIEWS or last.operator.name not in VIEWS:
        return False
    sides, split = builder.shape(first.inputs[0]), builder.shape(first.outputs[0])
    swapped = (0, 2, 1, *range(3, len(split)))
    alike = builder.shape(last.outputs[0]) == sides and len(sides) >= 3 and len(split) == len(sides) + 1
    if not alike or split[0] != sides[0] or split[3:] != sides[2:] or tuple(middle.operator.dims) != swapped:
        return False
    if not rounds(first) == rounds(middle) == rounds(last):
        return False
    operator = as_often(middle, find("shuffle")(groups=split[1]))  # type: ignore[misc]
    layers[after] = Layer(middle.name, operator, first.inputs, last.outputs, middle.location)
    gone.update((before, index))
    return True


VIEWS = frozenset({"reshape", "unflatten", "flatten"})


def turned(layers: list[Layer], only_reader: OnlyReader, index: int, gone: set[int]) -> None:
    """Read a product whose second operand is transposed as one that takes it as it is."""
    layer = layers[index]
    rank = len(layer.operator.dims)
    at = only_reader(layer.outputs[0])
    if at is None or tuple(layer.operator.dims) != (*range(rank - 2), rank - 1, rank - 2):
        return
    reader = layers[at]
    if (
        rounds(reader) == rounds(layer)
        and reader.operator.name == "matmul"
        and reader.inputs[1] == layer.outputs[0] != reader.inputs[0]
    ):
        operator = as_often(layer, find("matmul")(transpose_b=not reader.operator.transpose_b))  # type: ignore[misc]
        layers[at] = reader._replace(operator=operator, inputs=(reader.inputs[0], layer.inputs[0]))
        gone.add(index)


def gated(layers: list[Layer], only_reader: OnlyReader, index: int, gone: set[int]) -> None:
    """Read x · sigmoid(x) as silu, x · hardsigmoid(x) as hardswish."""
    gate = layers[index]
    at = only_reader(gate.outputs[0])
    if at is None:
        return
    product = layers[at]
    if (
        rounds(product) == rounds(gate)
        and product.operator.name == "mul"
        and sorted(product.inputs) == sorted((gate.inputs[0], gate.outputs[0]))
    ):
        operator = as_often(gate, find(GATES[gate.operator.name])())  # type: ignore[misc]
        layers[at] = product._replace(operator=operator, inputs=gate.inputs)
        gone.add(index)


def rounds(layer: Layer) -> Dim:
    """Return how often a layer runs: as often as the loop that it is in."""
    return layer.operator.times if isinstance(layer.operator, Repeated) else 1


def as_often(layer: Layer, operator: Operator) -> Operator:
    """Return an operator that runs as often as a layer."""
    return Repeated(operator, layer.operator.times) if isinstance(layer.operator, Repeated) else operator

"""What is written as several operators and is one: read as one, on the built layers.

A channel shuffle is a view, a transposition and a view; a product with a transposed operand transposes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from macflops.errors import Location
from macflops.network import Layer, Network
from macflops.ops import find
from macflops.readers._operands import OnlyReader, as_often, only_readers, read_by, rounds, turned
from macflops.readers._turned import straightened
from macflops.readers.torch.functions import Functions

if TYPE_CHECKING:
    from macflops.readers.torch.build import Build


def tidied(build: Build, outputs: list[int], warnings: tuple[tuple[Location, str], ...]) -> Network:
    """Return the network that has been built, its patterns read as what they are."""
    builder = build.builder
    calls = {layer.outputs: call for layer, call in zip(builder.layers, build.calls, strict=False)}
    outputs = straightened(builder, outputs)
    layers = builder.layers
    maker = {tensor: index for index, layer in enumerate(layers) for tensor in layer.outputs}
    only_reader, readers = only_readers(layers, outputs), read_by(layers)
    gone: set[int] = set()
    functions = Functions(build, calls, readers, only_reader, set(outputs))
    for index in range(len(layers)):
        if index not in gone:
            functions.read(index, gone)
        if index in gone:
            continue
        name = layers[index].operator.name
        if name == "transpose":
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
    kept = 1 in split[1:3]  # one group, or of one channel each: nothing moves
    operator = as_often(middle, find("identity")() if kept else find("shuffle")(groups=split[1]))  # type: ignore[misc]
    layers[after] = Layer(middle.name, operator, first.inputs, last.outputs, middle.location)
    gone.update((before, index))
    return True


VIEWS = frozenset({"reshape", "unflatten", "flatten"})


def gated(layers: list[Layer], only_reader: OnlyReader, index: int, gone: set[int]) -> None:
    """Read x · sigmoid(x) as silu, x · hardsigmoid(x) as hardswish, in a loop too."""
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

"""A product with a transposed second operand transposes nothing: it takes the operand as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from macflops.arithmetic import Dim
from macflops.network import Layer
from macflops.ops import Operator, find
from macflops.ops._stated import Repeated

OnlyReader: TypeAlias = Callable[[int], "int | None"]


def read_by(layers: Iterable[Layer]) -> dict[int, list[int]]:
    """Return for each tensor the layers that read it, by index, as often as they do."""
    used: dict[int, list[int]] = {}
    for index, layer in enumerate(layers):
        for tensor in layer.inputs:
            used.setdefault(tensor, []).append(index)
    return used


def only_readers(layers: Sequence[Layer], outputs: Iterable[int]) -> OnlyReader:
    """Return what tells of a tensor the one layer that reads it: None where none, several or an output do."""
    used, ends = read_by(layers), set(outputs)

    def only_reader(tensor: int) -> int | None:
        readers = used.get(tensor, [])
        return readers[0] if len(readers) == 1 and tensor not in ends else None

    return only_reader


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


def as_they_are(layers: list[Layer], outputs: Sequence[int]) -> None:
    """Have all products of a network in the making take their second operands as they are."""
    only_reader, gone = only_readers(layers, outputs), set[int]()
    for index, layer in enumerate(layers):
        if layer.operator.name == "transpose":
            turned(layers, only_reader, index, gone)
    layers[:] = [layer for index, layer in enumerate(layers) if index not in gone]


def rounds(layer: Layer) -> Dim:
    """Return how often a layer runs: as often as the loop that it is in."""
    return layer.operator.times if isinstance(layer.operator, Repeated) else 1


def as_often(layer: Layer, operator: Operator) -> Operator:
    """Return an operator that runs as often as a layer."""
    return Repeated(operator, layer.operator.times) if isinstance(layer.operator, Repeated) else operator

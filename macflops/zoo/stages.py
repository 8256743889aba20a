"""The stage table of a network, as the papers print theirs: output size, kernel, stride, repeats, channels."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from macflops.arithmetic import Dim
from macflops.network import Layer, Network


class StageRow(NamedTuple):
    """A row of the table: units of one scope that are alike, one after the other. Sides in pixels."""

    name: str
    output: tuple[Dim, ...]  # sides of the output; empty for a vector
    kernel: tuple[Dim, ...] | None  # of a layer by itself
    stride: Dim | None
    repeats: int
    channels: Dim


def stage_table(network: Network) -> list[StageRow]:
    """Return a row for each run of alike units within a named part of the network; what only shows is left out."""
    rows: list[StageRow] = []
    for name, layers in groupby(network.layers, key=lambda layer: layer.name.partition(".")[0]):
        for unit in units(list(layers)):
            row = described(network, name, unit)
            if row is None:
                continue
            if rows and rows[-1] == row._replace(repeats=rows[-1].repeats):
                rows[-1] = rows[-1]._replace(repeats=rows[-1].repeats + 1)
            else:
                rows.append(row)
    return rows


def units(layers: list[Layer]) -> Iterator[list[Layer]]:
    """Yield the units of a part: its inner scopes, or all of it where it is one layer with its norm and activation."""
    if "." not in layers[0].name:
        yield layers
        return
    for _, unit in groupby(layers, key=lambda layer: layer.name.split(".")[1]):
        yield list(unit)


def described(network: Network, name: str, unit: list[Layer]) -> StageRow | None:
    """Return a unit's row, or None where nothing in it computes or moves."""
    if all(layer.operator.role == "view" for layer in unit):
        return None
    made = {tensor for layer in unit for tensor in layer.outputs}
    entry = next(tensor for layer in unit for tensor in layer.inputs if tensor not in made)
    before, after = network.tensors[entry].shape, network.tensors[unit[-1].outputs[0]].shape
    kernel = getattr(unit[0].operator, "kernel", None) if "." not in unit[0].name else None
    stride = -(-before[2] // after[2]) if len(after) > 2 and len(before) == len(after) else None
    channels = after[1] if len(after) > 1 else after[-1]
    return StageRow(name, tuple(after[2:]), kernel, stride, 1, channels)

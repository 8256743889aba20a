"""Short ways to ask what a text becomes."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import Any

from macflops.network import Layer, Network
from macflops.readers.yaml import read


def network(layers: str, input: str = "[4, 8, 8]", before: str = "", after: str = "", **options: Any) -> Network:
    """Return the network of these layers, each line of which is indented under `layers:`."""
    body = indent(dedent(layers).strip("\n"), "  ")
    text = f"macflops: 1\ninput: {input}\n{dedent(before).strip()}\nlayers:\n{body}\n{dedent(after).strip()}\n"
    return read(text, "model.yaml", **options)


def names(of: Network) -> list[str]:
    """Return the rows' names, in order."""
    return [layer.name for layer in of.layers]


def row(of: Network, name: str) -> Layer:
    """Return a row by name."""
    (found,) = (layer for layer in of.layers if layer.name == name)
    return found


def shape(of: Network, name: str) -> tuple[Any, ...]:
    """Return the shape of a row's first output."""
    return of.tensors[row(of, name).outputs[0]].shape


def reads(of: Network, name: str) -> list[str]:
    """Return which rows (or inputs) a row reads."""
    writers = {tensor: layer.name for layer in of.layers for tensor in layer.outputs}
    writers |= {one.tensor: one.name for one in of.inputs}
    return [writers[tensor] for tensor in row(of, name).inputs]


def structure(of: Network) -> tuple[Any, ...]:
    """Return what two networks have in common that differ in names and places only."""
    rows = [(o.operator.name, o.operator.attributes(), o.inputs, o.outputs) for o in of.layers]
    return of.tensors, of.inputs, of.outputs, rows

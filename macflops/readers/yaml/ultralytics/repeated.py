"""A module that is there again, on inputs of the same shapes: its layers are copied, not written out anew.

What a row writes out follows from its text and the shapes of its inputs. Deep files repeat few such cases, so that
most rows cost a copy of their layers with other names, tensors and places.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from macflops.errors import Location
from macflops.network import Builder, Layer, Tensor

Result = int | tuple[int, ...]  # a tensor, or those of a module that gives several


class Written(NamedTuple):
    """Where a module's layers and tensors begin and end, as it was written out first."""

    name: str
    inputs: tuple[int, ...]
    result: Result
    layers: tuple[int, int]
    tensors: tuple[int, int]


class Template(NamedTuple):
    """A module's layers: the ends of their names, operators, tensors. An input is ~its place; others count from 0."""

    layers: list[tuple[str, Any, list[int], tuple[int, ...], str | None]]
    tensors: list[Tensor]
    result: Result


def template(builder: Builder, written: Written) -> Template:
    """Return what a module wrote as a template."""
    start, end = written.tensors
    places = {tensor: ~place for place, tensor in reversed(list(enumerate(written.inputs)))}
    places.update((tensor, tensor - start) for tensor in range(start, end))
    cut = len(written.name)
    layers = []
    for layer in builder.layers[slice(*written.layers)]:
        inputs, outputs = [places[i] for i in layer.inputs], tuple([places[o] for o in layer.outputs])
        layers.append((layer.name[cut:], layer.operator, inputs, outputs, layer.shares and layer.shares[cut:]))
    result = written.result
    found = places[result] if type(result) is int else tuple([places[r] for r in result])  # type: ignore[union-attr]
    return Template(layers, builder.tensors[start:end], found)


def copied(builder: Builder, made: Template, name: str, inputs: Sequence[int], location: Location) -> Result:
    """Add a template's layers; return the module's tensors."""
    start = len(builder.tensors)
    builder.tensors.extend(made.tensors)
    add = builder.layers.append
    for suffix, operator, reads, writes, shares in made.layers:
        from_ = tuple([start + i if i >= 0 else inputs[~i] for i in reads])
        to = tuple([start + o for o in writes])
        add(Layer(name + suffix, operator, from_, to, location, shares and name + shares))
    result = made.result
    if type(result) is int:
        return start + result if result >= 0 else inputs[~result]
    return tuple([start + r if r >= 0 else inputs[~r] for r in result])  # type: ignore[union-attr]

"""`share`: an entry whose weights are another's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from macflops.network import Layer
from macflops.readers.yaml.nodes import Scalar
from macflops.readers.yaml.scope import Scope

if TYPE_CHECKING:
    from macflops.readers.yaml.rows import RowWriter

FREE = frozenset({"stride", "dilation", "padding", "output_padding"})  # fields that no weight depends on


def carry_out(node: Scalar, build: RowWriter, scope: Scope, first: int) -> None:
    """Let the rows from `first` on use the weights of the entry that a name stands for, row by row."""
    layers = build.builder.layers
    rows = build.registry.find(node.text, node, scope)
    theirs, ours = layers[rows.first : rows.last], layers[first:]
    if rows.last > first:
        raise scope.error(node, f"{node.text} is not finished where its weights are wanted", "name an earlier layer")
    if len(theirs) != len(ours):
        what = f"{node.text} has {len(theirs)} rows, and this has {len(ours)}"
        raise scope.error(node, what, "weights are shared between layers of the same structure")
    shared = False
    for number, (their, our) in enumerate(zip(theirs, ours, strict=True)):
        weights = params(our, build)
        if weights != params(their, build) or signature(our) != signature(their):
            what = f"{our.name} does not have the weights of {their.name}"
            raise scope.error(node, what, "make their operators, channels, kernels and groups equal")
        if weights != 0:
            layers[first + number] = our._replace(shares=their.shares or their.name)
            shared = True
    if not shared:
        raise scope.error(node, f"{node.text} has no weights", "leave share out")


def params(layer: Layer, build: RowWriter) -> Any:
    """Return how many parameters a layer has."""
    tensors = build.builder.tensors
    shapes = [tensors[index].shape for index in (*layer.inputs, *layer.outputs)]
    return layer.operator.cost(*shapes).params


def signature(layer: Layer) -> tuple[str, dict[str, Any]]:
    """Return what two layers with the same weights have in common."""
    fields = {name: value for name, value in layer.operator.attributes().items() if name not in FREE}
    return layer.operator.name, fields

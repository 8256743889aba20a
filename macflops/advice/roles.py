"""Which widths play one role: equal today, used at one resolution, alike in whether a join of the trunk holds them."""

from __future__ import annotations

from typing import NamedTuple

from macflops.arithmetic import Dim, Shape, size
from macflops.network import Layer, Network


class Role(NamedTuple):
    """What two layers have in common whose widths stay equal: written once in a source, they are changed once."""

    width: Dim
    sides: Shape  # of the image where the width is used: behind the depthwise convolutions, norms and activations
    held: bool  # an addition or a concatenation holds it
    given: bool  # an output of the network holds it
    role: str  # convolution or linear


def roles_of(network: Network) -> dict[int, Role]:
    """Return the roles of the layers that make a width, by their index. A width of 1 broadcasts, and is no width."""
    held = [False] * len(network.tensors)
    given = [False] * len(network.tensors)
    for tensor in network.outputs:
        given[tensor] = True
    sides: list[Shape] = [tensor.shape[2:] for tensor in network.tensors]
    found: dict[int, Role] = {}
    for index in range(len(network.layers) - 1, -1, -1):
        layer = network.layers[index]
        operator, output = layer.operator, layer.outputs[0]
        width = operator.made_width(*network.shapes_of(layer.inputs))
        if width is not None:
            if width != 1 and layer.shares is None and layer.held is None and operator.follows:
                found[index] = Role(width, sides[output], held[output], given[output], operator.role)
            continue
        if not operator.follows:
            continue
        holds = operator.joins and len(layer.inputs) > 1
        for tensor in layer.inputs:
            held[tensor] = held[tensor] or holds or any(held[t] for t in layer.outputs)
            given[tensor] = given[tensor] or any(given[t] for t in layer.outputs)
        if goes_on(layer):
            tensor = layer.inputs[0]
            sides[tensor] = min(sides[tensor], sides[output], key=size)
    return found


def goes_on(layer: Layer) -> bool:
    """Tell whether a layer uses its input's width where its output is: not so a pooling, which ends a stage."""
    passing = ("norm", "activation", "convolution", "copy")
    return len(layer.inputs) == 1 == len(layer.outputs) and layer.operator.role in passing

"""A network in other words: as PyTorch can write it, and as exporters for inference fold it."""

from __future__ import annotations

from typing import Any

from macflops import ops
from macflops.network import Builder, Network


def as_torch_writes(network: Network) -> Network:
    """Return a network in which additions are of two tensors, and uneven paddings are layers of their own.

    PyTorch has no addition of three, and its convolutions and pools pad both ends of a side alike.
    """
    builder = Builder(network.name, network.source, network.format)
    new = {one.tensor: builder.input(one.name, *network.tensors[one.tensor]) for one in network.inputs}
    for layer in network.layers:
        op, inputs = layer.operator, [new[i] for i in layer.inputs]
        if op.role == "arithmetic":
            while len(inputs) > 2:
                (first,) = builder.add(f"{layer.name}.{len(inputs)}", op, inputs[:2], layer.location)
                inputs = [first, *inputs[2:]]
        if uneven(op):
            name = f"{layer.name}.pad"
            inputs = list(builder.add(name, made("pad", padding=op.padding), inputs, layer.location))
            op = op._replace(padding=(0,) * len(op.padding))
        made_here = builder.add(layer.name, op, inputs, layer.location, layer.shares)
        new.update(zip(layer.outputs, made_here, strict=True))
    return builder.network([new[i] for i in network.outputs])


def uneven(op: Any) -> bool:
    """Tell whether a convolution or a pool pads the two ends of a side differently."""
    if op.role not in ("convolution", "pool") or not hasattr(op, "padding"):
        return False
    half = len(op.padding) // 2
    return bool(op.padding[:half] != op.padding[half:])


def made(name: str, **fields: Any) -> Any:
    """Return an operator by name."""
    kind = ops.find(name)
    assert kind is not None
    return kind(**fields)


def folded(network: Network) -> Network:
    """Return a network without the batch norms that a convolution before them takes up, each as its bias."""
    readers, makers = network.readers(), {layer.outputs[0]: index for index, layer in enumerate(network.layers)}
    gone, operators = [], {}
    for index, layer in enumerate(network.layers):
        host = makers.get(layer.inputs[0]) if layer.operator.name == "bn" else None
        if host is None or network.layers[host].operator.name != "conv":
            continue
        if len(readers[layer.inputs[0]]) == 1 and layer.inputs[0] not in network.outputs:
            gone.append(index)
            operators[host] = network.layers[host].operator._replace(bias=True)
    return network.without(gone, operators)

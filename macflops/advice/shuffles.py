"""Shuffles that a dense convolution absorbs: it mixes all channels, so their order is a matter of its weights."""

from __future__ import annotations

from collections.abc import Collection

from macflops.network import Layer, Network


def absorbed_shuffles(network: Network, dense: Collection[int]) -> set[int]:
    """Return the shuffles that a dense convolution before or behind them absorbs, by index; `dense` are to become such.

    Between the two are layers that treat each channel alike or by itself, read by nothing else.
    """
    readers = network.readers()
    outputs = set(network.outputs)
    dense_before = [False] * len(network.tensors)
    dense_behind = [False] * len(network.tensors)

    def alone(tensor: int) -> bool:
        return len(readers[tensor]) == 1 and tensor not in outputs

    for index, layer in enumerate(network.layers):
        if index in dense or is_dense(layer) or (passes(layer) and dense_before[layer.inputs[0]]):
            dense_before[layer.outputs[0]] = alone(layer.outputs[0])
    for index, layer in reversed(list(enumerate(network.layers))):
        if index in dense or is_dense(layer) or (passes(layer) and dense_behind[layer.outputs[0]]):
            dense_behind[layer.inputs[0]] = alone(layer.inputs[0])
    return {
        index
        for index, layer in enumerate(network.layers)
        if is_shuffle(layer) and (dense_before[layer.inputs[0]] or dense_behind[layer.outputs[0]])
    }


def is_dense(layer: Layer) -> bool:
    """Tell whether a layer is a convolution of one group."""
    return bool(layer.operator.role == "convolution" and layer.operator.groups == 1)


def is_shuffle(layer: Layer) -> bool:
    """Tell whether a layer permutes channels."""
    return bool(layer.operator.name == "shuffle")


def passes(layer: Layer) -> bool:
    """Tell whether a permutation of a layer's input is the same one of its output, its own numbers permuted too."""
    if len(layer.inputs) != 1 or len(layer.outputs) != 1:
        return False
    if layer.operator.role == "convolution":  # with as many groups as outputs it is depthwise
        return bool(layer.operator.groups == layer.operator.out)
    return layer.operator.fuses_as in ("norm", "activation") or is_shuffle(layer)

"""What a machine makes of mult-adds and memory access: the work that predicts time better than either."""

from __future__ import annotations

from typing import NamedTuple

from macflops.arithmetic import Dim, ceil_div, exact_div
from macflops.network import Layer, Network


class Machine(NamedTuple):
    """How a machine computes. The defaults were fitted to ONNX Runtime on one AVX-512 core (docs/advice.md).

    A vector unit computes `grain` channels at a time: 16 float32 with AVX-512, 8 with AVX2 and NEON. An element moved
    takes as long as `balance` mult-adds: 78 ps and 8.2 ps there.
    """

    grain: int = 16  # channels that a vector unit computes at a time
    balance: float = 10.0  # mult-adds that take as long as moving one element


DEFAULT = Machine()


def channels(network: Network, layer: Layer) -> tuple[Dim, Dim, Dim]:
    """Return the channels that a convolution or linear layer reads and writes in each of its groups, and the groups."""
    x, y = network.tensors[layer.inputs[0]].shape, network.tensors[layer.outputs[0]].shape
    if layer.operator.role == "linear":
        return x[-1], y[-1], 1
    groups = layer.operator.groups
    return exact_div(x[1], groups), exact_div(y[1], groups), groups


def is_depthwise(network: Network, layer: Layer) -> bool:
    """Tell whether a layer is a convolution with as many groups as input channels, and more than one."""
    if layer.operator.role != "convolution":
        return False
    return bool(layer.operator.groups == network.tensors[layer.inputs[0]].shape[1] > 1)


def padded(mult_adds: Dim, reads: Dim, writes: Dim, groups: Dim, grain: int, data: bool) -> Dim:
    """Return mult-adds with channels rounded up to the grain: what a vector unit computes of blocks that are not full.

    `reads` and `writes` are the channels of each of the groups: a group is computed by itself, so each is rounded by
    itself. A depthwise convolution (one channel read in each group, one or more written) computes whole vectors of
    *groups*: there groups x written channels are rounded. The channels of data, which a kernel for images reads as
    they are, are not.
    """
    if reads == 1 and groups > 1:
        return mult_adds // (groups * writes) * round_up(groups * writes, grain)
    if data:
        return mult_adds // writes * round_up(writes, grain)
    return mult_adds // (reads * writes) * round_up(reads, grain) * round_up(writes, grain)


def round_up(number: int, grain: int) -> int:
    """Return the least multiple of the grain that is not below a number."""
    return ceil_div(number, grain) * grain


def is_data(network: Network) -> list[bool]:
    """Return for each tensor whether no convolution or linear layer lies between an input of the network and it."""
    found = [False] * len(network.tensors)
    for i in network.inputs:
        found[i.tensor] = True
    for layer in network.layers:
        if layer.operator.role not in ("convolution", "linear") and any(map(found.__getitem__, layer.inputs)):
            for tensor in layer.outputs:
                found[tensor] = True
    return found

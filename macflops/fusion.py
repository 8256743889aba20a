"""What an inference runtime merges, and what is left to move when it does.

Three modes: `none`, the papers' accounting; `bn`, where a batch norm is folded into the convolution before it; and
`runtime`, where the convolution also takes up what follows in its epilogue (norm, activation, one residual addition,
activation) and a chain of copies is one copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias, get_args

from macflops.arithmetic import Dim, differ, size
from macflops.network import Layer, Network
from macflops.ops import Cost

Fusion: TypeAlias = Literal["none", "bn", "runtime"]
MODES: tuple[Fusion, ...] = get_args(Fusion)

# An epilogue takes up a subsequence of this.
EPILOGUE = ("norm", "activation", "add", "activation")
HOSTS = frozenset({"convolution", "linear"})


class Group(NamedTuple):
    """A host with what is merged into it so far: the tensor it ends in, and how much of the epilogue is taken."""

    host: int
    tensor: int
    taken: int


class Merged(NamedTuple):
    """Which layers are merged: for each the index of its host, or None; and the tensors that are no longer written."""

    hosts: list[int | None]
    tensors: set[int]


def merge(network: Network, fusion: Fusion) -> Merged:
    """Return what a runtime merges. Every merged tensor has one reader and is no output of the network."""
    merged = Merged([None] * len(network.layers), set())
    if fusion == "none":
        return merged
    uses = [0] * len(network.tensors)
    for layer in network.layers:
        for tensor in layer.inputs:
            uses[tensor] += 1
    for tensor in network.outputs:
        uses[tensor] += 2  # it has to be written, whoever reads it besides
    groups: dict[int, Group] = {}  # by a tensor that a group ends in, where one layer alone reads it
    views: dict[int, int] = {}  # the input of each view, by its output
    for index, layer in enumerate(network.layers):
        role, output = layer.operator.role, layer.outputs[0]
        group = None if groups.keys().isdisjoint(layer.inputs) else joined(network, layer, groups, fusion)
        if group is not None:
            merged.hosts[index] = group.host
            tensor = group.tensor
            merged.tensors.add(tensor)
            while tensor in views:  # what a view showed is not written either
                tensor = views[tensor]
                merged.tensors.add(tensor)
        elif role in HOSTS or (role == "copy" and fusion == "runtime"):
            group = Group(index, output, 0)
        elif role == "view" and len(layer.outputs) == 1 and layer.inputs[0] in groups:
            group = seen_through(network, layer, groups[layer.inputs[0]])
            views[output] = layer.inputs[0]
        if group is not None and uses[output] == 1:
            groups[output] = Group(group.host, output, group.taken)
    return merged


def joined(network: Network, layer: Layer, groups: dict[int, Group], fusion: Fusion) -> Group | None:
    """Return the group that a layer joins, as it is then: of several the one whose host comes last."""
    kind = layer.operator.fuses_as
    found = []
    for group in (groups[tensor] for tensor in layer.inputs if tensor in groups):
        host = network.layers[group.host].operator
        if host.role == "copy":
            if layer.operator.role == "copy":
                found.append(group)
        elif (
            kind in EPILOGUE[group.taken :]
            and (fusion == "runtime" or kind == "norm")
            and same_shape(network, group.tensor, layer.outputs[0])
            and not (kind == "norm" and host.role == "linear" and len(network.tensors[group.tensor].shape) != 2)
        ):
            found.append(Group(group.host, group.tensor, EPILOGUE.index(kind, group.taken) + 1))
    return max(found, key=lambda group: group.host, default=None)


def seen_through(network: Network, layer: Layer, group: Group) -> Group | None:
    """Return the group of a view's input, unless the view changes its shape: copies take any view."""
    copies = network.layers[group.host].operator.role == "copy"
    return group if copies or same_shape(network, layer.inputs[0], layer.outputs[0]) else None


def same_shape(network: Network, one: int, other: int) -> bool:
    """Tell whether two tensors have the same shape, as far as is known."""
    first, second = network.tensors[one].shape, network.tensors[other].shape
    return first is second or (len(first) == len(second) and not any(map(differ, first, second)))


def merged_costs(network: Network, own: Sequence[Cost], merged: Merged) -> list[Cost]:
    """Return the layers' costs where those merged move nothing and their hosts move what is left.

    A host writes what the last of its group would, and reads the other operands of all; of a folded norm only the bias,
    where it had none.
    """
    costs = list(own)
    for index, host in enumerate(merged.hosts):
        if host is None:
            continue
        layer, at, gains = network.layers[index], network.layers[host].operator, costs[host]
        others: Dim = sum(size(network.tensors[t].shape) for t in layer.inputs if t not in merged.tensors)
        weights = own[index].weights
        if layer.operator.fuses_as == "norm":
            weights = 0 if at.bias else at.out
        reads, taken = gains.reads + others, own[index]
        costs[host] = Cost(
            gains.mult_adds, gains.elementwise_ops, reads, taken.writes, gains.weights + weights, gains.params
        )
        costs[index] = Cost(taken.mult_adds, taken.elementwise_ops, 0, 0, 0, taken.params)
    return costs

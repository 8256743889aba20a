"""A network's blocks and stages, and which operators of a block stand side by side. From the graph alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from macflops.arithmetic import Shape, is_integer
from macflops.network import Layer, Network

LARGEST = 100  # layers; a region of more is no block, and is cut where two joins alone are live
FRAGMENTS = frozenset({"convolution", "linear", "matmul", "pool"})
TRAILING = frozenset({"norm", "activation", "copy", "view"})  # what belongs to the block before it


class Block(NamedTuple):
    """Consecutive layers [start, stop) that one tensor enters and one leaves, and the stage that they belong to."""

    name: str
    stage: str
    start: int
    stop: int


def blocks(network: Network) -> list[Block]:
    """Return the blocks of a network, in order; every layer is in one.

    A block ends where one tensor alone is live; a run of layers without branches is one block. Norms, activations and
    copies up to the next convolution or pooling belong to the block before.
    """
    cuts = list(runs_joined(network, regions(network)))
    names = unique(label(network, start, stop) for start, stop in cuts)
    sides = [output_sides(network, stop) for _, stop in cuts]
    starts = [i for i in range(len(sides)) if i == 0 or sides[i] != sides[i - 1]]
    stages = dict(zip(starts, unique(sides[i] for i in starts), strict=True))
    found: list[Block] = []
    stage = ""
    for number, ((start, stop), name) in enumerate(zip(cuts, names, strict=True)):
        stage = stages.get(number, stage)
        found.append(Block(name, stage, start, stop))
    return found


def regions(network: Network) -> Iterator[tuple[int, int]]:
    """Yield the stretches [start, stop) of layers between the points where one tensor alone is live.

    A stretch of over LARGEST layers is cut also where at most two tensors are live and both are outputs of a join
    (cells that read the two before them, as NASNet's).
    """
    live_after = live_counts(network)
    start = 0
    for index, (live, _) in enumerate(live_after):
        if live <= 1 or index == len(live_after) - 1:
            stop = index + 1
            if stop - start > LARGEST:
                inner = [i + 1 for i in range(start, index) if live_after[i][0] == 2 and live_after[i][1]]
                yield from zip([start, *inner], [*inner, stop], strict=True)
            else:
                yield start, stop
            start = stop


def live_counts(network: Network) -> list[tuple[int, bool]]:
    """Return for each layer how many tensors are live behind it, and whether these are two outputs of joins, if two.

    Live is what a later layer reads; that a tensor is also an output of the network keeps no block open.
    """
    last_read = [-1] * len(network.tensors)
    for index, layer in enumerate(network.layers):
        for tensor in layer.inputs:
            last_read[tensor] = index
    from_join = [False] * len(network.tensors)
    live = {i.tensor for i in network.inputs if last_read[i.tensor] >= 0}
    counts = []
    for index, layer in enumerate(network.layers):
        role = layer.operator.role
        seen_through = len(layer.inputs) == 1 and role in ("norm", "activation", "view")
        for tensor in layer.outputs:
            from_join[tensor] = len(layer.inputs) > 1 or (seen_through and from_join[layer.inputs[0]])
            if last_read[tensor] > index:
                live.add(tensor)
        live.difference_update([t for t in layer.inputs if last_read[t] == index])
        counts.append((len(live), len(live) == 2 and all(map(from_join.__getitem__, live))))
    return counts


def runs_joined(network: Network, stretches: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the blocks: stretches with branches each by itself, runs of single layers as one.

    Of a run behind branches, the norms, activations and copies up to the next convolution or pooling go to them.
    """
    begin = end = 0  # the block so far
    branched, trailing = False, False
    for start, stop in stretches:
        single = stop - start == 1
        role = network.layers[start].operator.role
        if single and branched and trailing and role in TRAILING:
            end = stop
            continue
        if end > begin and (branched or not single):
            yield begin, end
            begin = start
        end, branched, trailing = stop, not single, not single
    if end > begin:
        yield begin, end


def label(network: Network, start: int, stop: int) -> str:
    """Return a name for a block: the scope that all its layers share, or its first layer's name."""
    first = network.layers[start].name.split(".")
    shared = len(first) - 1
    for layer in network.layers[start + 1 : stop]:
        scopes = layer.name.split(".")
        if first[:shared] != scopes[:shared]:
            pairs = zip(first[:shared], scopes, strict=False)
            shared = next((depth for depth, (one, other) in enumerate(pairs) if one != other), shared)
    return ".".join(first[:shared]) or first[0]


def unique(names: Iterable[str]) -> list[str]:
    """Return the names with _2, _3 behind those that came before, but never a name that is there already."""
    given = list(names)
    taken = set(given)
    seen: dict[str, int] = {}
    found = []
    for name in given:
        number = seen.get(name, 0) + 1
        new = name
        while number > 1 and (new := f"{name}_{number}") in taken:
            number += 1
        seen[name] = number
        taken.add(new)
        found.append(new)
    return found


def output_sides(network: Network, stop: int) -> str:
    """Return the sides of the last layer's output, as 28x28; 1x1 for a vector."""
    shape: Shape = network.tensors[network.layers[stop - 1].outputs[0]].shape
    return "x".join(map(str, shape[2:])) or "1x1" if all(map(is_integer, shape)) else symbolic_sides(shape)


def symbolic_sides(shape: Shape) -> str:
    """Return sides of which some are symbolic, in the grammar of expressions, as H // 8 x W // 8."""
    from macflops.closed_form import written

    return " x ".join(str(written(side)) for side in shape[2:]) or "1x1"


def levels(network: Network, block: Block) -> list[list[Layer]]:
    """Return the operators of a block by level.

    An operator is a convolution, linear layer, matrix product or pooling; its level is the longest path to it from the
    block's entries, in operators. Norms, activations, joins and copies add nothing to a path.
    """
    depth: dict[int, int] = {}  # of the tensors made in the block
    found: dict[int, list[Layer]] = {}
    for layer in network.layers[block.start : block.stop]:
        level = max((depth.get(t, 0) for t in layer.inputs), default=0)
        if layer.operator.role in FRAGMENTS:
            level += 1
            found.setdefault(level, []).append(layer)
        depth.update(dict.fromkeys(layer.outputs, level))
    return [found[level] for level in sorted(found)]


def side_by_side(network: Network, block: Block) -> list[list[Layer]]:
    """Return the levels of a block that hold two or more operators, each with its operators."""
    return [level for level in levels(network, block) if len(level) > 1]

"""The work that a machine makes of a network, and what advice may change, worked out anew. Shares no code."""

from __future__ import annotations

from math import prod

from tests.contract.graph import Graph, fused, merged
from tests.contract.recount import KIND, Moved

GRAIN, BALANCE = 16, 10


def up(number: int) -> int:
    """Return the least multiple of the grain from a number on."""
    return -(-number // GRAIN) * GRAIN


def is_data(graph: Graph, tensor: int) -> bool:
    """Tell whether no convolution or linear layer lies on a path from an input of the network to a tensor."""
    for layer, made in enumerate(graph.makes):
        if tensor in made:
            weighted = graph.kind(layer) in ("convolution", "linear")
            return not weighted and any(is_data(graph, t) for t in graph.reads[layer])
    return True


def padded(graph: Graph, layer: int) -> int:
    """Return the mult-adds of a convolution or linear layer on whole vectors of channels."""
    row = graph.rows[layer]
    x: list[int] = row["inputs"][0]
    y: list[int] = row["outputs"][0]
    at, out = row["attributes"], int(row["attributes"]["out"])
    if row["op"] == "linear":
        return prod(x[:-1]) * (x[-1] if is_data(graph, graph.reads[layer][0]) else up(x[-1])) * up(out)
    groups = int(at["groups"])
    positions = x if row["op"] == "conv_transpose" else y
    taps: int = x[0] * prod(positions[2:]) * prod(at["kernel"])
    if groups == x[1] > 1:
        return taps * up(out)
    read = x[1] // groups
    read = read if is_data(graph, graph.reads[layer][0]) else up(read)
    return taps * groups * read * up(out // groups)


def work(graph: Graph, own: list[Moved]) -> int:
    """Return padded mult-adds, and ten for each element that is moved under runtime fusion."""
    computed = sum(
        padded(graph, n) if KIND[graph.rows[n]["op"]] in ("convolution", "linear") else own[n].mult_adds
        for n in range(len(graph.rows))
    )
    return computed + BALANCE * sum(merged(graph, own, *fused(graph, "runtime")))

"""What follows from the graph, by the slow and obvious way: live sets scanned anew, every path searched.

A graph is what each layer reads and makes, by number of tensor. Shares no code with macflops.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from math import prod
from typing import Any, NamedTuple

from tests.contract.recount import KIND, Moved

LARGEST = 100
TRAILING = ("norm", "activation", "copy", "view")
EPILOGUE = ("norm", "activation", "add", "activation")


class Graph(NamedTuple):
    """The rows of the JSON with the tensors that they read and make, the network's inputs, outputs and all shapes."""

    rows: list[dict[str, Any]]
    reads: list[tuple[int, ...]]
    makes: list[tuple[int, ...]]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    shapes: dict[int, list[int]]

    def kind(self, layer: int) -> str:
        """Return the kind of a layer."""
        return KIND[self.rows[layer]["op"]]

    def readers(self, tensor: int) -> list[int]:
        """Return the layers that read a tensor, once for each operand."""
        return [layer for layer, read in enumerate(self.reads) for t in read if t == tensor]


def free(graph: Graph) -> set[int]:
    """Return the layers with another convolution or linear layer on every path to an input and to an output."""
    maker = {t: layer for layer, made in enumerate(graph.makes) for t in made}
    readers = {t: graph.readers(t) for t in graph.shapes}
    weighted = {layer for layer in range(len(graph.rows)) if graph.kind(layer) in ("convolution", "linear")}

    @cache
    def from_input(tensor: int) -> bool:
        layer = maker.get(tensor)
        return layer is None or (layer not in weighted and any(map(from_input, graph.reads[layer])))

    @cache
    def to_output(tensor: int) -> bool:
        after = (layer for layer in readers[tensor] if layer not in weighted)
        return tensor in graph.outputs or any(to_output(t) for layer in after for t in graph.makes[layer])

    return {n for n in weighted if not from_input(graph.reads[n][0]) and not to_output(graph.makes[n][0])}


def live_after(graph: Graph, layer: int) -> set[int]:
    """Return the tensors that are there behind a layer and read later."""
    there = {*graph.inputs, *(t for made in graph.makes[: layer + 1] for t in made)}
    return there & {t for read in graph.reads[layer + 1 :] for t in read}


def from_join(graph: Graph, tensor: int) -> bool:
    """Tell whether a tensor is the output of a layer of several inputs, seen through norms, activations and views."""
    for layer, made in enumerate(graph.makes):
        if tensor in made:
            through = graph.kind(layer) in ("norm", "activation", "view")
            return len(graph.reads[layer]) > 1 or (through and from_join(graph, graph.reads[layer][0]))
    return False


def stretches(graph: Graph) -> Iterator[list[int]]:
    """Yield layers up to where one tensor alone is live; of over 100, also to where two outputs of joins are."""
    live = [live_after(graph, layer) for layer in range(len(graph.rows))]
    stretch: list[int] = []
    for layer in range(len(graph.rows)):
        stretch.append(layer)
        if len(live[layer]) > 1 and layer < len(graph.rows) - 1:
            continue
        part: list[int] = []
        for inner in stretch:
            part.append(inner)
            two = len(live[inner]) == 2 and all(from_join(graph, t) for t in live[inner])
            if inner == layer or (two and len(stretch) > LARGEST):
                yield part
                part = []
        stretch = []


def blocks(graph: Graph) -> list[list[int]]:
    """Return the layers of each block: branches by themselves with what trails behind them, runs as one."""
    found: list[list[int]] = []
    state = "none"  # of the last block: a run, or branches that still take what trails
    for stretch in stretches(graph):
        if len(stretch) > 1:
            found.append(stretch)
            state = "branches"
        elif state == "run" or (state == "branches" and graph.kind(stretch[0]) in TRAILING):
            found[-1] += stretch
        else:
            found.append(stretch)
            state = "run"
    return found


def side_by_side(graph: Graph, block: list[int]) -> list[int]:
    """Return the operators of a block on levels that hold two or more: a level is the longest path from its entries."""
    counts = ("convolution", "linear", "matmul", "pool")
    maker = {t: layer for layer in block for t in graph.makes[layer]}

    @cache
    def level(layer: int) -> int:
        before = [level(maker[t]) for t in graph.reads[layer] if t in maker]
        return max(before, default=0) + (graph.kind(layer) in counts)

    operators = [layer for layer in block if graph.kind(layer) in counts]
    levels = [level(layer) for layer in operators]
    return [layer for layer, at in zip(operators, levels, strict=True) if levels.count(at) > 1]


def fused(graph: Graph, mode: str) -> tuple[dict[int, int], set[int]]:
    """Return the host of each merged layer, and the tensors that are no longer written.

    Hosts take what follows them, the last host first, so that an addition joins the later of two.
    """
    hosts: dict[int, int] = {}
    gone: set[int] = set()
    for host in reversed(range(len(graph.rows))):
        if mode != "none" and graph.kind(host) in ("convolution", "linear"):
            follow(graph, mode, host, hosts, gone)
    if mode == "runtime":
        for copy in (n for n in range(len(graph.rows)) if graph.kind(n) == "copy"):
            ways = [way for t in graph.reads[copy] if (way := back_to_copy(graph, t)) is not None]
            if ways:
                first, path = max(ways, key=lambda way: hosts.get(way[0], way[0]))
                hosts[copy] = hosts.get(first, first)
                gone |= path
    return hosts, gone


def only_reader(graph: Graph, tensor: int) -> int | None:
    """Return the one layer that reads a tensor; None where there are more, or it is an output of the network."""
    readers = graph.readers(tensor)
    return readers[0] if len(readers) == 1 and tensor not in graph.outputs else None


def back_to_copy(graph: Graph, tensor: int) -> tuple[int, set[int]] | None:
    """Return the copy that makes a tensor of one reader, seen through views, and the tensors between."""
    path = {tensor}
    while only_reader(graph, tensor) is not None:
        maker = next((n for n, made in enumerate(graph.makes) if tensor in made), None)
        if maker is None:
            return None
        if graph.kind(maker) == "copy":
            return maker, path
        if graph.kind(maker) != "view" or len(graph.makes[maker]) > 1:
            return None
        tensor = graph.reads[maker][0]
        path.add(tensor)
    return None


def follow(graph: Graph, mode: str, host: int, hosts: dict[int, int], gone: set[int]) -> None:
    """Merge into a convolution or linear layer what follows it, one reader after the other."""
    tensor, taken, seen = graph.makes[host][0], 0, [graph.makes[host][0]]
    while (reader := only_reader(graph, tensor)) is not None:
        made = graph.makes[reader][0]
        if len(graph.makes[reader]) > 1 or graph.shapes[made] != graph.shapes[tensor] or reader in hosts:
            return
        op, kind = graph.rows[reader]["op"], graph.kind(reader)
        part = {"bn": "norm", "add": "add", "softmax": ""}.get(op, kind if kind == "activation" else "")
        if kind != "view":
            flat = graph.kind(host) == "convolution" or len(graph.shapes[tensor]) == 2
            allowed = part in EPILOGUE[taken:] and (part == "norm" and flat if mode == "bn" or op == "bn" else True)
            if not part or not allowed:
                return
            taken = EPILOGUE.index(part, taken) + 1
            hosts[reader] = host
            gone.update(seen)
            seen = []
        tensor = made
        seen.append(tensor)


def merged(graph: Graph, own: list[Moved], hosts: dict[int, int], gone: set[int]) -> list[int]:
    """Return the memory access of each layer where merged ones move nothing and their hosts what is left."""
    mac = [0 if layer in hosts else cost.mac for layer, cost in enumerate(own)]
    for host in set(hosts.values()):
        members = [layer for layer in sorted(hosts) if hosts[layer] == host]
        mac[host] += own[members[-1]].writes - own[host].writes
        for layer in members:
            mac[host] += sum(prod(graph.shapes[t]) for t in graph.reads[layer] if t not in gone)
            folded = graph.rows[host]["attributes"]
            if graph.rows[layer]["op"] == "bn":
                mac[host] += 0 if folded["bias"] else folded["out"]
            else:
                mac[host] += own[layer].weights
    return mac


def peak(graph: Graph, hosts: dict[int, int], gone: set[int]) -> int:
    """Return the most elements alive at one time: each step's live set scanned anew, groups where their last stands."""
    storage = {t: t for t in graph.shapes}
    for layer in range(len(graph.rows)):
        if graph.kind(layer) == "view":
            storage.update(dict.fromkeys(graph.makes[layer], storage[graph.reads[layer][0]]))
    at = {n: max([n, *(m for m in hosts if hosts[m] == hosts.get(n, n))]) for n in range(len(graph.rows))}
    begin = {storage[t]: -1 for t in graph.inputs}
    end = {storage[t]: len(graph.rows) for t in graph.outputs}
    for layer in range(len(graph.rows)):
        for t in graph.makes[layer]:
            if t not in gone:
                begin.setdefault(storage[t], at[layer])
        for t in (*graph.reads[layer], *graph.makes[layer]):
            if t not in gone:
                end[storage[t]] = max(end.get(storage[t], -1), at[layer])
    steps = range(-1, len(graph.rows))
    sizes = {t: prod(graph.shapes[t]) for t in begin}
    return max(sum(sizes[t] for t in begin if begin[t] <= step <= max(end.get(t, -1), begin[t])) for step in steps)

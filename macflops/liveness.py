"""The most bytes of tensors that are alive at one time."""

from __future__ import annotations

from functools import reduce

from macflops.arithmetic import Dim, is_integer, is_varying, maximum, size
from macflops.fusion import Merged
from macflops.network import Network


def storages(network: Network) -> list[int]:
    """Return for each tensor the index of the tensor whose storage it uses: its own, but for views."""
    storage = list(range(len(network.tensors)))
    for layer in network.layers:
        if layer.operator.role == "view":
            for output in layer.outputs:
                storage[output] = storage[layer.inputs[0]]
    return storage


def peak_elements(network: Network, merged: Merged) -> Dim:
    """Return the most elements alive at one time, layers executed in order, nothing in place.

    Alive are a layer's inputs and outputs and whatever a later one reads; the inputs of the network from the start, its
    outputs to the end. A group of merged layers runs where its last one stands, for only there all that it reads is
    there. Symbolic sizes give the unevaluated maximum of what can be the greatest.
    """
    storage = storages(network)
    runs_at = list(range(len(network.layers)))  # by layer; a group's last member for all of the group
    for index, host in enumerate(merged.hosts):
        if host is not None:
            runs_at[host] = index
    for index, host in enumerate(merged.hosts):
        if host is not None:
            runs_at[index] = runs_at[host]

    end = len(network.layers)
    last_use: dict[int, int] = {}  # of a storage, the layer after which it is free
    born: list[list[int]] = [[] for _ in network.layers]
    for tensor in (i.tensor for i in network.inputs):
        last_use.setdefault(storage[tensor], 0)
    for index, layer in enumerate(network.layers):
        for tensor in (*layer.inputs, *layer.outputs):
            if tensor not in merged.tensors:
                last_use[storage[tensor]] = max(last_use.get(storage[tensor], 0), runs_at[index])
        for tensor in layer.outputs:
            if storage[tensor] == tensor and tensor not in merged.tensors:
                born[runs_at[index]].append(tensor)
    for tensor in network.outputs:
        last_use[storage[tensor]] = end
    dying: list[list[int]] = [[] for _ in range(end + 1)]
    for tensor, when in last_use.items():
        dying[when].append(tensor)

    sizes = {tensor: size(network.tensors[tensor].shape) for tensor in last_use}
    alive: Dim = sum(sizes[t] for t in {storage[i.tensor] for i in network.inputs})
    candidates = [alive]
    for index in range(end):
        if born[index]:
            alive = alive + sum(sizes[t] for t in born[index])
            candidates.append(alive)
        alive = alive - sum(sizes[t] for t in dying[index])
    return greatest(candidates)


def greatest(candidates: list[Dim]) -> Dim:
    """Return the greatest of some numbers; of symbols the maximum, as it stands, of those that can be the greatest."""
    if all(map(is_integer, candidates)):
        return max(candidates)
    if any(map(is_varying, candidates)):
        return reduce(maximum, candidates)
    import sympy

    from macflops.dominance import undominated

    distinct = undominated(list(dict.fromkeys(map(sympy.expand, candidates))))
    greatest_of: Dim = sympy.Max(*distinct, evaluate=False)
    return distinct[0] if len(distinct) == 1 else greatest_of

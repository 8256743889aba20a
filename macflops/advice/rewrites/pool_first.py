"""pool_first: an average pool behind a 1x1 convolution computes the same before it, on k² times fewer pixels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from macflops.advice.subject import Aims, Change, Subject
from macflops.guidelines.e1 import pools_behind
from macflops.network import Network

rules = ("E1",)
exact = True  # the same function
MOST_KINDS = 8  # of convolutions that are tried each by itself


def propose(subject: Subject, aims: Aims) -> Iterator[Change]:
    """Yield the network with all such pools moved, then with those of each kind of convolution alone.

    Exact: both are linear, the convolution mixes channels alone and the pool pixels alone.
    """
    network = subject.network
    kinds = list(dict.fromkeys(network.layers[conv].operator for conv in pools_behind(network).values()))
    yield from moved(network, kinds)
    if len(kinds) > 1:
        for kind in kinds[:MOST_KINDS]:
            yield from moved(network, [kind])


def moved(network: Network, kinds: Sequence[object]) -> Iterator[Change]:
    """Yield the network with the pools behind such convolutions before them: again where one pool follows another."""
    names: list[tuple[str, str]] = []
    while pools := {p: c for p, c in pools_behind(network).items() if network.layers[c].operator in kinds}:
        firsts = {conv: pool for pool, conv in reversed(pools.items())}  # of several behind one, the first
        pools = {pool: conv for conv, pool in firsts.items()}
        names += ((network.layers[pool].name, network.layers[conv].name) for pool, conv in pools.items())
        network = network.reordered(pools)
    if names:
        what = names[0][1] if len(names) == 1 else f"the 1x1 convolution, at {len(names)} places"
        text = f"the average pool before {what}: the same function"
        yield Change(text, lambda: network, exact=True, moved=tuple(names))

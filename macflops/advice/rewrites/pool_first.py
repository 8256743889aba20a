"""pool_first: an average pool behind a 1x1 convolution computes the same before it, on k² times fewer pixels."""

from __future__ import annotations

from collections.abc import Iterator

from macflops.advice.subject import Aims, Change, Subject
from macflops.guidelines.e1 import pools_behind

rules = ("E1",)


def propose(subject: Subject, aims: Aims) -> Iterator[Change]:
    """Yield the network with all such pools moved, then with those of each kind of convolution alone.

    Exact: both are linear, the convolution mixes channels alone and the pool pixels alone.
    """
    network = subject.network
    pools = pools_behind(network)
    kinds: dict[object, dict[int, int]] = {}
    for pool, conv in pools.items():
        kinds.setdefault(network.layers[conv].operator, {})[pool] = conv
    for moves in [pools, *(list(kinds.values())[:8] if len(kinds) > 1 else [])]:
        if moves:
            names = tuple((network.layers[pool].name, network.layers[conv].name) for pool, conv in moves.items())
            what = names[0][1] if len(names) == 1 else f"the 1x1 convolution, at {len(names)} places"
            yield Change(
                f"the average pool before {what}: the same function", network.reordered(moves), exact=True, moved=names
            )

"""The independent witness: ShuffleNet V1 and V2 in NumPy, written from the papers.

It shares no code with the rest of macflops. What runs here is counted while it runs; it meets the prediction elsewhere.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from macflops.reference.counting import Record as Record
    from macflops.reference.shuffle import Mixing as Mixing
    from macflops.reference.shuffle import channel_shuffle as channel_shuffle
    from macflops.reference.shuffle import channel_unshuffle as channel_unshuffle
    from macflops.reference.shuffle import mixing as mixing
    from macflops.reference.shuffle import papers_mixing as papers_mixing
    from macflops.reference.shuffle import shuffle_permutation as shuffle_permutation
    from macflops.reference.shufflenet_v1 import ShuffleNetV1 as ShuffleNetV1
    from macflops.reference.shufflenet_v2 import ShuffleNetV2 as ShuffleNetV2

_HOMES = {
    "Mixing": "shuffle",
    "Record": "counting",
    "ShuffleNetV1": "shufflenet_v1",
    "ShuffleNetV2": "shufflenet_v2",
    "channel_shuffle": "shuffle",
    "channel_unshuffle": "shuffle",
    "mixing": "shuffle",
    "papers_mixing": "shuffle",
    "shuffle_permutation": "shuffle",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)

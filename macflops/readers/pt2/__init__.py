"""Archives of torch.export (.pt2): the graph in them, read as text. Nothing is unpickled, and torch is not imported."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from macflops.errors import Location, SourceError
from macflops.network import Network, no_garbage_collection

__all__ = ["load"]


def load(
    source: str,
    *,
    set: Mapping[str, Any] | None = None,
    variant: str | None = None,
    input_shape: Mapping[str | None, Sequence[int | str]] | None = None,
    batch: int | None = None,
    limits: Any = None,
) -> Network:
    """Return the network in an archive. Raises SourceError.

    `set` gives numbers to its symbolic dimensions; `input_shape` and `batch` do so by the inputs that have them.
    """
    from macflops.readers.pt2 import archive
    from macflops.readers.pt2.graph import run_of
    from macflops.readers.torch.build import network
    from macflops.readers.yaml import limited

    if variant is not None:
        raise SourceError(Location(source), f"--variant {variant}: a .pt2 file has none", "leave it out")
    limit = limited(limits)
    with no_garbage_collection():
        program = archive.program(source)
        name = os.path.splitext(os.path.basename(source))[0]
        run = run_of(program, source, name, set or {}, input_shape or {}, batch, limit.layers)
        return network(run, source, limit.layers, limit.magnitude, "pt2")

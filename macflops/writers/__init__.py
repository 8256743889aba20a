"""Where networks go. A writer is a file or folder here, named as the ending of the files that it writes.

Each has `written(network, …) -> bytes`; options beyond the network are keyword arguments of its own.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from macflops import ops
from macflops.errors import Location, SourceError
from macflops.members import members
from macflops.network import Network, no_garbage_collection

ENDINGS = {"yml": "yaml"}  # other spellings of a writer's name


def names() -> tuple[str, ...]:
    """Return the names of all writers, without importing any."""
    return members(__file__)


def writer_of(file: str) -> str:
    """Return the name of the writer for a file, by its ending. Raises SourceError where there is none."""
    ending = os.path.splitext(file)[1][1:].lower()
    writer = ENDINGS.get(ending, ending)
    if writer not in names():
        known = ", ".join(f".{name}" for name in names())
        what = f"no writer for files that end in {ending!r}" if ending else "a file without an ending"
        raise SourceError(Location(file), what, f"let its name end in one of {known}")
    return writer


def written(network: Network, writer: str, **options: Any) -> bytes:
    """Return a network as the bytes of a file. Raises SourceError where it cannot be written so.

    What a format states the shapes of, and no file in `ops` describes, can be counted but not written.
    """
    if network.unsupported:
        listed = ", ".join(f"{u.op} ({len(u.layers)} layers)" for u in network.unsupported)
        raise SourceError(Location(network.source), f"it holds {listed}, unknown to macflops", "only count it")
    for layer in network.layers:
        if type(layer.operator) is not ops.find(layer.operator.name):
            place = layer.location if layer.location.line else Location(network.source)
            what = f"{layer.name}: {layer.operator.name} cannot be written, it is no operator of native YAML"
            raise SourceError(place, what, "only count it")
    with no_garbage_collection():
        return import_module(f"macflops.writers.{writer}").written(network, **options)  # type: ignore[no-any-return]

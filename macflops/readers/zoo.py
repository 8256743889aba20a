"""`zoo:NAME`: a network that ships with macflops."""

from __future__ import annotations

from typing import Any

from macflops.network import Network
from macflops.readers.yaml import read
from macflops.zoo import find, text


def load(source: str, *, variant: str | None = None, **options: Any) -> Network:
    """Return the shipped network of this name. Raises SourceError where there is none."""
    file, named = find(source.removeprefix("zoo:"))
    network = read(text(file), file, variant=variant or named, **options)
    return network._replace(source=source)

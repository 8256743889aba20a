"""The native YAML format (docs/yaml.md): text in, a shaped Network out, every error with its line and column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from macflops.arguments import refuse
from macflops.errors import Location, SourceError
from macflops.network import Network, no_garbage_collection
from macflops.readers.yaml.limits import Limits

__all__ = ["Limits", "load", "read"]


def read(
    text: str,
    file: str,
    *,
    set: Mapping[str, Any] | None = None,
    variant: str | None = None,
    input_shape: Mapping[str | None, Sequence[int | str]] | None = None,
    batch: int | None = None,
    limits: Limits | Mapping[str, int] | None = None,
) -> Network:
    """Return the network that a text describes; `file` is what places in it are called.

    `set` gives values to parameters and symbolic dimensions by (dotted) name: a str as it would stand in YAML, other
    values as they are. `input_shape` replaces the shape of an input by name (None: the only one), the batch first;
    `batch` the first dimension of all. Raises SourceError.
    """
    from macflops.readers.yaml.document import Options, network
    from macflops.readers.yaml.source import Source

    source = Source(text.removeprefix("\ufeff"), file, limited(limits))
    with no_garbage_collection():
        try:
            return network(source, Options(set or {}, variant, input_shape or {}, batch))
        except RecursionError:
            what, hint = "nested too deeply", "write it flatter, or lower [tool.macflops.limits] nesting to see where"
            raise SourceError(Location(file), what, hint) from None


def load(source: str, *, limits: Limits | Mapping[str, int] | None = None, **options: Any) -> Network:
    """Return the network in a file, or on standard input (`-`). Options are those of `read`. Raises SourceError."""
    from macflops.readers.yaml.files import text_of

    limits = limited(limits)
    return read(text_of(source, limits), source, limits=limits, **options)


def limited(given: Limits | Mapping[str, int] | None) -> Limits:
    """Return limits: those given, the defaults for others. Raises SourceError on a limit that is not known."""
    if given is None:
        return Limits()
    if isinstance(given, Limits):
        return given
    if not isinstance(given, Mapping):
        refuse("limits", given, "a mapping of limits to numbers")
    for name, most in given.items():
        if name not in Limits._fields:
            raise SourceError(Location("limits"), f"no limit {name}", f"limits are {', '.join(Limits._fields)}")
        if type(most) is not int or most < 1:
            raise SourceError(Location("limits"), f"{name} is {most!r}", "give a whole number over 0")
    return Limits(**given)

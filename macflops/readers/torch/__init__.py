"""PyTorch modules: one run without numbers in, a shaped Network out.

`torch:MODULE:CALLABLE` imports MODULE, which runs its code, and takes from it what CALLABLE makes. torch is imported
only here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from macflops.errors import Location, SourceError
from macflops.network import Network, no_garbage_collection

__all__ = ["load", "read"]


def load(source: str, *, set: Mapping[str, Any] | None = None, **options: Any) -> Network:
    """Return the network of `torch:MODULE:CALLABLE`. Options are those of `read`. Raises SourceError."""
    require_torch(source)
    from macflops.readers.torch import construct

    module, name, rest = construct.constructed(source, set or {})
    return read(module, source, name, set=rest, **options)


def read(
    module: Any,
    source: str = "",
    name: str = "",
    *,
    set: Mapping[str, Any] | None = None,
    variant: str | None = None,
    input_shape: Mapping[str | None, Sequence[int | str]] | None = None,
    batch: int | None = None,
    limits: Any = None,
) -> Network:
    """Return the network that a torch.nn.Module is for inputs of these shapes.

    `set` gives numbers to the names in `input_shape`; `batch` replaces each first dimension. Raises SourceError.
    """
    from macflops.readers.torch.build import network
    from macflops.readers.torch.modules import recorded
    from macflops.readers.yaml import limited

    kind = type(module).__name__
    source, name = source or f"torch:{type(module).__module__}:{kind}", name or kind
    if variant is not None:
        raise SourceError(Location(source), f"--variant {variant}: a module has none", "leave it out")
    limit = limited(limits)
    shapes = numbered(input_shape, set or {}, source, limit.magnitude)
    with no_garbage_collection():
        run = recorded(module, source, name, shapes, batch, limit.layers)
        return network(run, source, limit.layers, limit.magnitude)


def numbered(
    shapes: Mapping[str | None, Sequence[int | str]] | None, given: Mapping[str, Any], source: str, magnitude: int
) -> dict[str | None, tuple[int | str, ...]] | None:
    """Return shapes with numbers in the place of the names that have one. Raises SourceError for other names."""
    from macflops.readers.onnx.inputs import Dimensions

    if shapes is None and not given:
        return None
    names = Dimensions(given, source)
    found: dict[str | None, tuple[int | str, ...]] = {}
    known = {dim for shape in (shapes or {}).values() for dim in shape if isinstance(dim, str)}
    names.symbols.update(dict.fromkeys(known))
    names.check_names()
    for name, shape in (shapes or {}).items():
        found[name] = tuple(names.number(d) if isinstance(d, str) and d in given else d for d in shape)
        if any(isinstance(dim, int) and dim > magnitude for dim in found[name]):
            raise SourceError(Location(source), f"an input of shape {list(found[name])}", "no dimension can be so long")
    return found or None


def require_torch(source: str) -> None:
    """Raise SourceError where PyTorch is not installed."""
    from importlib.util import find_spec

    if find_spec("torch") is None:
        hint = "pip install 'macflops[torch]'"
        raise SourceError(Location(source), "PyTorch is not installed", hint)

"""`timm:NAME`: a model of the timm library, built without its weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from macflops.errors import Location, SourceError
from macflops.network import Network


def load(source: str, *, set: Mapping[str, Any] | None = None, **options: Any) -> Network:
    """Return the network of a timm model for its own input size. Raises SourceError where timm has none of this name.

    `set` gives arguments of `timm.create_model`, other options are those of PyTorch modules.
    """
    from macflops.readers.torch import read, require_torch

    require_torch(source)
    from macflops.readers.torch.construct import called, value

    name = source.removeprefix("timm:")
    timm = imported(source)
    if not timm.is_model(name):
        from macflops.spelling import did_you_mean

        hint = did_you_mean(name, timm.list_models(), "timm.list_models() has them; some are")
        raise SourceError(Location(source), f"timm has no model {name}", hint)
    arguments = {key: value(given) for key, given in (set or {}).items()}
    module = called(lambda: timm.create_model(name, pretrained=False, **arguments), source)
    if not options.get("input_shape"):
        size = (getattr(module, "default_cfg", None) or {}).get("input_size", (3, 224, 224))
        options["input_shape"] = {None: (1, *size)}
    return read(module, source, name, **options)


def imported(source: str) -> Any:
    """Return the timm library. Raises SourceError where it cannot be imported."""
    try:
        import timm
    except ImportError as error:
        missing = error.name or str(error)
        hint = "pip install timm" if missing == "timm" else f"pip install {missing}: timm needs it"
        raise SourceError(Location(source), f"timm cannot be imported: no {missing}", hint) from None
    return timm

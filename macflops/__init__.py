"""macflops says why a neural network is slow and what to write instead, recounted.

`macflops.audit("model.yaml")` counts parameters, mult-adds and memory access cost layer by layer and checks the
guidelines of the ShuffleNet V2 paper; `macflops.count` counts only, `macflops.diff` compares two networks,
`macflops.load` reads one and `macflops.export` writes one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from macflops.api import audit as audit
    from macflops.api import count as count
    from macflops.api import diff as diff
    from macflops.api import export as export
    from macflops.api import load as load
    from macflops.errors import SourceError as SourceError
    from macflops.network import Network as Network
    from macflops.sweeps import sweep as sweep

__version__ = "0.1.0"

_HOMES = {
    "load": "api",
    "count": "api",
    "audit": "api",
    "diff": "api",
    "export": "api",
    "SourceError": "errors",
    "Network": "network",
    "sweep": "sweeps",
}
__all__ = ["Network", "SourceError", "audit", "count", "diff", "export", "load", "sweep"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: importing macflops imports nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'macflops' has no attribute {name!r}")
    return getattr(import_module(f"macflops.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted((*globals(), *_HOMES))

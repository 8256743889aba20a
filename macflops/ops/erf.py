"""Error function."""

from __future__ import annotations

from macflops.ops._activation import Activation


class Erf(Activation):
    """erf(x), from which an exact GELU is written out."""

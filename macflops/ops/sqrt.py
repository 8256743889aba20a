"""Square root."""

from __future__ import annotations

from macflops.ops._activation import Activation


class Sqrt(Activation):
    """√x."""

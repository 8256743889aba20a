"""Natural logarithm."""

from __future__ import annotations

from macflops.ops._activation import Activation


class Log(Activation):
    """log(x)."""

"""Hyperbolic tangent."""

from __future__ import annotations

from macflops.ops._activation import Activation


class Tanh(Activation):
    """tanh(x)."""

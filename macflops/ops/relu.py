"""ReLU."""

from __future__ import annotations

from macflops.ops._activation import Activation


class Relu(Activation):
    """max(x, 0)."""

"""CELU."""

from __future__ import annotations

from macflops.ops._activation import Activation


class Celu(Activation):
    """max(x, 0) + min(0, alpha · (exp(x ÷ alpha) − 1)). Source: Barron 2017."""

    alpha: float = 1.0

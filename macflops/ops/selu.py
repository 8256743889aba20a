"""SELU."""

from __future__ import annotations

from macflops.ops._activation import Activation


class Selu(Activation):
    """λ·x where x > 0, else λ·α·(exp(x) − 1), with fixed λ and α. Source: Klambauer et al. 2017."""

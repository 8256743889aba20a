"""SiLU, also called swish."""

from __future__ import annotations

from macflops.ops._activation import Activation


class Silu(Activation):
    """x · sigmoid(x). Source: Elfwing et al. 2018; Ramachandran et al. 2017 (swish)."""

"""Mish."""

from __future__ import annotations

from macflops.ops._activation import Activation


class Mish(Activation):
    """x · tanh(softplus(x)). Source: Misra 2019."""

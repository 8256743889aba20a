"""Softplus."""

from __future__ import annotations

from macflops.ops._activation import Activation


class Softplus(Activation):
    """log(1 + exp(beta · x)) ÷ beta, and x itself where beta · x is over the threshold."""

    beta: float = 1.0
    threshold: float = 20.0

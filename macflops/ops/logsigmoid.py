"""Logarithm of the sigmoid."""

from __future__ import annotations

from macflops.ops._activation import Activation


class LogSigmoid(Activation):
    """log(1 ÷ (1 + exp(−x)))."""

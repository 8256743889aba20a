"""Sigmoid."""

from __future__ import annotations

from macflops.ops._activation import Activation


class Sigmoid(Activation):
    """1 ÷ (1 + exp(−x))."""

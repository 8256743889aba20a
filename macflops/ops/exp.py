"""Exponential."""

from __future__ import annotations

from macflops.ops._activation import Activation


class Exp(Activation):
    """exp(x)."""

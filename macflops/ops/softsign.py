"""Softsign."""

from __future__ import annotations

from macflops.ops._activation import Activation


class Softsign(Activation):
    """x ÷ (1 + |x|)."""

"""Absolute value."""

from __future__ import annotations

from macflops.ops._activation import Activation


class Abs(Activation):
    """|x|."""

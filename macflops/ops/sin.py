"""Sine."""

from __future__ import annotations

from macflops.ops._activation import Activation


class Sin(Activation):
    """sin(x)."""

    __slots__ = ()

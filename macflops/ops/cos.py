"""Cosine."""

from __future__ import annotations

from macflops.ops._activation import Activation


class Cos(Activation):
    """cos(x)."""

    __slots__ = ()

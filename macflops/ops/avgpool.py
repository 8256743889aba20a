"""Average pooling."""

from __future__ import annotations

from macflops.ops._pool import Pool


class AvgPool(Pool):
    """The mean of each window."""

    __slots__ = ()

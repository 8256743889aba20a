"""Max pooling."""

from __future__ import annotations

from macflops.ops._pool import Pool


class MaxPool(Pool):
    """The greatest element of each window."""

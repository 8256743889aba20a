"""Average pooling."""

from __future__ import annotations

from dataclasses import replace

from macflops.arithmetic import Shape
from macflops.ops._pool import Pool


class AvgPool(Pool):
    """The mean of each window."""

    __slots__ = ()

    def averages_within(self, x: Shape) -> bool:
        """Tell whether no window touches padding, nor hangs over a border."""
        return not any(self.padding) and self.shape(x) == replace(self, ceil_mode=False).shape(x)

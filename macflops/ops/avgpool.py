"""Average pooling."""

from __future__ import annotations

from macflops.arithmetic import Shape
from macflops.ops._pool import Pool


class AvgPool(Pool):
    """The mean of each window."""

    def averages_within(self, x: Shape) -> bool:
        """Tell whether no window touches padding, nor hangs over a border."""
        return not any(self.padding) and self.shape(x) == self._replace(ceil_mode=False).shape(x)

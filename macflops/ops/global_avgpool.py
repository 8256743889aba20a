"""Global average pooling."""

from __future__ import annotations

from macflops.arithmetic import Shape
from macflops.ops._operator import require
from macflops.ops._pool import Pooling


class GlobalAvgPool(Pooling):
    """The mean of each channel of x (N, c, …sides): y (N, c, 1, 1). Source: Network in Network (Lin et al. 2014)."""

    __slots__ = ()

    def check(self, x: Shape) -> None:
        """Raise ShapeError on an input without sides."""
        require(
            len(x) > 2, "from", f"a global pooling on an input of shape {list(x)}", "it needs dimensions N, C and sides"
        )

    def shape(self, x: Shape) -> Shape:
        """Return (N, c, 1, …)."""
        return (*x[:2], *(1,) * (len(x) - 2))

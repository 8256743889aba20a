"""What global poolings share: a window that is the whole image."""

from __future__ import annotations

from macflops.arithmetic import Shape
from macflops.ops._operator import require_rank
from macflops.ops._pool import Pooling


class GlobalPooling(Pooling):
    """Pooling of each channel of x (N, c, …sides) to one element: y (N, c, 1, …)."""

    def check(self, x: Shape) -> None:
        """Raise ShapeError on an input without sides."""
        require_rank(self, x, 3, "N, C and sides")

    def shape(self, x: Shape) -> Shape:
        """Return (N, c, 1, …)."""
        return (*x[:2], *(1,) * (len(x) - 2))

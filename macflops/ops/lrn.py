"""Local response normalization."""

from __future__ import annotations

from macflops.arithmetic import Dim, Shape, size
from macflops.ops._norm import Norm
from macflops.ops._operator import Cost, require_at_least, require_rank


class LocalResponseNorm(Norm):
    """Local response normalization of x (N, c, …sides): each element over `size` neighbouring channels.

    No parameters, nothing to fold; reads the input, writes the output. Source: Krizhevsky et al. 2012, section 3.3.
    """

    size: Dim
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def check(self, x: Shape) -> None:
        """Raise ShapeError on an input without sides, or no neighbours."""
        require_rank(self, x, 3, "N, C and sides")
        require_at_least(self, 1, ("size",))

    def cost(self, x: Shape, y: Shape) -> Cost:
        """Return the cost for x and y (N, c, …sides)."""
        return Cost(elementwise_ops=size(y), reads=size(x), writes=size(y))

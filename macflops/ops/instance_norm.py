"""Instance normalization."""

from __future__ import annotations

from macflops.arithmetic import Shape, size
from macflops.ops._norm import Norm
from macflops.ops._operator import Cost, require_rank


class InstanceNorm(Norm):
    """Instance normalization of x (N, c, …sides): each channel of each example by itself.

    2c parameters if affine (by default, as in PyTorch, it is not); reads the input and them, writes the output.
    Source: Ulyanov et al. 2016, equation (4).
    """

    eps: float = 1e-5
    affine: bool = False

    def check(self, x: Shape) -> None:
        """Raise ShapeError on an input without sides."""
        require_rank(self, x, 3, "N, C and sides")

    def cost(self, x: Shape, y: Shape) -> Cost:
        """Return the cost for x and y (N, c, …sides)."""
        params = 2 * x[1] if self.affine else 0
        return Cost(elementwise_ops=size(y), reads=size(x), writes=size(y), weights=params, params=params)

"""Batch normalization."""

from __future__ import annotations

from macflops.arithmetic import Shape, size
from macflops.ops._norm import Norm
from macflops.ops._operator import Cost, require_rank


class BatchNorm(Norm):
    """Batch normalization of x (N, c, …) in inference: a scale and a shift per channel.

    2c parameters; reads the input, scale, shift, mean and variance (4c), writes the output. Without affine neither
    scale nor shift. Source: Ioffe and Szegedy 2015, algorithm 2.
    """

    fuses_as = "norm"  # in inference it is linear in each channel

    eps: float = 1e-5
    affine: bool = True

    def check(self, x: Shape) -> None:
        """Raise ShapeError on an input without channels."""
        require_rank(self, x, 2, "N and C")

    def cost(self, x: Shape, y: Shape) -> Cost:
        """Return the cost for x and y (N, c, …)."""
        params = 2 * x[1] if self.affine else 0
        return Cost(elementwise_ops=size(y), reads=size(x), writes=size(y), weights=params + 2 * x[1], params=params)

"""Group normalization."""

from __future__ import annotations

from macflops.arithmetic import Dim, Shape, divides, size, small_divisors
from macflops.errors import ShapeError
from macflops.ops._norm import Norm
from macflops.ops._operator import Cost, require_at_least, require_rank


class GroupNorm(Norm):
    """Group normalization of x (N, c, …): over num_groups groups of channels, each by itself.

    2c parameters if affine; reads the input and them, writes the output. Source: Wu and He 2018, section 3.
    """

    num_groups: Dim
    eps: float = 1e-5
    affine: bool = True

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the groups do not divide the channels."""
        require_rank(self, x, 2, "N and C")
        require_at_least(self, 1, ("num_groups",))
        if not divides(self.num_groups, x[1]):
            raise ShapeError(
                "num_groups",
                f"num_groups: {self.num_groups} does not divide {x[1]}",
                f"use one of {small_divisors(x[1])}",
            )

    def cost(self, x: Shape, y: Shape) -> Cost:
        """Return the cost for x and y (N, c, …)."""
        params = 2 * x[1] if self.affine else 0
        return Cost(elementwise_ops=size(y), reads=size(x), writes=size(y), weights=params, params=params)

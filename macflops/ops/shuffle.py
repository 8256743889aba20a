"""Channel shuffle."""

from __future__ import annotations

from macflops.arithmetic import Dim, Shape, divides, small_divisors
from macflops.errors import ShapeError
from macflops.ops._copy import Copy
from macflops.ops._operator import require_at_least, require_rank


class Shuffle(Copy):
    """Channel shuffle of x (N, c, …): the channels as (groups, c/groups), transposed and flattened.

    A copy: the whole input is read and written. Source: ShuffleNet (Zhang et al. 2018), section 3.1, figure 1.
    """

    follows = True

    groups: Dim

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the groups do not divide the channels."""
        require_rank(self, x, 2, "N and C")
        require_at_least(self, 1, ("groups",))
        if not divides(self.groups, x[1]):
            raise ShapeError(
                "groups", f"groups: {self.groups} does not divide {x[1]}", f"use one of {small_divisors(x[1])}"
            )

    def shape(self, x: Shape) -> Shape:
        """Return the input's shape."""
        return x

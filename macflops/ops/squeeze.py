"""Squeeze: a view without dimensions of size 1."""

from __future__ import annotations

from macflops.arithmetic import Dim, Shape, differ, surely
from macflops.errors import ShapeError
from macflops.ops._operator import require_dim
from macflops.ops._view import View


class Squeeze(View):
    """View of x without the dimensions `dim`, which are 1; without all that are 1 where they are not given."""

    follows = True

    dim: tuple[Dim, ...] | None = None

    def check(self, x: Shape) -> None:
        """Raise ShapeError where a dimension is not there, or not 1."""
        for dim in self.dim or ():
            require_dim(x, dim)
            if differ(x[dim], 1):
                raise ShapeError("dim", f"dimension {dim} is {x[dim]}", "only a dimension of size 1 can be left out")

    def shape(self, x: Shape) -> Shape:
        """Return the shape without those dimensions."""
        if self.dim is None:
            return tuple(side for side in x if surely(side == 1) is not True)
        gone = {dim % len(x) for dim in self.dim}
        return tuple(side for i, side in enumerate(x) if i not in gone)

"""Unflatten: a view with one dimension as several."""

from __future__ import annotations

from macflops.arithmetic import Dim, Shape
from macflops.ops._operator import require_dim
from macflops.ops._sizes import check_sizes, settled
from macflops.ops._view import View


class Unflatten(View):
    """View of x with dimension `dim` as several, of which one may be -1: (N, L, c) to (N, L, heads, c/heads)."""

    dim: int
    unflattened_size: tuple[Dim, ...]

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the sizes do not make up the dimension."""
        require_dim(x, self.dim)
        check_sizes("unflattened_size", self.unflattened_size, x[self.dim])

    def shape(self, x: Shape) -> Shape:
        """Return the shape with that dimension as several."""
        along = self.dim % len(x)
        return (*x[:along], *settled(self.unflattened_size, x[along]), *x[along + 1 :])

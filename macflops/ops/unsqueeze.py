"""Unsqueeze: a view with one more dimension, of size 1."""

from __future__ import annotations

from macflops.arithmetic import Shape
from macflops.ops._operator import require_dim
from macflops.ops._view import View


class Unsqueeze(View):
    """View of x with a dimension of size 1 that becomes its dimension `dim`."""

    follows = True

    dim: int

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the output has no such dimension."""
        require_dim((*x, 1), self.dim)

    def shape(self, x: Shape) -> Shape:
        """Return the shape with a 1 more."""
        at = self.dim % (len(x) + 1)
        return (*x[:at], 1, *x[at:])

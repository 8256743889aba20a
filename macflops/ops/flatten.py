"""Flatten: a view with some dimensions merged into one."""

from __future__ import annotations

from macflops.arithmetic import Shape, size
from macflops.errors import ShapeError
from macflops.ops._operator import require_dim
from macflops.ops._view import View


class Flatten(View):
    """View of x with the dimensions from start_dim to end_dim, both included, as one: (N, c, h, w) to (N, c·h·w)."""

    follows = True

    start_dim: int = 1
    end_dim: int = -1

    def check(self, x: Shape) -> None:
        """Raise ShapeError where a dimension is not there."""
        for field, dim in (("start_dim", self.start_dim), ("end_dim", self.end_dim)):
            require_dim(x, dim, field)
        if self.start_dim % len(x) > self.end_dim % len(x):
            raise ShapeError("end_dim", f"end_dim: {self.end_dim} lies before start_dim: {self.start_dim}", "swap them")

    def shape(self, x: Shape) -> Shape:
        """Return the shape with those dimensions multiplied."""
        start, end = self.start_dim % len(x), self.end_dim % len(x)
        return (*x[:start], size(x[start : end + 1]), *x[end + 1 :])

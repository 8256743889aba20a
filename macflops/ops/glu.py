"""Gated linear unit."""

from __future__ import annotations

from macflops.arithmetic import Shape, divides, exact_div
from macflops.errors import ShapeError
from macflops.ops._activation import Activation
from macflops.ops._operator import require_dim


class Glu(Activation):
    """a · sigmoid(b), a and b the halves of x along dimension `dim`. Source: Dauphin et al. 2017."""

    dim: int = -1

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the dimension is not there, or odd."""
        require_dim(x, self.dim)
        if not divides(2, x[self.dim]):
            raise ShapeError("dim", f"{x[self.dim]} elements in dimension {self.dim} have no halves", "make them even")

    def shape(self, x: Shape) -> Shape:
        """Return the input's shape, with half of dimension `dim`."""
        along = self.dim % len(x)
        return (*x[:along], exact_div(x[along], 2), *x[along + 1 :])

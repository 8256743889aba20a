"""Transposition: dimensions in another order."""

from __future__ import annotations

from macflops.arithmetic import Dim, Shape
from macflops.errors import ShapeError
from macflops.ops._copy import Copy
from macflops.ops._operator import require_dim


class Transpose(Copy):
    """x with its dimensions in the order `dims`, as torch.permute. Always a copy: what reads it wants it in order."""

    dims: tuple[Dim, ...]

    def check(self, x: Shape) -> None:
        """Raise ShapeError unless each dimension of x is named once."""
        for dim in self.dims:
            require_dim(x, dim, "dims")
        if len(self.dims) != len(x) or len({dim % len(x) for dim in self.dims}) < len(x):
            raise ShapeError(
                "dims", f"dims: {list(self.dims)} of {len(x)} dimensions", "name each dimension of the input once"
            )

    def shape(self, x: Shape) -> Shape:
        """Return the dimensions in that order."""
        return tuple(x[dim] for dim in self.dims)

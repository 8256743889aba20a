"""Tiling: a tensor repeated along its dimensions."""

from __future__ import annotations

from macflops.arithmetic import Dim, Shape
from macflops.errors import ShapeError
from macflops.ops._copy import Copy
from macflops.ops._operator import require_at_least


class Tile(Copy):
    """x repeated `dims` times along its last dimensions, new ones before them where dims has more, as torch.tile."""

    dims: tuple[Dim, ...]

    def check(self, x: Shape) -> None:
        """Raise ShapeError where it would be repeated less than once."""
        require_at_least(self, 1, ("dims",))
        if not self.dims:
            raise ShapeError("dims", "no dims to repeat along", "give a number for each dimension")

    def shape(self, x: Shape) -> Shape:
        """Return the multiplied dimensions."""
        rank = max(len(x), len(self.dims))
        sides, times = ((1,) * (rank - len(s)) + tuple(s) for s in (x, self.dims))
        return tuple(side * number for side, number in zip(sides, times, strict=True))

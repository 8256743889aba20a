"""Pixel unshuffle: space to depth."""

from __future__ import annotations

from macflops.arithmetic import Dim, Shape, divides, exact_div
from macflops.errors import ShapeError
from macflops.ops._copy import Copy
from macflops.ops._operator import require_at_least, require_rank


class PixelUnshuffle(Copy):
    """Space to depth, a pixel shuffle undone: x (…, c, h·r, w·r) to y (…, c·r², h, w), r the downscale_factor."""

    downscale_factor: Dim

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the factor does not divide a side."""
        require_rank(self, x, 3, "C, H and W")
        require_at_least(self, 1, ("downscale_factor",))
        for side in x[-2:]:
            if not divides(self.downscale_factor, side):
                raise ShapeError(
                    "downscale_factor",
                    f"downscale_factor: {self.downscale_factor} does not divide a side of {side}",
                    "pad the input, or use a divisor of its sides",
                )

    def shape(self, x: Shape) -> Shape:
        """Return (…, c·r², h, w)."""
        r = self.downscale_factor
        return (*x[:-3], x[-3] * r**2, exact_div(x[-2], r), exact_div(x[-1], r))

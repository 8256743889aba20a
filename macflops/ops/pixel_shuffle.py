"""Pixel shuffle: depth to space."""

from __future__ import annotations

from macflops.arithmetic import Dim, Shape, divides, exact_div
from macflops.errors import ShapeError
from macflops.ops._copy import Copy
from macflops.ops._operator import require_at_least, require_rank


class PixelShuffle(Copy):
    """Depth to space: x (…, c·r², h, w) to y (…, c, h·r, w·r), r the upscale_factor. A copy.

    Source: Shi et al. 2016, equation (4).
    """

    upscale_factor: Dim

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the square of the factor does not divide the channels."""
        require_rank(self, x, 3, "C, H and W")
        require_at_least(self, 1, ("upscale_factor",))
        if not divides(self.upscale_factor**2, x[-3]):
            raise ShapeError(
                "upscale_factor",
                f"the square of {self.upscale_factor} does not divide {x[-3]} channels",
                f"give the input a multiple of {self.upscale_factor**2} channels",
            )

    def shape(self, x: Shape) -> Shape:
        """Return (…, c, h·r, w·r)."""
        r = self.upscale_factor
        return (*x[:-3], exact_div(x[-3], r**2), x[-2] * r, x[-1] * r)

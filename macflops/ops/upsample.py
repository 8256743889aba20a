"""Upsampling: resizing of the sides, by nearest neighbours or interpolated."""

from __future__ import annotations

from macflops.arithmetic import Shape
from macflops.errors import ShapeError
from macflops.ops._copy import Copy
from macflops.ops._operator import Sides, require_at_least, require_choice, require_rank

MODES = ("nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "area")


class Upsample(Copy):
    """Resizing of the sides of x (N, c, …sides): to `size`, or by `scale_factor`, whole numbers. Exactly one is given.

    A copy whatever the mode: the input is read, the output written. Fields as in torch.nn.Upsample.
    """

    follows = True

    size: Sides | None = None
    scale_factor: Sides | None = None
    mode: str = "nearest"
    align_corners: bool = False

    def check(self, x: Shape) -> None:
        """Raise ShapeError unless one of size and scale_factor is given, a number for each side."""
        require_rank(self, x, 3, "N, C and sides")
        require_choice(self, "mode", MODES)
        if (self.size is None) == (self.scale_factor is None):
            raise ShapeError("scale_factor", "an upsampling by both size and scale_factor, or neither", "give one")
        field, given = ("size", self.size) if self.scale_factor is None else ("scale_factor", self.scale_factor)
        if len(given or ()) != len(x) - 2:
            raise ShapeError(field, f"{field}: {list(given or ())} on {len(x) - 2} sides", "give a number for each")
        require_at_least(self, 1, (field,))

    def shape(self, x: Shape) -> Shape:
        """Return (N, c, …sides)."""
        if self.scale_factor is None:
            return (*x[:2], *(self.size or ()))
        return (*x[:2], *(side * factor for side, factor in zip(x[2:], self.scale_factor, strict=True)))

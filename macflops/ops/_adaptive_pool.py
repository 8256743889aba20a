"""What adaptive poolings share: windows that follow from the output's sides."""

from __future__ import annotations

from macflops.arithmetic import Shape
from macflops.errors import ShapeError
from macflops.ops._operator import Sides, require_at_least, require_rank
from macflops.ops._pool import Pooling


class AdaptivePooling(Pooling):
    """Pooling of x (N, c, …sides) to y (N, c, …out): window i of a side begins at ⌊i·side ÷ out⌋ and covers it all."""

    out: Sides

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the output has other sides than the input."""
        require_rank(self, x, 3, "N, C and sides")
        require_at_least(self, 1, ("out",))
        if len(self.out) != len(x) - 2:
            raise ShapeError("out", f"out: {list(self.out)} of an input of shape {list(x)}", f"give {len(x) - 2} sides")

    def shape(self, x: Shape) -> Shape:
        """Return (N, c, …out)."""
        return (*x[:2], *self.out)

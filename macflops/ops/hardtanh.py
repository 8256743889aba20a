"""Hard tanh: a clamp to two bounds."""

from __future__ import annotations

from macflops.arithmetic import Shape
from macflops.errors import ShapeError
from macflops.ops._activation import Activation


class HardTanh(Activation):
    """min(max(x, min_val), max_val)."""

    min_val: float = -1.0
    max_val: float = 1.0

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the bounds are the wrong way round."""
        if self.min_val >= self.max_val:
            raise ShapeError("max_val", f"max_val: {self.max_val} is not over min_val: {self.min_val}", "swap them")

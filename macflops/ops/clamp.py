"""Clamp: to a lower bound, an upper one, or both."""

from __future__ import annotations

from macflops.arithmetic import Shape
from macflops.errors import ShapeError
from macflops.ops._activation import Activation


class Clamp(Activation):
    """min(max(x, min), max), with at least one of the two."""

    min: float | None = None
    max: float | None = None

    def check(self, x: Shape) -> None:
        """Raise ShapeError without bounds."""
        if self.min is None and self.max is None:
            raise ShapeError("min", "a clamp without bounds", "give min, max or both")

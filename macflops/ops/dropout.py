"""Dropout."""

from __future__ import annotations

from macflops.arithmetic import Shape
from macflops.errors import ShapeError
from macflops.ops._view import View


class Dropout(View):
    """x itself, for in inference nothing is dropped. Source: Srivastava et al. 2014."""

    follows = True

    p: float = 0.5

    def check(self, x: Shape) -> None:
        """Raise ShapeError unless p is a probability."""
        if not 0 <= self.p <= 1:
            raise ShapeError("p", f"p is {self.p}", "it is a probability, from 0 to 1")

    def shape(self, x: Shape) -> Shape:
        """Return the input's shape."""
        return x

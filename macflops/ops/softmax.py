"""Softmax."""

from __future__ import annotations

from macflops.arithmetic import Shape
from macflops.ops._activation import Activation
from macflops.ops._operator import require_dim


class Softmax(Activation):
    """exp(x) ÷ its sum along dimension `dim`; one operation per output element, as for all activations."""

    fuses_as = None  # an output element needs all of its row

    dim: int = -1

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the dimension is not there."""
        require_dim(x, self.dim)

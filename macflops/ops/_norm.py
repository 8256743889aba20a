"""What normalizations share: an output of the input's shape."""

from __future__ import annotations

from macflops.arithmetic import Shape
from macflops.ops._operator import Operator


class Norm(Operator):
    """A normalization of one input of any shape to an output of the same."""

    role = "norm"
    follows = True

    def shape(self, x: Shape) -> Shape:
        """Return the input's shape."""
        return x

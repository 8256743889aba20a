"""What activations share: one output element from one input element, whatever the function."""

from __future__ import annotations

from typing import ClassVar

from macflops.arithmetic import Shape, size
from macflops.ops._operator import Cost, FusesAs, Operator


class Activation(Operator):
    """An element-wise function of one input of any shape: one operation an element, input read, output written."""

    role = "activation"
    follows = True
    fuses_as: ClassVar[FusesAs | None] = "activation"

    def shape(self, x: Shape) -> Shape:
        """Return the input's shape."""
        return x

    def cost(self, x: Shape, y: Shape) -> Cost:
        """Return one operation per output element, and both tensors moved."""
        return Cost(elementwise_ops=size(y), reads=size(x), writes=size(y))

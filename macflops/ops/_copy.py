"""What data movement that must copy shares: every input read, the output written, nothing computed."""

from __future__ import annotations

from macflops.arithmetic import Shape, size
from macflops.ops._operator import Cost, Operator


class Copy(Operator):
    """Data movement: moves its inputs to its output without computing."""

    role = "copy"

    def cost(self, *tensors: Shape) -> Cost:
        """Return the inputs read and the output written, in elements."""
        *inputs, y = tensors
        return Cost(reads=sum(map(size, inputs)), writes=size(y))

"""What additions and products of tensors share: operands that broadcast against each other."""

from __future__ import annotations

from macflops.arithmetic import Dim, Shape, differ, is_integer, size
from macflops.ops._operator import Cost, Operator, require


class Arithmetic(Operator):
    """An element-wise function of two or more tensors, broadcast as in NumPy. Reads each whole and once, writes one.

    One operation per element of the output, however many the operands are.
    """

    __slots__ = ()
    role = "arithmetic"
    least_inputs, most_inputs = 2, None

    def check(self, *inputs: Shape) -> None:
        """Raise ShapeError where two dimensions differ and neither is 1."""
        for one in inputs:
            for other in inputs:
                clash = any(
                    differ(a, b) and differ(a, 1) and differ(b, 1) for a, b in zip(one[::-1], other[::-1], strict=False)
                )
                shapes = " and ".join(str(list(i)) for i in inputs)
                require(not clash, "from", f"shapes {shapes} do not broadcast", "make the dimensions equal, or 1")

    def shape(self, *inputs: Shape) -> Shape:
        """Return the shape that all inputs broadcast to."""
        rank = max(map(len, inputs))
        aligned = [(1,) * (rank - len(i)) + tuple(i) for i in inputs]
        return tuple(broadcast(dimensions) for dimensions in zip(*aligned, strict=True))

    def cost(self, *tensors: Shape) -> Cost:
        """Return the cost for the inputs and the output."""
        *inputs, y = tensors
        return Cost(elementwise_ops=size(y), reads=sum(map(size, inputs)), writes=size(y))


def broadcast(dimensions: tuple[Dim, ...]) -> Dim:
    """Return what equal dimensions, or ones, broadcast to: an integer where one is known."""
    others = [d for d in dimensions if not (is_integer(d) and d == 1)]
    return next((d for d in others if is_integer(d)), others[0] if others else 1)

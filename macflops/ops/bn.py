"""Batch normalization."""

from __future__ import annotations

from macflops.arithmetic import Shape, size
from macflops.ops._operator import Cost, Operator, require


class BatchNorm(Operator):
    """Batch normalization of x (N, c, …) in inference: a scale and a shift per channel.

    2c parameters; reads the input, scale, shift, mean and variance (4c), writes the output.
    Source: Ioffe and Szegedy 2015, algorithm 2.
    """

    __slots__ = ()
    role = "norm"
    fuses_as = "norm"  # in inference it is linear in each channel

    def check(self, x: Shape) -> None:
        """Raise ShapeError on an input without channels."""
        require(len(x) >= 2, "from", f"a batch norm on an input of shape {list(x)}", "it needs dimensions N and C")

    def shape(self, x: Shape) -> Shape:
        """Return the input's shape."""
        return x

    def cost(self, x: Shape, y: Shape) -> Cost:
        """Return the cost for x and y (N, c, …)."""
        return Cost(elementwise_ops=size(y), reads=size(x), writes=size(y), weights=4 * x[1], params=2 * x[1])

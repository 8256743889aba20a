"""Gather: slices of one tensor, by the indices in another."""

from __future__ import annotations

from macflops.arithmetic import Shape, size
from macflops.ops._operator import Cost, Operator, require_dim


class Gather(Operator):
    """Slices of the first input along dimension `dim` for the second's indices (…), which take that dimension's place.

    Reads the indices and the slices that they name, as many elements as it writes. Source: ONNX, Gather.
    """

    role = "lookup"
    least_inputs = most_inputs = 2

    dim: int = 0

    def check(self, table: Shape, indices: Shape) -> None:
        """Raise ShapeError where the dimension is not there."""
        require_dim(table, self.dim)

    def shape(self, table: Shape, indices: Shape) -> Shape:
        """Return the table's shape with the indices' in the place of dimension `dim`."""
        along = self.dim % len(table)
        return (*table[:along], *indices, *table[along + 1 :])

    def cost(self, table: Shape, indices: Shape, y: Shape) -> Cost:
        """Return the cost for indices (…) and y."""
        return Cost(reads=size(indices) + size(y), writes=size(y))

"""What reductions share: dimensions that are folded into one element each."""

from __future__ import annotations

from macflops.arithmetic import Dim, Shape, size
from macflops.errors import ShapeError
from macflops.ops._operator import Cost, Operator, require_dim


class Reduction(Operator):
    """A reduction of x along the dimensions `dim`, all where they are not given; they stay as ones with keepdim.

    One operation per output element; the input read, the output written.
    """

    role = "reduction"
    follows = True

    dim: tuple[Dim, ...] | None = None
    keepdim: bool = False

    def check(self, x: Shape) -> None:
        """Raise ShapeError where a dimension is not there, or named twice."""
        dims = range(len(x)) if self.dim is None else self.dim
        for dim in dims:
            require_dim(x, dim)
        if len({dim % len(x) for dim in dims}) < len(dims):
            raise ShapeError("dim", f"dim: {list(dims)} names a dimension twice", "name each once")

    def shape(self, x: Shape) -> Shape:
        """Return the shape without those dimensions, or with ones in their place."""
        folded = {dim % len(x) for dim in (range(len(x)) if self.dim is None else self.dim)}
        if self.keepdim:
            return tuple(1 if i in folded else side for i, side in enumerate(x))
        return tuple(side for i, side in enumerate(x) if i not in folded)

    def cost(self, x: Shape, y: Shape) -> Cost:
        """Return one operation per output element, the input read and the output written."""
        return Cost(elementwise_ops=size(y), reads=size(x), writes=size(y))

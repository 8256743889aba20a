"""Linear (fully connected) layer."""

from __future__ import annotations

from collections.abc import Sequence

from macflops.arithmetic import Dim, Shape, size
from macflops.ops._operator import Cost, Operator, require_at_least, require_rank


class Linear(Operator):
    """Linear map of the last dimension: x (N, …, in) to y (N, …, out).

    Counts mult-adds N·in·out, memory access in elements N·in + N·out + in·out (+ out if biased).
    """

    role = "linear"
    follows = True

    out: Dim
    bias: bool = True

    def check(self, x: Shape) -> None:
        """Raise ShapeError on an input without dimensions, or no outputs."""
        require_rank(self, x, 1, "to map from, at least one")
        require_at_least(self, 1, ("out",))

    def shape(self, x: Shape) -> Shape:
        """Return (N, …, out)."""
        return (*x[:-1], self.out)

    def made_width(self, x: Shape) -> Dim | None:
        """Return its outputs."""
        return self.out

    def at_widths(self, before: Sequence[Shape], after: Sequence[Shape], width: Dim | None) -> Linear:
        """Return it with as many outputs as given."""
        return self if width is None else self._replace(out=width)

    def cost(self, x: Shape, y: Shape) -> Cost:
        """Return the cost for x (N, …, in) and y (N, …, out)."""
        matrix = x[-1] * self.out
        weights = matrix + (self.out if self.bias else 0)
        return Cost(mult_adds=size(x[:-1]) * matrix, reads=size(x), writes=size(y), weights=weights, params=weights)

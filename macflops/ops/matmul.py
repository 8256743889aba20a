"""Matrix product of two activations."""

from __future__ import annotations

from macflops.arithmetic import Shape, differ, size
from macflops.errors import ShapeError
from macflops.ops._arithmetic import broadcast_shape, check_broadcast
from macflops.ops._operator import Cost, Operator, require_rank


class MatMul(Operator):
    """Product of a (…, m, k) and b (…, k, n), both activations: y (…, m, n); the leading dimensions broadcast.

    With transpose_b, b is given as (…, n, k): the queries and keys of attention, without a copy to transpose them.
    Counts mult-adds b·m·k·n, memory access in elements b·(m·k + k·n + m·n); an operand that broadcasts is read once.
    Source: Vaswani et al. 2017, equation (1).
    """

    role = "matmul"
    least_inputs = most_inputs = 2

    transpose_b: bool = False

    def check(self, a: Shape, b: Shape) -> None:
        """Raise ShapeError where the inner dimensions differ, or the leading ones do not broadcast."""
        for operand in (a, b):
            require_rank(self, operand, 2, "…, rows and columns")
        if differ(a[-1], b[-1] if self.transpose_b else b[-2]):
            raise ShapeError(
                "from", f"a product of {list(a)} and {list(b)}", "make the inner dimensions equal, or set transpose_b"
            )
        check_broadcast(a[:-2], b[:-2])

    def shape(self, a: Shape, b: Shape) -> Shape:
        """Return (…, m, n)."""
        return (*broadcast_shape(a[:-2], b[:-2]), a[-2], b[-2] if self.transpose_b else b[-1])

    def cost(self, a: Shape, b: Shape, y: Shape) -> Cost:
        """Return the cost for a (…, m, k), b and y (…, m, n)."""
        return Cost(mult_adds=size(y) * a[-1], reads=size(a) + size(b), writes=size(y))

"""Reshape: a view of other dimensions."""

from __future__ import annotations

from macflops.arithmetic import Dim, Shape, size
from macflops.ops._sizes import check_sizes, settled
from macflops.ops._view import View


class Reshape(View):
    """View of x as another shape of as many elements; one dimension may be -1, which is what the others leave.

    Its field is named as in torch.reshape, and so stands where other operators have the method `shape`: ask `shapes`.
    """

    shape: tuple[Dim, ...]  # type: ignore[assignment]

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the shape has not as many elements as x."""
        check_sizes("shape", self.shape, size(x))

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        """Return that shape, its -1 settled."""
        return (settled(self.shape, size(x)),)

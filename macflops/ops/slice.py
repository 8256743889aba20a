"""Slice: a view of a range of one dimension."""

from __future__ import annotations

from collections.abc import Sequence

from macflops.arithmetic import Dim, Shape, ceil_div, exact_div, surely
from macflops.errors import ShapeError
from macflops.ops._operator import require_at_least, require_dim
from macflops.ops._view import View


class Slice(View):
    """View of x from start up to, but not with, end along dimension `dim` (1: channels), every step-th of them.

    A negative start or end counts from the dimension's end; without end it goes on to there.
    """

    follows = True

    dim: int = 1
    start: Dim = 0
    end: Dim | None = None
    step: Dim = 1

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the range is empty or not there."""
        require_dim(x, self.dim)
        require_at_least(self, 1, ("step",))
        side = x[self.dim]
        start, end = self.bounds(side)
        if surely(start >= 0) is False or surely(start < side) is False:
            raise ShapeError("start", f"start: {self.start} of {side}", "use one that is there")
        if surely(end <= side) is False or surely(end > start) is False:
            raise ShapeError("end", f"end: {self.end} of {side}, from {self.start}", "use one after the start")

    def shape(self, x: Shape) -> Shape:
        """Return the input's shape, with the range's length in dimension `dim`."""
        along = self.dim % len(x)
        start, end = self.bounds(x[along])
        return (*x[:along], ceil_div(end - start, self.step), *x[along + 1 :])

    def at_widths(self, before: Sequence[Shape], after: Sequence[Shape], width: Dim | None) -> Slice:
        """Return it with a range that keeps its proportion."""
        old, new = before[0][self.dim], after[0][self.dim]
        if new is old:
            return self
        start, end = (exact_div(new * bound, old) for bound in self.bounds(old))
        return self._replace(start=start, end=end)

    def bounds(self, side: Dim) -> tuple[Dim, Dim]:
        """Return start and end counted from the beginning of a side."""
        end = side if self.end is None else self.end
        start = side + self.start if surely(self.start < 0) is True else self.start
        return start, side + end if surely(end < 0) is True else end

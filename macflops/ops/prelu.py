"""Parametric ReLU."""

from __future__ import annotations

from collections.abc import Sequence

from macflops.arithmetic import Dim, Shape, differ, size
from macflops.errors import ShapeError
from macflops.ops._activation import Activation
from macflops.ops._operator import Cost, require_rank


class PRelu(Activation):
    """x (N, c, …) where x > 0, else a learnt slope · x: one slope for each channel, or one in all (num_parameters: 1).

    c parameters, or 1; reads the input and the slopes, writes the output. Source: He et al. 2015, section 2.1.
    """

    num_parameters: Dim | None = None

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the slopes are neither one nor as many as the channels."""
        require_rank(self, x, 2, "N and C")
        number = self.num_parameters
        if number is not None and differ(number, 1) and differ(number, x[1]):
            raise ShapeError("num_parameters", f"num_parameters: {number} on {x[1]} channels", f"use 1 or {x[1]}")

    def at_widths(self, before: Sequence[Shape], after: Sequence[Shape], width: Dim | None) -> PRelu:
        """Return it with a slope for each channel, where it had one for each."""
        return self if self.num_parameters in (None, 1) else self._replace(num_parameters=after[0][1])

    def cost(self, x: Shape, y: Shape) -> Cost:
        """Return the cost for x and y (N, c, …)."""
        slopes = x[1] if self.num_parameters is None else self.num_parameters
        return Cost(elementwise_ops=size(y), reads=size(x), writes=size(y), weights=slopes, params=slopes)

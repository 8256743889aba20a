"""Convolution: dense, grouped, depthwise and pointwise are one formula."""

from __future__ import annotations

from collections.abc import Sequence

from macflops.arithmetic import Dim, Shape, common_divisor, divides, exact_div, size, small_divisors
from macflops.errors import ShapeError
from macflops.ops._operator import Cost, Operator, Padding, Sides, require_at_least
from macflops.ops._windowed import check_fits, check_window, windows


class Conv(Operator):
    """Convolution of x (N, c1, …sides) to y (N, c2, …sides), of as many sides as the kernel has.

    Counts mult-adds N·ho·wo·kh·kw·c1·c2/g, and memory access in elements
    N·hi·wi·c1 + N·ho·wo·c2 + kh·kw·c1·c2/g (+ c2 if biased).
    Source: ShuffleNet V2 (Ma et al. 2018), section 2, G1 and G2; there for 1x1, stride 1 and N = 1.
    """

    role = "convolution"
    follows = True

    out: Dim
    kernel: Sides = (1, 1)
    stride: Sides = (1, 1)
    dilation: Sides = (1, 1)
    padding: Padding = (0, 0, 0, 0)
    groups: Dim = 1
    bias: bool = True

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the kernel, the groups or the input do not fit."""
        check_window(self, x)
        require_at_least(self, 1, ("out", "groups"))
        if not (divides(self.groups, x[1]) and divides(self.groups, self.out)):
            choices = small_divisors(common_divisor(x[1], self.out))
            raise ShapeError(
                "groups", f"groups: {self.groups} does not divide {x[1]} and {self.out}", f"use one of {choices}"
            )
        check_fits(self, x)

    def shape(self, x: Shape) -> Shape:
        """Return (N, out, …sides)."""
        return (x[0], self.out, *windows(x[2:], self.kernel, self.stride, self.dilation, self.padding))

    def made_width(self, x: Shape) -> Dim | None:
        """Return its output's channels, unless it is depthwise: then its input's decide."""
        return None if self.groups == x[1] and x[1] != 1 else self.out

    def at_widths(self, before: Sequence[Shape], after: Sequence[Shape], width: Dim | None) -> Conv:
        """Return it with as many output channels as given; a depthwise one with as many groups as its input has."""
        if width is not None:
            return self._replace(out=width)
        return self._replace(out=after[0][1] * exact_div(self.out, self.groups), groups=after[0][1])

    def cost(self, x: Shape, y: Shape) -> Cost:
        """Return the cost; a mult-add on padding counts, as everywhere in the field."""
        kernels = size(self.kernel) * exact_div(x[1], self.groups) * self.out
        weights = kernels + (self.out if self.bias else 0)
        return Cost(
            mult_adds=y[0] * size(y[2:]) * kernels, reads=size(x), writes=size(y), weights=weights, params=weights
        )

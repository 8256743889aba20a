"""Transposed convolution."""

from __future__ import annotations

from collections.abc import Sequence

from macflops.arithmetic import Dim, Shape, common_divisor, divides, exact_div, size, small_divisors, surely
from macflops.errors import ShapeError
from macflops.ops._operator import Cost, Operator, Padding, Sides, halves, require_at_least
from macflops.ops._windowed import check_fits, check_window


class ConvTranspose(Operator):
    """Transposed convolution of x (N, c1, …sides) to y (N, c2, …sides): each input element spreads a kernel.

    A side i becomes (i − 1)·stride − before − after + dilation·(k − 1) + output_padding + 1.
    Counts mult-adds N·hi·wi·kh·kw·c1·c2/g, of the *input's* sides, and memory access in elements
    N·hi·wi·c1 + N·ho·wo·c2 + kh·kw·c1·c2/g (+ c2 if biased).
    Source: Dumoulin and Visin 2016, chapter 4; fields as in torch.nn.ConvTranspose2d.
    """

    role = "convolution"
    follows = True

    out: Dim
    kernel: Sides = (1, 1)
    stride: Sides = (1, 1)
    dilation: Sides = (1, 1)
    padding: Padding = (0, 0, 0, 0)
    output_padding: Sides = (0, 0)
    groups: Dim = 1
    bias: bool = True

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the kernel, the groups, the output padding or the input do not fit."""
        check_window(self, x)
        require_at_least(self, 1, ("out", "groups"))
        require_at_least(self, 0, ("output_padding",))
        if len(self.output_padding) != len(x) - 2:
            raise ShapeError(
                "output_padding", f"{len(self.output_padding)} of {len(x) - 2} sides", "give one for each side"
            )
        for more, s, d in zip(self.output_padding, self.stride, self.dilation, strict=True):
            if surely(more < s) is False and surely(more < d) is False:
                raise ShapeError("output_padding", f"output_padding is {more}", f"keep it under {s}, the stride")
        if not (divides(self.groups, x[1]) and divides(self.groups, self.out)):
            choices = small_divisors(common_divisor(x[1], self.out))
            raise ShapeError(
                "groups", f"groups: {self.groups} does not divide {x[1]} and {self.out}", f"use one of {choices}"
            )
        check_fits(self, x)

    def shape(self, x: Shape) -> Shape:
        """Return (N, out, …sides)."""
        before, after = halves(self.padding)
        along = zip(x[2:], self.kernel, self.stride, self.dilation, before, after, self.output_padding, strict=True)
        sides = ((i - 1) * s - b - a + d * (k - 1) + more + 1 for i, k, s, d, b, a, more in along)
        return (x[0], self.out, *sides)

    def made_width(self, x: Shape) -> Dim | None:
        """Return its output's channels, unless it is depthwise: then its input's decide."""
        return None if self.groups == x[1] and x[1] != 1 else self.out

    def at_widths(self, before: Sequence[Shape], after: Sequence[Shape], width: Dim | None) -> ConvTranspose:
        """Return it with as many output channels as given; a depthwise one with as many groups as its input has."""
        if width is not None:
            return self._replace(out=width)
        return self._replace(out=after[0][1] * exact_div(self.out, self.groups), groups=after[0][1])

    def cost(self, x: Shape, y: Shape) -> Cost:
        """Return the cost; a mult-add whose product falls into the padding counts, as everywhere in the field."""
        kernels = size(self.kernel) * exact_div(x[1], self.groups) * self.out
        weights = kernels + (self.out if self.bias else 0)
        return Cost(
            mult_adds=x[0] * size(x[2:]) * kernels, reads=size(x), writes=size(y), weights=weights, params=weights
        )

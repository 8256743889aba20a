"""Depthwise convolution, a short form: a convolution with as many groups as its input has channels."""

from __future__ import annotations

from macflops.arithmetic import Dim, Shape, divides, surely
from macflops.errors import ShapeError
from macflops.ops._operator import Operator, Padding, Sides, require_rank
from macflops.ops.conv import Conv


class DepthwiseConv(Operator):
    """Convolution of x (N, c, …sides) to y (N, out, …sides), each channel by itself; out is c where it is not given.

    Source: Xception (Chollet 2017), section 1; MobileNets (Howard et al. 2017), section 3.1.
    """

    role = "convolution"

    kernel: Sides
    out: Dim | None = None
    stride: Sides = (1, 1)
    dilation: Sides = (1, 1)
    padding: Padding = (0, 0, 0, 0)
    bias: bool = True

    def resolve(self, x: Shape) -> Conv:
        """Return the convolution that it is on x. Raises ShapeError where out is no multiple of x's channels."""
        require_rank(self, x, 3, "N, C and sides")
        channels = x[1]
        out = channels if self.out is None else self.out
        if surely(out >= 1) is False or not divides(channels, out):
            raise ShapeError(
                "out", f"out: {out} is no multiple of the {channels} channels", f"leave it out, or use {channels}"
            )
        return Conv(out, self.kernel, self.stride, self.dilation, self.padding, channels, self.bias)

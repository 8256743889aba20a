"""What poolings share: windows, and that they read the input and write the output whole."""

from __future__ import annotations

from macflops.arithmetic import Shape, ceil_div, minimum, size, surely
from macflops.errors import ShapeError
from macflops.ops._operator import Cost, Operator, Padding, Sides, halves
from macflops.ops._windowed import check_fits, check_window, windows


class Pooling(Operator):
    """A pooling of any kind: elements become fewer, one operation per output element."""

    role = "pool"
    follows = True

    def cost(self, x: Shape, y: Shape) -> Cost:
        """Return one operation per output element, the input read and the output written."""
        return Cost(elementwise_ops=size(y), reads=size(x), writes=size(y))


class Pool(Pooling):
    """Pooling of x (N, c, …sides) in windows. The stride is the kernel's where it is not given, as in PyTorch.

    With ceil_mode a last window may hang over the far border, if it begins inside the image or its near padding.
    """

    kernel: Sides
    stride: Sides | None = None
    dilation: Sides = (1, 1)
    padding: Padding = (0, 0, 0, 0)
    ceil_mode: bool = False

    def check(self, x: Shape) -> None:
        """Raise ShapeError where the window does not fit, or the padding is as long as it."""
        check_window(self, x, ("kernel", "dilation") if self.stride is None else ("kernel", "stride", "dilation"))
        for p, k, d in zip(self.padding, self.kernel * 2, self.dilation * 2, strict=True):
            if surely(p <= d * (k - 1)) is False:  # ONNX Runtime's bound; PyTorch wants half of it
                what = f"a padding of {p} under windows of {d * (k - 1) + 1}"
                raise ShapeError("padding", what, f"use {d * (k - 1)} at most")
        check_fits(self, x)

    def shape(self, x: Shape) -> Shape:
        """Return (N, c, …sides)."""
        stride = self.kernel if self.stride is None else self.stride
        if not self.ceil_mode:
            return (*x[:2], *windows(x[2:], self.kernel, stride, self.dilation, self.padding))
        return (*x[:2], *overhanging_windows(x[2:], self.kernel, stride, self.dilation, self.padding))


def overhanging_windows(sides: Sides, kernel: Sides, stride: Sides, dilation: Sides, padding: Padding) -> Sides:
    """Return how many windows there are along each side with ceil_mode.

    ⌈(i + before + after − dilation·(k − 1) − 1) ÷ stride⌉ + 1, but none that would begin beyond the image and its near
    padding: at most ⌈(i + before) ÷ stride⌉. The second is left out where it is never the lesser.
    """
    before, after = halves(padding)
    found = []
    for side, k, s, d, b, a in zip(sides, kernel, stride, dilation, before, after, strict=True):
        reach = d * (k - 1) + 1
        overhanging = ceil_div(side + b + a - reach, s) + 1
        # ⌈(i + b + a − reach) ÷ s⌉ + 1 = ⌈(i + b + a − reach + s) ÷ s⌉, which is the lesser where a + s ≤ reach
        inactive = surely(a + s <= reach) is True
        found.append(overhanging if inactive else minimum(overhanging, ceil_div(side + b, s)))
    return tuple(found)

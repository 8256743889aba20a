"""What convolutions and poolings share: a window that slides over the sides of an image."""

from __future__ import annotations

from macflops.arithmetic import Shape, floor_div
from macflops.ops._operator import Operator, Padding, Sides, halves, require, require_at_least


def windows(sides: Sides, kernel: Sides, stride: Sides, dilation: Sides, padding: Padding) -> Sides:
    """Return how many windows fit along each side: ⌊(i + before + after − dilation·(k − 1) − 1) ÷ stride⌋ + 1."""
    before, after = halves(padding)
    along = zip(sides, kernel, stride, dilation, before, after, strict=True)
    return tuple(floor_div(side + b + a - d * (k - 1) - 1, s) + 1 for side, k, s, d, b, a in along)


def check_window(operator: Operator, x: Shape, positive: tuple[str, ...] = ("kernel", "stride", "dilation")) -> None:
    """Raise ShapeError unless the operator's window has as many sides as the image, and all its numbers make sense."""
    kernel = operator.kernel  # type: ignore[attr-defined]
    sides = len(x) - 2
    require(
        len(kernel) == sides and sides > 0,
        "kernel",
        f"a kernel of {len(kernel)} sides on an input of shape {list(x)}, which has {max(sides, 0)}",
        "the input needs dimensions N, C and as many sides as the kernel has",
    )
    require_at_least(operator, 1, positive)
    require_at_least(operator, 0, ("padding",))

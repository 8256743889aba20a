"""What convolutions and poolings share: a window that slides over the sides of an image."""

from __future__ import annotations

from macflops.arithmetic import Shape, floor_div, is_integer
from macflops.errors import ShapeError
from macflops.ops._operator import Operator, Padding, Sides, halves, require_at_least


def windows(sides: Sides, kernel: Sides, stride: Sides, dilation: Sides, padding: Padding) -> Sides:
    """Return how many windows fit along each side: ⌊(i + before + after − dilation·(k − 1) − 1) ÷ stride⌋ + 1."""
    before, after = halves(padding)
    along = zip(sides, kernel, stride, dilation, before, after, strict=True)
    return tuple(floor_div(side + b + a - d * (k - 1) - 1, s) + 1 for side, k, s, d, b, a in along)


def check_window(operator: Operator, x: Shape, positive: tuple[str, ...] = ("kernel", "stride", "dilation")) -> None:
    """Raise ShapeError unless the operator's window has as many sides as the image, and all its numbers make sense."""
    sides = len(x) - 2
    for field in positive:
        given = len(getattr(operator, field))
        if given != sides or not sides > 0:
            raise ShapeError(
                field,
                f"a {field} of {given} sides on an input of shape {list(x)}, which has {max(sides, 0)}",
                f"the input needs dimensions N, C and as many sides as the {field} has",
            )
    padding = operator.padding  # type: ignore[attr-defined]
    if len(padding) != 2 * sides:
        raise ShapeError("padding", f"{len(padding)} paddings of {sides} sides", "give one before and one after each")
    require_at_least(operator, 1, positive)
    require_at_least(operator, 0, ("padding",))


def check_fits(operator: Operator, x: Shape) -> None:
    """Raise ShapeError where no window fits, so that nothing would be left of a side."""
    if any(is_integer(side) and side < 1 for side in operator.shape(x)[2:]):
        kernel = list(operator.kernel)  # type: ignore[attr-defined]
        raise ShapeError("kernel", f"a kernel of {kernel} does not fit into {list(x[2:])}", "pad, or use a smaller one")

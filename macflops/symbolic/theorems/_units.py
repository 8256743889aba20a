"""The papers' units layer by layer, through the operators, on arrays of widths: a second way beside the YAML blocks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from macflops.ops import Cost
from macflops.ops.add import Add
from macflops.ops.bn import BatchNorm
from macflops.ops.concat import Concat
from macflops.ops.relu import Relu
from macflops.ops.shuffle import Shuffle
from macflops.symbolic.theorems._layer import convolution


def total(costs: Iterable[Any]) -> Any:
    """Return the sum of costs."""
    return sum(costs, Cost())


def norm(c: Any, h: int, w: int) -> Any:
    """Return the cost of a batch norm."""
    x: Any = (1, c, h, w)
    return BatchNorm().cost(x, x)


def relu(c: Any, h: int, w: int) -> Any:
    """Return the cost of an activation."""
    x: Any = (1, c, h, w)
    return Relu().cost(x, x)


def shuffle(c: Any, groups: int, h: int, w: int) -> Any:
    """Return the cost of a channel shuffle."""
    x: Any = (1, c, h, w)
    return Shuffle(groups).cost(x, x)


def shufflenet_v1(c: Any, g: int, h: int, w: int) -> Any:
    """Return the cost of ShuffleNet V1's unit, m = c/4: figure 2 (b)."""
    m, x = c // 4, (1, c, h, w)
    return total(
        (
            convolution(c, m, h, w, h, w, g=g),
            norm(m, h, w),
            relu(m, h, w),
            shuffle(m, g, h, w),
            convolution(m, m, h, w, h, w, 3, g=m),
            norm(m, h, w),
            convolution(m, c, h, w, h, w, g=g),
            norm(c, h, w),
            Add().cost(x, x, x),
            relu(c, h, w),
        )
    )


def shufflenet_v2(c: Any, h: int, w: int, alone: bool = False) -> Any:
    """Return the cost of ShuffleNet V2's unit: figure 3 (c); of its convolutions alone."""
    half = c // 2
    point, deep = convolution(half, half, h, w, h, w), convolution(half, half, h, w, h, w, 3, g=half)
    if alone:
        return total((point, deep, point))
    part: Any = (1, half, h, w)
    joined = Concat(1).cost(part, part, (1, c, h, w))
    others = [norm(half, h, w)] * 3 + [relu(half, h, w)] * 2
    return total((point, deep, point, *others, joined, shuffle(c, 2, h, w)))


def resnext(c: Any, g: int, h: int, w: int) -> Any:
    """Return the cost of the convolutions of ResNeXt's unit, m = c/2."""
    m = c // 2
    outer = (convolution(c, m, h, w, h, w), convolution(m, c, h, w, h, w))
    return total((*outer, convolution(m, m, h, w, h, w, 3, g=g)))


def mobilenet_v2(c: Any, t: Any, h: int, w: int) -> Any:
    """Return the cost of the convolutions of MobileNetV2's unit."""
    m = t * c
    outer = (convolution(c, m, h, w, h, w), convolution(m, c, h, w, h, w))
    return total((*outer, convolution(m, m, h, w, h, w, 3, g=m)))

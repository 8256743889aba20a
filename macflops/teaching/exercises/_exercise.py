"""What an exercise is, and the formulas and shapes that several share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, NamedTuple

from macflops.ops import Cost
from macflops.ops.conv import Conv


class Exercise(NamedTuple):
    """What is asked, in words; what is wanted of a case; how a case is drawn, in the order of the arguments."""

    asks: str
    wanted: Callable[..., Any]
    draw: Callable[[Random], Mapping[str, Any]]


def convolution(
    h: int, w: int, c1: int, c2: int, k: int = 1, s: int = 1, g: int = 1, bias: bool = False, n: int = 1
) -> Cost:
    """Return the cost of a convolution, as audits count it: output h x w, input s·h x s·w."""
    operator = Conv(c2, (k, k), (s, s), groups=g, bias=bias)
    return operator.cost((n, c1, s * h, s * w), (n, c2, h, w))


def sides(random: Random) -> dict[str, int]:
    """Draw h and w, which differ: a height in the place of a width shows."""
    h, w = random.sample(range(5, 57), 2)
    return {"h": h, "w": w}


def layer(random: Random, *, k: bool = True, s: bool = False) -> dict[str, int]:
    """Draw a grouped convolution whose sizes all differ, with groups that divide its channels."""
    g = random.choice((2, 3, 4, 8))
    a, b = random.sample(range(3, 40), 2)
    found = {**sides(random), "c1": g * a, "c2": g * b}
    if k:
        found["k"] = random.choice((3, 5, 7))
    if s:
        found["s"] = random.choice((1, 2, 3))
    return {**found, "g": g}

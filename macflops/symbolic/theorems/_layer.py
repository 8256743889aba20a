"""What the theorems take from the operators: one convolution's cost, in symbols or on arrays of integers."""

from __future__ import annotations

from typing import Any

import numpy as np

from macflops.ops.conv import Conv
from macflops.symbolic.symbols import over_reals
from macflops.symbolic.walk import summed, walk


def convolution(
    c1: Any, c2: Any, hi: Any, wi: Any, ho: Any, wo: Any, k: Any = 1, g: Any = 1, n: Any = 1, bias: bool = False
) -> Any:
    """Return what the operator says that a convolution of these sizes costs, whatever kind of numbers they are."""
    return Conv(c2, (k, k), groups=g, bias=bias).cost((n, c1, hi, wi), (n, c2, ho, wo))


def widths(most: int, step: int = 1) -> tuple[Any, Any]:
    """Return all multiples of a step up to a width, as a column and as a row: an array for each pair."""
    width = np.arange(step, most + 1, step)
    return width[:, None], width[None, :]


def failing(fails: Any, **values: Any) -> dict[str, int]:
    """Return the first case that fails: the value there of each array, and the plain numbers."""
    at = tuple(np.argwhere(fails)[0])
    return {name: int(np.broadcast_to(value, fails.shape)[at]) for name, value in values.items()}


def of_block(name: str, kind: str | None = None, values: dict[str, Any] | None = None) -> tuple[Any, Any]:
    """Return the mult-adds and the memory access of a block, walked through costs, over positive reals."""
    cost = summed(walk(name, values), kind)
    return over_reals(cost.mult_adds), over_reals(cost.mac)

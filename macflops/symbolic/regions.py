"""Where a ShuffleNet V2 unit moves less than another unit at the same mult-adds: grids, to be drawn. Theorem T6."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import sympy

from macflops import api
from macflops.symbolic.symbols import real, reals
from macflops.symbolic.theorems._layer import of_block

Other = Literal["shufflenet-v1", "resnext", "mobilenet-v2"]
OTHERS: dict[str, tuple[str, str, Any, Sequence[int], str | None]] = {
    # name: the symbol of its middle, of what varies, what the middle is, usual values, the kind of layers that count
    "shufflenet-v1": ("m", "g", real("c") / 4, (2, 3, 4, 8), None),
    "resnext": ("m", "g", real("c") / 2, (1, 2, 4, 8, 16, 32, 64), "convolution"),
    "mobilenet-v2": ("m", "t", None, (2, 3, 4, 6, 8, 10), "convolution"),
}


class Region(NamedTuple):
    """A grid over the other unit's groups (or expansion), as rows, and its width c, as columns."""

    other: str
    parameter: str  # "g": groups, "t": expansion
    values: Any  # (rows,): the parameter's
    c: Any  # (columns,): the other unit's channels
    v2_c: Any  # (rows, columns): the width, a real number, at which V2's unit has as many mult-adds
    ratio: Any  # (rows, columns): MAC of V2's unit ÷ MAC of the other, both with B mult-adds on h x w
    h: int
    w: int
    of: str | None  # the kind of layers that are counted; None: all, unfused

    @property
    def less(self) -> Any:
        """Where V2 moves less: (rows, columns) of booleans."""
        return self.ratio < 1


def regions(
    other: Other,
    c: Sequence[int] = tuple(range(4, 257, 4)),
    values: Sequence[int] | None = None,
    *,
    h: int = 28,
    w: int = 28,
) -> Region:
    """Return MAC of a ShuffleNet V2 unit over that of another unit, at equal mult-adds, on a grid.

    Units are of stride 1 at one image. Against ShuffleNet V1 (g > 1, m = c/4) whole units count, without fusion;
    against ResNeXt (m = c/2) and MobileNetV2 convolutions alone, as in the theorem. Raises SourceError on another unit.
    """
    api.choice("other", other, tuple(OTHERS))
    middle, parameter, width, usual, kind = OTHERS[other]
    hs, ws, cs, x = reals(f"h w c {parameter}")
    b2, mac2 = of_block("shufflenet_v2", kind)
    mult_adds, mac = (
        e if width is None else e.subs(real(middle), width) for e in of_block(other.replace("-", "_"), kind)
    )
    per_pixel = real("b")
    (equal,) = [root for root in sympy.solve(b2 / (hs * ws) - per_pixel, cs) if root.subs(per_pixel, 1) > 0]
    rows, columns = np.array(values or usual, float)[:, None], np.array(c, float)[None, :]
    sides = {hs: h, ws: w}

    def on_grid(expression: Any, symbols: Any, *arrays: Any) -> Any:
        return sympy.lambdify(symbols, expression.subs(sides), "numpy")(*arrays)

    v2_c = on_grid(equal, per_pixel, on_grid(mult_adds / (hs * ws), (x, cs), rows, columns))
    ratio = on_grid(mac2, cs, v2_c) / on_grid(mac, (x, cs), rows, columns)
    return Region(other, parameter, rows[:, 0].astype(int), columns[0].astype(int), v2_c, ratio, h, w, kind)

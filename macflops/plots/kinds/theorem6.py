"""Theorem T6's regions: whose unit moves less than ShuffleNet V2's.

Colour is what V2's convolutions move ÷ what the other unit's move, at equal mult-adds, over the other unit's width
and its groups or expansion; whole units for ShuffleNet V1. All from the closed forms of the blocks.
"""

from __future__ import annotations

from itertools import pairwise
from math import ceil
from typing import Any

from macflops.plots._table import Table
from macflops.plots.kinds.groups import quantity

SIZE = (7.0, 2.9)
PANELS = (1, 3)
SIDE = 28
SCOPES = {"ShuffleNet V1": "whole units", "ResNeXt": "convolutions", "MobileNet V2": "convolutions"}
WIDTHS = tuple(2 ** (step / 4) for step in range(4, 41))  # 2 to 1024
# block, its title, m as its papers have it, of which layers, the parameter that varies, and its values
UNITS: tuple[tuple[str, str, str | None, str | None, str, tuple[float, ...]], ...] = (
    ("shufflenet_v1", "ShuffleNet V1", "c/4", None, "g", (2, 3, 4, 6, 8, 12, 16)),
    ("resnext", "ResNeXt", "c/2", "convolution", "g", (1, 2, 4, 8, 16, 32, 64)),
    ("mobilenet_v2", "MobileNet V2", None, "convolution", "t", (1.5, 2, 3, 4, 6, 8, 12)),
)


def data() -> Table:
    """Return MAC of V2's unit ÷ MAC of the other, at equal mult-adds on 28 x 28, for widths as real numbers."""
    import sympy

    from macflops.symbolic import formula

    rows = []
    c, h, w, v = sympy.symbols("c h w v", positive=True)
    for block, title, middle, of, parameter, values in UNITS:
        p = sympy.Symbol(parameter, positive=True)
        given = {} if middle is None else {"m": middle}
        b2, mac2 = (quantity(formula("shufflenet_v2", q, of=of)).subs(c, v) for q in ("mult_adds", "mac"))
        b, mac = (quantity(formula(block, q, set=given, of=of)) for q in ("mult_adds", "mac"))
        of_v2 = [root for root in sympy.solve(b2 - b, v) if root.subs({c: 64, p: 4, h: 7, w: 7}) > 0]
        (width,) = of_v2  # of V2's unit with as many mult-adds
        ratio = sympy.lambdify((c, p), (mac2.subs(v, width) / mac).subs({h: SIDE, w: SIDE}))
        for value in values:
            rows += [
                {
                    "unit": title,
                    "parameter": parameter,
                    "value": float(value),
                    "c": float(at),
                    "mac_ratio": float(ratio(at, value)),
                }
                for at in WIDTHS
            ]
    return Table(rows)


def border(table: Table, unit: str, value: float) -> float | None:
    """Return at which width the ratio passes 1, between two of the table; None where it does not."""
    rows = table.where(unit=unit, value=value).rows
    for one, other in pairwise(rows):
        if (one["mac_ratio"] - 1) * (other["mac_ratio"] - 1) < 0:
            part = (1 - one["mac_ratio"]) / (other["mac_ratio"] - one["mac_ratio"])
            return float(one["c"] * (other["c"] / one["c"]) ** part)
    return None


def finding(table: Table) -> str:
    """Return where V2 moves less: everywhere, up to a width, from a width on."""
    parts = []
    for unit in table.each("unit"):
        rows = table.where(unit=unit)
        less = sum(ratio < 1 for ratio in rows.column("mac_ratio"))
        if less == len(rows):
            parts.append(f"than {unit}'s at every width")
            continue
        borders = [b for value in rows.each("value") if (b := border(table, unit, value)) is not None]
        values = [value for value in rows.each("value") if border(table, unit, value) is not None]
        narrow = rows.where(value=values[-1]).rows[0]["mac_ratio"] < 1
        name = rows.rows[0]["parameter"]
        if narrow:
            spread = f"{min(borders):.0f} to {max(borders):.0f} channels ({name} = {values[0]:g} to {values[-1]:g})"
            parts.append(f"than {unit}'s only under {spread}")
        else:
            parts.append(f"than {unit}'s from {ceil(max(borders))} channels on")
    return f"At equal mult-adds ShuffleNet V2's unit moves less {'; '.join(parts)}"


def draw(axes: Any, table: Table, theme: Any) -> None:
    """Draw a map for each unit, with the line where both move the same."""
    import numpy as np
    from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm

    colours = LinearSegmentedColormap.from_list("less", [theme.low, theme.middle, theme.high], 256)
    norm = TwoSlopeNorm(1.0, 0.25, 1.75)
    for ax, unit in zip(axes, table.each("unit"), strict=True):
        rows = table.where(unit=unit)
        values, widths = rows.each("value"), rows.each("c")
        ratio = np.array(rows.column("mac_ratio")).reshape(len(values), -1)
        shown = ax.pcolormesh(widths, values, ratio, cmap=colours, norm=norm, shading="nearest", rasterized=True)
        if (ratio < 1).any() and (ratio > 1).any():
            ax.contour(widths, values, ratio, levels=[1], colors=theme.ink, linewidths=1.4)
        ax.set_xscale("log", base=2)
        ax.set_yscale("log", base=2)
        ax.set_xticks([2, 8, 32, 128, 512], ["2", "8", "32", "128", "512"])
        whole = [value for value in values if value in (1, 2, 4, 8, 16, 32, 64)]
        ax.set_yticks(whole, [f"{value:g}" for value in whole])
        ax.minorticks_off()
        ax.set_title(f"against {unit}, {SCOPES[unit]}", fontsize=8, weight="normal")
        ax.set_xlabel(f"channels c of {unit}'s unit")
        ax.set_ylabel({"g": "groups g", "t": "expansion t"}[rows.rows[0]["parameter"]])
    bar = axes[0].figure.colorbar(shown, ax=list(axes), aspect=25, pad=0.01, shrink=0.9)
    bar.set_ticks([0.4, 0.7, 1, 1.3, 1.6], labels=["0.4", "0.7", "same", "1.3", "1.6"])
    bar.outline.set_visible(False)
    bar.set_label("V2 moves ÷ other moves")

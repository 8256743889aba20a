"""Theorem T6's regions: whose unit moves less than ShuffleNet V2's.

Colour is what V2's convolutions move ÷ what the other unit's move, at equal mult-adds, over the other unit's width
and its groups or expansion; whole units for ShuffleNet V1. All from `macflops.symbolic.regions`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from macflops.plots._table import Table

SIZE = (7.0, 2.9)
PANELS = (1, 3)
SIDE = 28
WIDTHS = (2, 3, 4, 5, 6, 7, *(part << octave for octave in range(7) for part in (8, 10, 12, 14)), 1024)
TITLES = {"shufflenet-v1": "ShuffleNet V1", "resnext": "ResNeXt", "mobilenet-v2": "MobileNet V2"}


def data() -> Table:
    """Return MAC of V2's unit ÷ MAC of the other, at equal mult-adds on 28 x 28, by the other's width and parameter.

    V2's width is a real number there.
    """
    from macflops.symbolic import regions

    rows = []
    for other, title in TITLES.items():
        region = regions(other, WIDTHS, h=SIDE, w=SIDE)  # type: ignore[arg-type]  # a key is one of them
        what = {"unit": title, "of": f"{region.of}s" if region.of else "whole units", "parameter": region.parameter}
        for value, ratios in zip(region.values.tolist(), region.ratio.tolist(), strict=True):
            for c, ratio in zip(region.c.tolist(), ratios, strict=True):
                rows.append({**what, "value": value, "c": c, "mac_ratio": ratio})
    return Table(rows)


def border(table: Table, unit: str, value: int) -> float | None:
    """Return at which width the ratio passes 1, between two of the table; None where it does not."""
    rows = table.where(unit=unit, value=value).rows
    for one, other in pairwise(rows):
        if (one["mac_ratio"] - 1) * (other["mac_ratio"] - 1) < 0:
            part = (1 - one["mac_ratio"]) / (other["mac_ratio"] - one["mac_ratio"])
            return float(one["c"] * (other["c"] / one["c"]) ** part)
    return None


def finding(table: Table) -> str:
    """Return where V2 moves less: at every width, or up to one that depends on the parameter, or from one on."""
    always, rest = [], []
    for unit in table.each("unit"):
        rows = table.where(unit=unit)
        if all(ratio < 1 for ratio in rows.column("mac_ratio")):
            always.append(f"{unit}'s")
            continue
        values = [value for value in rows.each("value") if border(table, unit, value) is not None]
        borders = [border(table, unit, value) or 0 for value in values]
        narrow = rows.where(value=values[-1]).rows[0]["mac_ratio"] < 1
        name = rows.rows[0]["parameter"]
        spread = f"{min(borders):.0f} to {max(borders):.0f} channels ({name} = {values[0]} to {values[-1]})"
        rest.append(f"{unit}'s only {'under' if narrow else 'over'} {spread}")
    everywhere = [f"{' and '.join(always)} at every width"] if always else []
    return f"At equal mult-adds, ShuffleNet V2's unit moves less than {'; than '.join((*everywhere, *rest))}"


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
        ax.set_title(f"against {unit}, {rows.rows[0]['of']}", fontsize=8, weight="normal")
        ax.set_xlabel(f"channels c of {unit}'s unit")
        ax.set_ylabel({"g": "groups g", "t": "expansion t"}[rows.rows[0]["parameter"]])
    bar = axes[0].figure.colorbar(shown, ax=list(axes), aspect=25, pad=0.01, shrink=0.9)
    bar.set_ticks([0.4, 0.7, 1, 1.3, 1.6], labels=["0.4", "0.7", "same", "1.3", "1.6"])
    bar.outline.set_visible(False)
    bar.set_label("V2 moves ÷ other moves")

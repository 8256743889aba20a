"""By how much unequal widths exceed the least memory access.

Memory access of c1 -> c2 channels, swept through the operator's own formula, ÷ that of equal widths at the same
mult-adds; the contour is rule G1's limit.
"""

from __future__ import annotations

from typing import Any

from macflops.guidelines import find
from macflops.plots._table import Table
from macflops.plots.kinds.groups import quantity
from macflops.wording import percent

SIZE = (4.2, 3.7)
SIDE = 28
WIDTHS = (*(part << octave for octave in range(7) for part in (8, 10, 12, 14)), 1024)


def data(side: int = SIDE) -> Table:
    """Return c1, c2, MAC in elements, and MAC ÷ the least at the same mult-adds; `side` is h = w."""
    import sympy

    from macflops.sweeps import sweep
    from macflops.symbolic import formula

    c1, c2, h, w = sympy.symbols("c1 c2 h w", positive=True)
    mac = quantity(formula("pointwise", "mac", set={"g": 1}))
    equal = sympy.sqrt(c1 * c2)
    least = sympy.lambdify((c1, c2), mac.subs({c1: equal, c2: equal}, simultaneous=True).subs({h: side, w: side}))
    found = sweep(over={"c1": WIDTHS, "c2": WIDTHS, "h": side}, quantities=("mac_elements",))
    return Table(
        {"side": side, "c1": a, "c2": b, "mac_elements": moved, "mac_to_bound": float(moved / least(a, b))}
        for a, b, _, moved in found.rows()
    )


def finding(table: Table) -> str:
    """Return up to which ratio of widths every convolution of the grid is under the limit, and the worst one."""
    limit = find("G1").limit
    over = [row for row in table.rows if row["mac_to_bound"] >= limit]
    worst = max(table.rows, key=lambda row: row["mac_to_bound"])
    apart = min((max(r["c1"], r["c2"]) / min(r["c1"], r["c2"]) for r in over), default=None)
    side = table.rows[0]["side"]
    if apart is None:
        return f"At {side}x{side} no pair of these widths moves {limit:g} times the least"
    return (
        f"At {side}x{side}, widths under {apart:.3g}\u00a0:\u00a01 move under {percent(limit - 1)} more "
        f"than the least; {worst['c1']} to {worst['c2']} channels move {worst['mac_to_bound']:.1f} times it"
    )


def draw(ax: Any, table: Table, theme: Any) -> None:
    """Draw the excess as a map, with contours."""
    import numpy as np
    from matplotlib.colors import LinearSegmentedColormap, LogNorm

    widths = table.each("c1")
    excess = np.array(table.column("mac_to_bound")).reshape(len(widths), -1).T
    colours = LinearSegmentedColormap.from_list("excess", [theme.middle, theme.low], 256)
    most = float(excess.max())
    shown = ax.pcolormesh(
        widths, widths, excess, cmap=colours, norm=LogNorm(1, most), shading="nearest", rasterized=True
    )
    limit = find("G1").limit
    levels = [limit, *(level for level in (1.5, 2, 3, 4, 5) if level < most)]
    lines = ax.contour(widths, widths, excess, levels=levels, colors=theme.ink, linewidths=[1.4] + [0.6] * 5)
    if places := spots(table, levels):  # of none, matplotlib would choose some
        ax.clabel(lines, fmt=lambda level: f"{level:g}x", fontsize=7, inline_spacing=2, manual=places)
    ax.plot(widths, widths, ":", color=theme.muted, linewidth=1)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log", base=2)
    ticks = [8, 16, 32, 64, 128, 256, 512, 1024]
    ax.set_xticks(ticks, map(str, ticks))
    ax.set_yticks(ticks, map(str, ticks))
    ax.minorticks_off()
    ax.set_aspect("equal")
    ax.set_xlabel("c1, channels read")
    ax.set_ylabel("c2, channels written")
    bar = ax.figure.colorbar(shown, ax=ax, shrink=0.85, aspect=25, pad=0.02)
    marks = [mark for mark in (1, 1.5, 2, 3, 4, 5) if mark <= most]
    bar.set_ticks(marks, labels=[f"{mark:g}" for mark in marks])
    bar.minorticks_off()
    bar.outline.set_visible(False)
    bar.set_label("memory access ÷ the least (bold: G1's limit)", fontsize=7.5)


def spots(table: Table, levels: list[float]) -> list[tuple[float, float]]:
    """Return a place for each contour's label: across the map's upper half, where the excess is near its level."""
    middle = max(table.column("c1")) * min(table.column("c1"))
    across = [r for r in table.rows if r["c2"] > r["c1"] and 0.9 < r["c1"] * r["c2"] / middle < 1.1]
    inner = [level for level in levels if level <= min(3, 0.8 * max(table.column("mac_to_bound")))]
    near = [min(across, key=lambda r: abs(r["mac_to_bound"] - level)) for level in inner]
    return [(row["c1"], row["c2"]) for row in near]

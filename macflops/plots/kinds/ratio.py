"""Memory access against c1 : c2 at equal mult-adds, with its bound.

A 1x1 convolution of c1 to c2 channels whose product is fixed. The bound is theorem T1's: the memory access where
c1 = c2. The networks of the ShuffleNet V2 paper's Table 1, as rule G1 measures them, are drawn as points.
"""

from __future__ import annotations

from typing import Any

from macflops import api
from macflops.plots._table import Table
from macflops.plots.kinds.groups import quantity

SIZE = (4.6, 3.3)
CHANNELS = 128  # of both widths where they are equal: Table 1's
SIDES = (7, 14, 56)
RATIOS = tuple(2 ** (step / 4) for step in range(-16, 17))
TABLE_1 = (1, 2, 6, 12)


def data() -> Table:
    """Return c2 ÷ c1 and MAC ÷ bound at equal mult-adds: exact widths in rows of `curve`, Table 1's in others."""
    import sympy

    from macflops.symbolic import formula

    c1, c2, r, h, w = sympy.symbols("c1 c2 r h w", positive=True)
    mult_adds, mac = (quantity(formula("pointwise", name, set={"g": 1})) for name in ("mult_adds", "mac"))
    (width,) = sympy.solve(mult_adds.subs(c2, r * c1) - mult_adds.subs({c1: CHANNELS, c2: CHANNELS}), c1)
    moved = mac.subs(c2, r * c1).subs(c1, width)
    excess = sympy.simplify(moved / moved.subs(r, 1))
    rows = [
        {"series": "curve", "side": side, "c2_to_c1": ratio, "mac_to_bound": float(at.subs(r, ratio))}
        for side in SIDES
        for at in (excess.subs({h: side, w: side}),)
        for ratio in RATIOS
    ]
    for ratio in TABLE_1:
        verdict = api.audit("zoo:paper_g1", set={"ratio": ratio}, select="G1", advice=False).verdict
        worst = verdict.rules["G1"].worst if verdict else None
        rows.append({"series": "table 1", "side": 56, "c2_to_c1": float(ratio), "mac_to_bound": float(worst or 1)})
    return Table(rows)


def finding(table: Table) -> str:
    """Return what the paper's most unequal widths cost, and what even the least map makes of it."""
    paper = table.where(series="table 1").rows[-1]
    least = min(table.where(series="curve").rows, key=lambda row: row["mac_to_bound"])
    same = "equal widths move least" if abs(least["c2_to_c1"] - 1) < 1e-9 else f"least at {least['c2_to_c1']:.2g}"
    return (
        f"At equal mult-adds, {same}: c1\u00a0:\u00a0c2\u00a0=\u00a01\u00a0:\u00a0{paper['c2_to_c1']:.0f} moves "
        f"{paper['mac_to_bound']:.2f} times as much at {paper['side']}x{paper['side']}"
    )


def draw(ax: Any, table: Table, theme: Any) -> None:
    """Draw a line for each h x w over the bound, Table 1's networks as points."""
    ax.axhline(1, color=theme.muted, linewidth=1, linestyle="--")
    ax.annotate(
        "bound: T1", (1 / 16, 1), (2, -9), textcoords="offset points", color=theme.muted, fontsize=7.5, weight="bold"
    )
    for index, side in enumerate(SIDES):
        line = table.where(series="curve", side=side)
        ax.plot(line.column("c2_to_c1"), line.column("mac_to_bound"), color=theme.series[index])
        last = line.rows[-1]
        ax.annotate(
            f"{side}x{side}",
            (last["c2_to_c1"], last["mac_to_bound"]),
            (4, 0),
            textcoords="offset points",
            va="center",
            color=theme.words[index],
            fontsize=7.5,
            weight="bold",
        )
    points = table.where(series="table 1")
    ax.plot(points.column("c2_to_c1"), points.column("mac_to_bound"), "o", color=theme.ink, markersize=3.5, zorder=3)
    ax.annotate(
        "networks of Table 1",
        (6, points.rows[-2]["mac_to_bound"]),
        (-8, 6),
        textcoords="offset points",
        ha="right",
        fontsize=7,
    )
    ax.annotate(
        "c1 = c2: the bound is reached",
        (1, 1),
        (0, 34),
        textcoords="offset points",
        ha="center",
        fontsize=7,
        arrowprops={"arrowstyle": "-", "color": theme.muted, "linewidth": 0.6, "shrinkB": 4},
    )
    ax.set_xscale("log", base=2)
    ticks = (-4, -3, -2, -1, 0, 1, 2, 3, 4)
    ax.set_xticks([2.0**t for t in ticks], [f"{2**-t}:1" if t < 0 else f"1:{2**t}" for t in ticks])
    ax.minorticks_off()
    ax.set_xlim(2**-4.1, 2**4.75)
    ax.set_ylim(0.88, None)
    ax.grid(axis="y")
    ax.set_xlabel(f"c1 : c2 at the mult-adds of {CHANNELS} -> {CHANNELS} channels")
    ax.set_ylabel("memory access ÷ bound")

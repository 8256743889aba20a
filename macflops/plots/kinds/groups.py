"""Memory access against groups at equal mult-adds, with its limit √g.

A 1x1 convolution of c to c channels; its widths grow with the groups so that its mult-adds stay the same, as in the
ShuffleNet V2 paper's Table 2, whose networks are drawn as points.
"""

from __future__ import annotations

from typing import Any

from macflops import api
from macflops.plots._table import Table

SIZE = (4.6, 3.3)
CHANNELS = 128  # of the dense convolution: Table 2's
SIDES = (7, 14, 28, 56)
GROUPS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
TABLE_2 = (1, 2, 4, 8)
NUDGES = {56: 4, 28: -4}  # points, of labels that would touch


def data() -> Table:
    """Return MAC at g groups ÷ MAC at one, at equal mult-adds: exact widths in rows of `curve`, Table 2's in others."""
    import sympy

    from macflops.symbolic import formula

    c, g, h, w, b = sympy.symbols("c g h w B", positive=True)
    mult_adds, mac = (quantity(formula("pointwise", name, set={"c1": "c", "c2": "c"})) for name in ("mult_adds", "mac"))
    (width,) = sympy.solve(mult_adds - mult_adds.subs({c: b, g: 1}), c)  # of g groups, as wide as b without
    ratio = sympy.simplify(mac.subs(c, width) / mac.subs({c: b, g: 1})).subs(b, CHANNELS)
    limit = sympy.limit(ratio.subs(w, h), h, sympy.oo)
    rows: list[dict[str, Any]] = []
    for side in SIDES:
        at = ratio.subs({h: side, w: side})
        rows += [row("curve", side, groups, float(at.subs(g, groups))) for groups in GROUPS]
    rows += [row("limit", None, groups, float(limit.subs(g, groups))) for groups in GROUPS]
    dense = api.count("zoo:paper_g2", set={"groups": 1}).totals.mac_elements
    for groups in TABLE_2:
        moved = api.count("zoo:paper_g2", set={"groups": groups}).totals.mac_elements
        rows.append(row("table 2", 56, groups, moved / dense))
    return Table(rows)


def quantity(found: Any) -> Any:
    """Return a formula's expression over positive reals, by the names of its symbols."""
    import sympy

    value = sympy.sympify(found.value)
    return value.subs({symbol: sympy.Symbol(symbol.name, positive=True) for symbol in value.free_symbols})


def row(series: str, side: int | None, groups: int, ratio: float) -> dict[str, Any]:
    """Return a row of the table."""
    return {"series": series, "side": side, "groups": groups, "mac_ratio": ratio}


def finding(table: Table) -> str:
    """Return what eight groups cost."""
    at_8 = table.where(series="curve", groups=8)
    least, most = min(at_8.column("mac_ratio")), max(at_8.column("mac_ratio"))
    (limit,) = table.where(series="limit", groups=8).column("mac_ratio")
    return (
        f"At equal mult-adds, 8 groups move {least:.1f} to {most:.1f} times the memory of a dense "
        f"convolution; the larger the map, the closer to √8 = {limit:.2f}"
    )


def draw(ax: Any, table: Table, theme: Any) -> None:
    """Draw a line for each h x w, the limit dashed, Table 2's networks as points."""
    limit = table.where(series="limit")
    ax.plot(limit.column("groups"), limit.column("mac_ratio"), "--", color=theme.muted, linewidth=1)
    last = GROUPS[-1]
    ends = []
    for index, side in enumerate(SIDES):
        line = table.where(series="curve", side=side)
        ax.plot(line.column("groups"), line.column("mac_ratio"), color=theme.series[index])
        ends.append((line.rows[-1]["mac_ratio"], NUDGES.get(side, 0), f"{side}x{side}", theme.words[index]))
    points = table.where(series="table 2")
    ax.plot(points.column("groups"), points.column("mac_ratio"), "o", color=theme.ink, markersize=3.5, zorder=3)
    ax.annotate(
        "networks of Table 2",
        (4, points.rows[2]["mac_ratio"]),
        (-8, 10),
        textcoords="offset points",
        ha="right",
        fontsize=7,
    )
    ax.set_xscale("log", base=2)
    ax.set_yscale("log", base=2)
    for y, nudge, text, color in ends:
        ax.annotate(
            text,
            (last, y),
            (4, nudge),
            textcoords="offset points",
            va="center",
            color=color,
            fontsize=7.5,
            weight="bold",
        )
    ax.annotate(
        "limit: √g",
        (limit.rows[7]["groups"], limit.rows[7]["mac_ratio"]),
        (-5, 9),
        textcoords="offset points",
        ha="right",
        color=theme.words[-1],
        fontsize=7.5,
        weight="bold",
    )
    ax.set_xticks([1, 2, 4, 8, 16, 32], ["1", "2", "4", "8", "16", "32"])
    ax.set_yticks([1, 2, 4], ["1", "2", "4"])
    ax.minorticks_off()
    ax.set_xlim(0.95, last * 1.45)
    ax.set_ylim(0.95, 6.5)
    ax.grid(axis="y")
    ax.set_xlabel(f"groups g (widths grow to keep the mult-adds of {CHANNELS} -> {CHANNELS} channels)")
    ax.set_ylabel("memory access ÷ that of g = 1")

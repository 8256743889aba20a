"""Which kinds of operators the memory access goes to."""

from __future__ import annotations

from typing import Any

from macflops import api
from macflops.blocks import unique
from macflops.kinds import kind_of
from macflops.plots._table import Table, shown
from macflops.plots.kinds.roofline import integer
from macflops.wording import percent

NETWORKS = ("zoo:shufflenet_v1_g3_x1_0", "zoo:shufflenet_v2_x1_0", "zoo:mobilenet_v2")
ORDER = ("convolution", "grouped conv", "depthwise", "linear", "matmul", "norm", "activation", "add", "copy")
PRODUCTS = ORDER[:5]  # what has mult-adds


def SIZE(table: Table) -> tuple[float, float]:
    """Return the figure's size: a bar for each network."""
    return (6.0, 1.5 + 0.42 * len(table.each("network")))


def data(*sources: Any, **options: Any) -> Table:
    """Return MAC in elements by network and kind of operator. Options are those of `macflops.count`.

    Without sources: ShuffleNet V1 (3 groups), ShuffleNet V2 and MobileNetV2, all at 1x. Raises SourceError.
    """
    rows = []
    reports = [api.count(source, **options) for source in sources or NETWORKS]
    for name, report in zip(unique(report.network.name for report in reports), reports, strict=True):
        sums: dict[str, int] = {}
        for row in report.costs.rows:
            kind = kind_of(report.costs, row)
            kind = kind if kind in ORDER else "other"
            sums[kind] = sums.get(kind, 0) + integer(row.mac)
        mac = max(integer(report.costs.mac), 1)
        for kind in (*ORDER, "other"):
            if sums.get(kind):
                moved = sums[kind]
                rows.append(
                    {
                        "network": name,
                        "fusion": report.costs.fusion,
                        "kind": kind,
                        "mac_elements": moved,
                        "share": moved / mac,
                    }
                )
    return Table(rows)


def finding(table: Table) -> str:
    """Return which share of the memory access has no mult-adds, network by network."""
    without = {
        shown(network): sum(row["share"] for row in table.where(network=network).rows if row["kind"] not in PRODUCTS)
        for network in table.each("network")
    }
    if len(without) > 3:
        least, most = (choose(without, key=lambda name: without[name]) for choose in (min, max))
        return (
            f"Operators without mult-adds take {percent(without[least])} ({least}) to {percent(without[most])} "
            f"({most}) of the memory access of {len(without)} networks"
        )
    parts = [f"{percent(share)} of {name}'s" for name, share in without.items()]
    listed = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
    return f"Operators without mult-adds take {listed} memory access"


def draw(ax: Any, table: Table, theme: Any) -> None:
    """Draw a bar of 100 % for each network."""
    from matplotlib.colors import to_rgb

    networks = table.each("network")
    kinds = [kind for kind in (*ORDER, "other") if kind in table.column("kind")]
    left = [0.0] * len(networks)
    blue, vermilion, green, purple, orange, sky, grey = theme.series
    hues = dict(zip(ORDER, (blue, sky, green, theme.deep, theme.deep, vermilion, orange, purple, grey), strict=True))
    for kind in kinds:
        shares = [sum(table.where(network=network, kind=kind).column("share")) * 100 for network in networks]
        colour = hues.get(kind, theme.faint)
        ax.barh(
            range(len(networks)),
            shares,
            left=left,
            color=colour,
            height=0.66,
            label=kind,
            edgecolor=theme.paper,
            linewidth=0.8,
        )
        for y, (start, width) in enumerate(zip(left, shares, strict=True)):
            if width >= 4:
                bright = sum(w * c for w, c in zip((0.299, 0.587, 0.114), to_rgb(colour), strict=True))
                ink = "#000000" if bright > 0.5 else "#ffffff"
                ax.text(start + width / 2, y, f"{width:.0f}", ha="center", va="center", fontsize=7, color=ink)
        left = [a + b for a, b in zip(left, shares, strict=True)]
    ax.set_yticks(range(len(networks)), map(shown, networks))
    ax.invert_yaxis()
    for y, network in enumerate(networks):
        moved = sum(table.where(network=network).column("mac_elements"))
        ax.annotate(f"{moved / 1e6:.1f} M", (100, y), (4, 0), textcoords="offset points", va="center", fontsize=7.5)
    ax.set_xlim(0, 100)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(f"share of memory access, % (right: elements in all, fusion {table.rows[0]['fusion']})")
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=min(len(kinds), 5),
        frameon=False,
        fontsize=7,
        handlelength=0.9,
        handleheight=0.9,
        columnspacing=1.0,
        handletextpad=0.4,
        borderpad=0,
    )

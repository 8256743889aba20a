"""A device's roofline, and a network's layers under it.

Each layer is a point at its arithmetic intensity and the most that the device attains there; its area is its share of
the least time. Layers without arithmetic stand at the left edge.
"""

from __future__ import annotations

from typing import Any

from macflops import api
from macflops.devices import find
from macflops.errors import Location, SourceError
from macflops.kinds import kind_of
from macflops.plots._table import Table, shown
from macflops.wording import counted, percent, quantity

SIZE = (4.8, 3.5)
COLOURS = ("convolution", "grouped conv", "depthwise", "linear")


def data(source: Any, device: str = "gtx_1080_ti", **options: Any) -> Table:
    """Return one row per layer that moves memory: intensity in flops per byte, attainable flops per second, seconds.

    `device` is a name or a file; options are those of `macflops.count`. Raises SourceError.
    """
    known = find(device)
    report = api.count(source, **options)
    dtype = report.costs.dtype
    if dtype not in known.flops:
        what = f"{known.title} has no figure for {dtype}"
        raise SourceError(Location("--dtype"), what, f"use {', '.join(known.flops)}")
    rows = []
    for layer, row in zip(report.layers, report.costs.rows, strict=True):
        if not layer.mac_bytes:
            continue
        flops, moved = integer(layer.flops), integer(layer.mac_bytes)
        intensity = flops / moved
        rows.append(
            {
                "network": report.network.name,
                "device": known.title,
                "layer": layer.name,
                "kind": kind_of(report.costs, row),
                "flops": flops,
                "mac_bytes": moved,
                "intensity": intensity,
                "attainable": known.attainable(intensity, dtype),
                "seconds": known.seconds(flops, moved, dtype),
                "bound_by": "arithmetic" if intensity >= known.ridge(dtype) else "memory",
                "peak": known.flops[dtype],
                "bandwidth": known.bandwidth,
            }
        )
    if not rows:
        raise SourceError(Location(report.network.source), "no layer moves memory", "name a network with layers")
    return Table(rows)


def integer(count: Any) -> int:
    """Return a count that is a number. Raises SourceError on a symbolic one."""
    if isinstance(count, int):
        return count
    raise SourceError(Location("plot"), f"{count} is symbolic", "give every dimension a number with --set")


def finding(table: Table) -> str:
    """Return how many layers memory holds back, and which share of the least time they take."""
    first = table.rows[0]
    held = table.where(bound_by="memory")
    share = sum(held.column("seconds")) / sum(table.column("seconds"))
    return (
        f"{shown(first['network'])} on {first['device']}: memory, not arithmetic, bounds {len(held)} of "
        f"{counted(len(table), 'layer')}, {percent(share)} of the least time"
    )


def draw(ax: Any, table: Table, theme: Any) -> None:
    """Draw the roof, and layers on it by kind."""
    from matplotlib.ticker import EngFormatter

    first = table.rows[0]
    peak, bandwidth = first["peak"], first["bandwidth"]
    ridge = peak / bandwidth
    computing = [row for row in table.rows if row["flops"]]
    intensities = [row["intensity"] for row in computing] or [1.0]
    left, right = min(*intensities, 0.5, ridge / 8), max(*intensities, ridge * 4)
    edge = left / 3
    total = sum(table.column("seconds"))
    roof = [(edge, edge * bandwidth), (ridge, peak), (right * 1.6, peak)]
    ax.plot([x for x, _ in roof], [y for _, y in roof], color=theme.muted, linewidth=1.2, zorder=1)
    for kind in table.each("kind"):
        index = COLOURS.index(kind) if kind in COLOURS else -1
        rows = [row for row in table.where(kind=kind).rows if row["flops"]]
        if rows:
            ax.scatter(
                [row["intensity"] for row in rows],
                [row["attainable"] for row in rows],
                [4 + 1500 * row["seconds"] / total for row in rows],
                color=theme.series[index],
                alpha=0.8,
                linewidth=0.6,
                edgecolor=theme.paper,
                label=kind,
                zorder=2 if kind != "depthwise" else 3,
            )
    ax.set_xscale("log")
    ax.set_yscale("log")
    none = sum(row["seconds"] for row in table.rows if not row["flops"]) / total
    bottom = edge * bandwidth
    ax.text(
        0.985,
        0.30,
        f"{percent(none)} of the least time\nhas no mult-adds at all:\nnorms, activations, copies …",
        fontsize=7,
        ha="right",
        va="bottom",
        transform=ax.transAxes,
        color=theme.words[-1],
    )
    ax.annotate(
        f"{quantity(peak)} flops/s",
        (right * 1.6, peak),
        (0, 11),
        textcoords="offset points",
        ha="right",
        fontsize=7,
        color=theme.words[-1],
    )
    ax.annotate(
        f"ridge: {ridge:.1f} flops/byte\n(memory {quantity(bandwidth, 'B')}/s)",
        (ridge, peak),
        (6, -20),
        textcoords="offset points",
        ha="left",
        va="top",
        fontsize=7,
        color=theme.words[-1],
    )
    ax.set_xlim(edge, right * 1.6)
    ax.set_ylim(bottom, peak * 2.2)
    if computing:
        handles = ax.legend(loc="lower right", frameon=False, fontsize=7, handletextpad=0.2, borderpad=0.1)
        for handle in handles.legend_handles:
            handle.set_sizes([22])
    ax.set_xlabel("arithmetic intensity, flops per byte (area: share of the least time)")
    ax.set_ylabel("attainable, flops per second")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(EngFormatter(sep=" "))

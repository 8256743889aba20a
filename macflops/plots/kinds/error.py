"""Published error against counts and speed: what predicts speed?

Networks of the ShuffleNet V2 paper's Table 8 that the zoo has: error and speed as printed there, counts our own.
"""

from __future__ import annotations

from typing import Any

from macflops import api
from macflops.plots._statistics import rank_correlation
from macflops.plots._table import Table
from macflops.zoo.published import figures

SIZE = (7.0, 3.2)
PANELS = (1, 3)
SUBPLOTS = {"sharey": True}
TABLE = "ShuffleNet V2 (Ma et al. 2018), Table 8"
LEVEL = 0.05  # rank correlations of so few networks that are closer say nothing
METRICS = ("top1_error", "speed_gpu", "speed_arm")
FAMILIES = {
    "shufflenet_v2": "ShuffleNet V2",
    "shufflenet_v1": "ShuffleNet V1",
    "mobilenet_v1": "MobileNet V1",
    "mobilenet_v2": "MobileNet V2",
    "nasnet": "NASNet-A",
}


def data() -> Table:
    """Return error in %, batches per second (GPU) and images per second (ARM) as published, mult-adds and MAC ours."""
    printed: dict[tuple[str, str], dict[str, float]] = {}
    for figure in figures():
        if figure.source == TABLE and figure.metric in METRICS:
            printed.setdefault((figure.network, figure.settings), {})[figure.metric] = float(figure.value)
    rows = []
    for (network, settings), values in printed.items():
        if len(values) == len(METRICS):
            totals = api.count(f"zoo:{network}", set=settings.split()).totals
            family = next(title for prefix, title in FAMILIES.items() if network.startswith(prefix))
            counts = {"mult_adds": totals.mult_adds, "mac_elements": totals.mac_elements}
            rows.append({"network": network, "family": family, **counts, **{name: values[name] for name in METRICS}})
    return Table(rows)


def correlation(table: Table, quantity: str, speed: str) -> float:
    """Return the rank correlation of a count with a measured speed."""
    return rank_correlation(table.column(quantity), table.column(speed))


def finding(table: Table) -> str:
    """Return which count orders the speeds better, on each device."""
    parts = []
    for speed, device in (("speed_gpu", "on the GPU"), ("speed_arm", "on ARM")):
        mac, mult_adds = (correlation(table, name, speed) for name in ("mac_elements", "mult_adds"))
        better = "better" if mac < mult_adds - LEVEL else "worse" if mac > mult_adds + LEVEL else "about as well"
        parts.append(f"{better} {device} ({minus(mac)} against {minus(mult_adds)})")
    return (
        f"Memory access predicts speed {parts[0]} than mult-adds do, {parts[1]}: rank correlations "
        f"of {len(table)} networks"
    )


def minus(value: float) -> str:
    """Return a correlation as it is printed."""
    return f"{value:.2f}".replace("-", "−")


def draw(axes: Any, table: Table, theme: Any) -> Any:
    """Draw error over each of the three, a line for each family."""
    panels = (
        ("mult_adds", "mult-adds, M", 1e6),
        ("mac_elements", "memory access, M elements", 1e6),
        ("speed_gpu", "measured on the GPU, batches/s", 1.0),
    )
    for ax, (name, label, unit) in zip(axes, panels, strict=True):
        for index, family in enumerate(table.each("family")):
            rows = sorted(table.where(family=family).rows, key=lambda row: row["mult_adds"])
            x, y = [row[name] / unit for row in rows], [row["top1_error"] for row in rows]
            ax.plot(x, y, "o-", color=theme.series[index], markersize=3.5, linewidth=1, label=family)
        ax.set_xscale("log")
        low, high = min(table.column(name)) / unit, max(table.column(name)) / unit
        ticks = [tick for tick in (5, 10, 20, 50, 100, 200, 500) if low / 1.25 <= tick <= high * 1.25]
        ax.set_xticks(ticks, map(str, ticks))
        ax.minorticks_off()
        ax.set_xlim(low / 1.25, high * 1.25)
        ax.grid(axis="y")
        ax.set_xlabel(label)
        if name.startswith("speed"):
            ax.set_title("(faster to the right)", weight="normal", fontsize=7.5, color=theme.words[-1])
        else:
            text = minus(correlation(table, name, "speed_gpu")), minus(correlation(table, name, "speed_arm"))
            ax.set_title(
                f"with speed: GPU {text[0]}, ARM {text[1]}", weight="normal", fontsize=7.5, color=theme.words[-1]
            )
    axes[0].set_ylabel("published top-1 error, %")
    axes[0].legend(loc="upper right", frameon=False, fontsize=7, handlelength=1.2, labelspacing=0.25, borderpad=0)
